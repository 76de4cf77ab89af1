"""What a backfill says: what it is going to take, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from rich.console import Console

from driftline.cli.places import Place
from driftline.cli.text import safe
from driftline.domain.backfill.estimate import Estimate, estimate
from driftline.domain.backfill.keys import failed_key
from driftline.domain.backfill.plan import STEPS, Plan
from driftline.domain.instants import format_instant
from driftline.domain.keys import baseline_folder
from driftline.presentation.text import count, duration, joined, span
from driftline.usecases.backfill.outcome import Outcome
from driftline.usecases.baselines.baseline_memory import recall
from driftline.usecases.pages.render_overview import endpoint_page_key

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What there is, and what it takes."""

    plan: Plan
    takes: Estimate
    at_once: int
    cloud: bool
    bucket: bool

    @classmethod
    def of(cls, plan: Plan, at_once: int, place: Place, *, cloud: bool) -> Self:
        bucket = place.location.startswith("s3://")
        return cls(plan, estimate(plan, at_once, functions=cloud, bucket=bucket), at_once, cloud, bucket)

    def document(self) -> Mapping[str, object]:
        plan, takes = self.plan, self.takes
        return {
            "id": plan.id,
            "endpoint": plan.endpoint,
            "from": format_instant(plan.start) if plan.start else None,
            "to": format_instant(plan.end) if plan.end else None,
            **{
                step: {"items": part.items, "bytes": part.size, "batches": len(part.batches)}
                for step, part in ((step, plan.part(step)) for step in STEPS)
            },
            "monitors": list(plan.monitors),
            "at_once": self.at_once,
            "cpu_seconds": round(takes.cpu_seconds, 1),
            "seconds": round(takes.seconds, 1),
            "usd": round(takes.usd, 2) if self.bucket else None,
        }

    def show(self, console: Console) -> None:
        plan, takes = self.plan, self.takes
        who = "functions" if self.cloud else "processes"
        when = f", {span(plan.start, plan.end)}" if plan.start and plan.end else ""
        console.print(f"{safe(plan.endpoint)}{when}: {size_of(plan)}.", soft_wrap=True)
        console.print(
            f"About {_time(takes.cpu_seconds)} of CPU, {_time(takes.seconds)} with {self.at_once} {who} at once.",
            soft_wrap=True,
        )
        if self.bucket:
            console.print(
                f"About {takes.usd:,.2f} USD at list prices (us-east-1, November 2026, without free tier), "
                "by rates measured with files of 30 columns.",
                soft_wrap=True,
            )
        console.print(f"Nothing was done. The run would be {plan.id}.", soft_wrap=True)


def size_of(plan: Plan) -> str:
    """`1,234 capture files (5.6 GB), 12 ground truth files and 744 windows of data_quality`."""
    if plan.data_set is not None:
        files = count(plan.files.items, "file")
        return f"{files} ({_bytes(plan.files.size)}) of the baseline of {safe(plan.data_set.monitor)}"
    captures, labels, windows = plan.captures, plan.labels, plan.windows
    size = f" ({_bytes(captures.size)})" if captures.size else ""
    parts = [f"{count(captures.items, 'capture file')}{size}"]
    if labels.items:
        parts.append(count(labels.items, "ground truth file"))
    monitors = f" of {joined([safe(name) for name in plan.monitors])}" if plan.monitors else ""
    if plan.days.items:
        days = count(plan.days.items // len(plan.monitors), "day")
        return joined([*parts, f"one window of {days}{monitors}"])
    pages = " with their pages" if plan.pages.items else ""
    return joined([*parts, f"{count(windows.items, 'window')}{monitors}{pages}"])


def outcome_document(place: Place, plan: Plan, outcome: Outcome) -> Mapping[str, object]:
    failures = [{"step": each.step, "name": each.name, "reason": each.reason} for each in outcome.failures]
    return {
        "id": plan.id,
        "endpoint": plan.endpoint,
        **outcome.document(),
        "failures": failures,
        "file": place.store.uri(failed_key(plan.id)),
    }


def show_outcome(console: Console, place: Place, plan: Plan, outcome: Outcome) -> None:
    if plan.data_set is not None:
        _show_baseline(console, place, plan, plan.data_set.monitor, outcome)
    else:
        _show_captures(console, place, plan, outcome)
    if outcome.failures:
        where = place.store.uri(failed_key(plan.id))
        console.print(
            f"[bold red]{len(outcome.failures):,} failed[/bold red]; all of them: {safe(where)}", soft_wrap=True
        )


def _show_baseline(console: Console, place: Place, plan: Plan, monitor: str, outcome: Outcome) -> None:
    numbers = outcome.numbers
    rows = count(numbers.get("data rows", 0), "row")
    console.print(f"{count(outcome.done['files'], 'file')} read: {rows}", soft_wrap=True)
    if not outcome.done["suggest"]:
        return
    folder = baseline_folder(plan.endpoint, monitor)
    for warning in recall(place.store, folder).warnings:
        console.print(f"[yellow]warning[/yellow]  {safe(warning)}", soft_wrap=True)
    console.print(f"Baseline of {safe(monitor)}: {safe(place.store.uri(folder))}", soft_wrap=True)
    if kept := numbers.get("kept files", 0):
        console.print(
            f"{count(kept, 'file')} there was edited, or made elsewhere, and was kept; the suggestion is next to it.",
            soft_wrap=True,
        )


def _show_captures(console: Console, place: Place, plan: Plan, outcome: Outcome) -> None:
    numbers = outcome.numbers
    rows = f"{count(numbers.get('records', 0), 'record')}, {count(numbers.get('rows', 0), 'row')}"
    console.print(
        f"{count(outcome.done['captures'], 'file')} profiled: {rows}, {numbers.get('rejected', 0):,} rejected",
        soft_wrap=True,
    )
    if outcome.done["labels"]:
        console.print(
            f"{count(outcome.done['labels'], 'ground truth file')} joined: {count(numbers.get('labels', 0), 'label')}, "
            f"{numbers.get('matched', 0):,} matched",
            soft_wrap=True,
        )
    bad = numbers.get("windows violations", 0)
    console.print(f"{count(outcome.judged, 'window')} evaluated, {bad:,} with violations", soft_wrap=True)
    if pages := numbers.get("pages", 0):
        where = place.store.uri(endpoint_page_key(plan.endpoint))
        console.print(f"{count(pages, 'page')} made; see {safe(where)}", soft_wrap=True)
    if outcome.blind:
        console.print(
            f"[bold red]{count(outcome.blind, 'window')} not evaluated[/bold red]: no row could be judged. "
            "`driftline show` says why.",
            soft_wrap=True,
        )


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else duration(timedelta(seconds=seconds))  # noqa: PLR2004, a minute


def _bytes(size: float) -> str:
    """`5.6 GB`."""
    for unit in _UNITS[:-1]:
        if size < 1000:  # noqa: PLR2004, the next unit
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {_UNITS[-1]}"
