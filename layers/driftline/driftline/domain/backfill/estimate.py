"""What a run takes, before it starts: CPU time, time and price.

Rates are those that `python -m bench backfill` measures (docs/design/performance.md), on x86_64; other machines differ
by half. Prices are list prices of us-east-1 in November 2026, without free tier: other regions cost up to a third more.
"""

from dataclasses import dataclass

from driftline.domain.backfill.plan import STEPS, Plan

FILE_SECONDS = 0.03
"""CPU time of a capture file, whatever is in it."""

BYTE_SECONDS = 1 / 30e6
"""CPU time of a byte of a capture file, on a busy machine; twice as fast on an idle one."""

LABEL_FILE_SECONDS = 0.03
LABEL_BYTE_SECONDS = 5e-8
WINDOW_SECONDS = 0.5
"""CPU time of an execution over some hours."""

DAY_SECONDS = 3.0
"""CPU time of a day of a long window, with 1,440 profiles."""

PAGE_SECONDS = 0.1
"""CPU time of a page of an execution."""

DATA_FILE_SECONDS = 0.02
DATA_BYTE_SECONDS = 1 / 30e6
"""CPU time of a file of a baseline's data set, and of a byte of it as it is stored."""

SUGGEST_SECONDS, MERGED_FILE_SECONDS = 1.0, 0.02
"""CPU time of a baseline, and of each profile of a file that it is made of."""

VCPU_MEGABYTES = 1769  # of memory for one whole CPU: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
PROFILE_MEGABYTES, MERGE_MEGABYTES, RUN_MEGABYTES, RENDER_MEGABYTES = 1280, 1024, 1769, 1769
BASELINE_MEGABYTES = 3008  # as in template.yaml

GB_SECOND_USD = 0.0000133334  # arm64, aws.amazon.com/lambda/pricing
INVOCATION_USD = 0.20e-6
PUT_USD = 0.005e-3  # and listings: aws.amazon.com/s3/pricing
GET_USD = 0.0004e-3
TRANSITION_USD = 0.025e-3  # Standard workflows, aws.amazon.com/step-functions/pricing

_FILE_PUTS, _FILE_GETS = 5, 5
"""Requests for a capture file: records, profile and marker, and the listings for its labels."""
_LABEL_PUTS, _LABEL_GETS = 8, 30
_WINDOW_PUTS, _WINDOW_GETS = 40, 60
"""Of an execution of an hour or a day; one of a month has more listings."""
_PAGE_PUTS, _PAGE_GETS = 8, 30
"""Of a page: itself, its record, the listings for the past, and the files of the executions before it."""
_DAY_PUTS, _DAY_GETS = 55, 1500
_DATA_PUTS, _DATA_GETS = 1, 4
"""Of a file of a data set: its profile; the file, twice its tag or profile, and the profile when it is merged."""
_BATCH_TRANSITIONS = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """Attributes:
    cpu_seconds: On one core.
    seconds: From start to end, with so many processes or functions at once.
    usd: Of the cloud; None on this machine, where only S3's requests cost, if the store is a bucket.
    """

    cpu_seconds: float
    seconds: float
    usd: float


def estimate(plan: Plan, at_once: int, *, functions: bool, bucket: bool) -> Estimate:
    """
    Args:
        at_once: Processes or functions.
        functions: Whether Lambda works, orchestrated by Step Functions.
        bucket: Whether the store is a bucket, whose requests cost.
    """
    captures, labels, windows, pages = plan.captures, plan.labels, plan.windows, plan.pages
    of_captures = captures.items * FILE_SECONDS + captures.size * BYTE_SECONDS
    of_labels = labels.items * LABEL_FILE_SECONDS + labels.size * LABEL_BYTE_SECONDS
    of_windows = windows.items * WINDOW_SECONDS
    of_pages = pages.items * PAGE_SECONDS
    of_files = plan.files.items * DATA_FILE_SECONDS + plan.files.size * DATA_BYTE_SECONDS
    of_suggest = plan.suggest.items * SUGGEST_SECONDS + plan.files.items * MERGED_FILE_SECONDS
    parts = (
        (of_captures, PROFILE_MEGABYTES, len(captures.batches)),
        (of_labels, MERGE_MEGABYTES, len(labels.batches)),
        (plan.days.items * DAY_SECONDS, RUN_MEGABYTES, len(plan.days.batches)),
        (of_windows, RUN_MEGABYTES, len(plan.monitors)),  # one after the other
        (of_pages, RENDER_MEGABYTES, len(pages.batches)),
        (of_files, BASELINE_MEGABYTES, len(plan.files.batches)),
        (of_suggest, BASELINE_MEGABYTES, 1),
    )
    usd = seconds = cpu_seconds = 0.0
    for cpu, megabytes, most in parts:
        cpu_seconds += cpu
        wall = cpu * max(1, VCPU_MEGABYTES / megabytes) if functions else cpu
        seconds += wall / max(1, min(at_once, most))
        usd += wall * megabytes / 1024 * GB_SECOND_USD if functions else 0
    if functions:
        batches = sum(len(plan.part(step).batches) for step in STEPS)
        usd += batches * (_BATCH_TRANSITIONS * TRANSITION_USD + INVOCATION_USD)
    if bucket:
        puts = captures.items * _FILE_PUTS + labels.items * _LABEL_PUTS + windows.items * _WINDOW_PUTS
        gets = captures.items * _FILE_GETS + labels.items * _LABEL_GETS + windows.items * _WINDOW_GETS
        puts += pages.items * _PAGE_PUTS + plan.files.items * _DATA_PUTS
        gets += pages.items * _PAGE_GETS + plan.files.items * _DATA_GETS
        puts += plan.days.items * _DAY_PUTS
        gets += plan.days.items * _DAY_GETS
        usd += puts * PUT_USD + gets * GET_USD
    return Estimate(cpu_seconds, seconds, usd)
