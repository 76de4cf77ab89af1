"""Did metrics arrive in CloudWatch?

Functions write metrics to their logs. CloudWatch drops a line that it cannot read, and notifies nobody; it counts such
lines in `AWS/Logs`, by log group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.doctor.line import Line, advice, fault, ok
from driftline.domain.instants import format_instant


@dataclass(frozen=True, slots=True)
class PublishedFacts:
    """What CloudWatch has of a monitor that ran.

    Attributes:
        scheduled: Scheduled time of its last execution.
        signals: How many signals of executions there are since that time.
        namespace: Of the monitor's metrics.
        judged: Whether it publishes metrics and had rows to evaluate lately.
        metrics: How many of its metrics CloudWatch lists.
    """

    endpoint: str
    monitor: str
    scheduled: datetime
    signals: int
    namespace: str
    judged: bool
    metrics: int


@dataclass(frozen=True, slots=True)
class DroppedLines:
    """Metric lines that CloudWatch could not use, of the last three days.

    Attributes:
        group: The log group.
        kind: EMFParsingErrors or EMFValidationErrors.
    """

    group: str
    kind: str
    lines: int


def check_published(
    published: Sequence[PublishedFacts], dropped: Sequence[DroppedLines], signals: str
) -> Iterator[Line]:
    """Each monitor without metrics and each log with dropped lines, or one line for all.

    Args:
        signals: Namespace of the signals.
    """
    found = [line for each in published for line in _problems(each, signals)]
    found += [
        fault(
            f"CloudWatch dropped {each.lines} metric lines of {each.group} in the last three days ({each.kind}): "
            "alarms on them are blind.",
            f"Find a line: `aws logs filter-log-events --log-group-name {each.group} --filter-pattern "
            "'\"CloudWatchMetrics\"' --max-items 1`, and report it as a defect.",
        )
        for each in dropped
        if each.lines
    ]
    yield from found
    if not published and not found:
        yield ok("No execution has ended yet, so there are no metrics to look for.")
    elif not found:
        one = len(published) == 1
        yield ok(
            "The metrics of the monitor arrived." if one else f"The metrics of all {len(published)} monitors arrived."
        )


def _problems(facts: PublishedFacts, signals: str) -> Iterator[Line]:
    name = f"{facts.endpoint}, {facts.monitor}"
    if not facts.signals:
        yield fault(
            f"{name}: CloudWatch has no signal violations in {signals} since the verdict of "
            f"{format_instant(facts.scheduled)}: its alarms are blind.",
            "See the log of run_monitor: each execution writes a line with CloudWatchMetrics.",
        )
    if facts.judged and not facts.metrics:
        yield advice(
            f"{name}: CloudWatch has no metrics in {facts.namespace}, though rows were evaluated.",
            "If constraints.json does not switch them off (emit_metrics), deploy with another MetricsNamespace, or set "
            "`namespace` in the monitor document.",
        )
