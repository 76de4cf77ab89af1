"""Executions as a person reads them. Names and values come from data, so all of them are escaped."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.text import safe
from driftline.domain.executions.execution import Execution, ExecutionStatus
from driftline.domain.executions.finding import Finding, Move
from driftline.domain.windows import format_instant
from driftline.kinds.data_quality.rules.summary import FeatureSummary, Summary
from driftline.kinds.model_quality.rules.summary import QualitySummary
from driftline.presentation.text import count, metric_name, number, percent, window

_COLOURS = {
    ExecutionStatus.COMPLETED: "green",
    ExecutionStatus.COMPLETED_WITH_VIOLATIONS: "red",
    ExecutionStatus.FAILED: "bold red",
}
_LONGEST_VALUE = 24  # characters of a category in a table


def show_heading(console: Console, summary: Summary | QualitySummary) -> None:
    """Status, endpoint, monitor and window."""
    console.print(_status(ExecutionStatus(summary.status)), soft_wrap=True, end="  ")
    judged = window(summary.window.start, summary.window.end)
    console.print(f"{safe(summary.endpoint)} {safe(summary.monitor)}, {judged}", soft_wrap=True)


def show_summary(console: Console, summary: Summary) -> None:
    """One execution of data quality: the evidence of every violation, and all features."""
    counts = f"{count(summary.rows, 'row')} from {count(summary.body.records, 'record')}, "
    counts += count(len(summary.violations), "violation")
    if summary.body.rejected:
        counts += f", {count(summary.body.rejected, 'rejected line')}"
    if summary.body.other_layout_rows:
        counts += f", {sum(summary.body.other_layout_rows.values()):,} rows of another layout left out"
    console.print(counts, soft_wrap=True)
    if not summary.rows:
        console.print(safe(summary.reason), soft_wrap=True)
    for note in summary.notes:
        console.print(f"Note: {safe(note)}", soft_wrap=True)
    if summary.violations:
        console.print(_violations(summary.violations))
    if summary.body.features:
        console.print(_features(summary.body.features))


def show_failure(console: Console, execution: Execution) -> None:
    """An execution that has no files."""
    console.print(_status(execution.status), soft_wrap=True, end="  ")
    console.print(f"{safe(execution.endpoint)} {safe(execution.monitor)}", soft_wrap=True)
    console.print(safe(execution.reason), soft_wrap=True)


def show_executions(console: Console, executions: Sequence[Execution]) -> None:
    """A table with one line per execution, all of the same monitor."""
    labelled = any(execution.coverage is not None for execution in executions)
    without_rows = [execution for execution in executions if not execution.rows]
    shown = (*(["labelled"] if labelled else []), "figure", "value", *(["why"] if without_rows else []))
    names = ("scheduled", "status", "rows", "violations", *shown)
    table = table_of(*names, numbers=("rows", "violations", "labelled", "value"), whole=("scheduled",))
    for execution in executions:
        headline = execution.headline
        coverage = "" if execution.coverage is None else percent(execution.coverage)
        about = f" of {headline.subject}" if headline and headline.subject else ""
        table.add_row(
            format_instant(execution.scheduled_time) if execution.scheduled_time else "",
            _status(execution.status),
            f"{execution.rows:,}",
            str(execution.violations),
            *([coverage] if labelled else []),
            safe(f"{metric_name(headline.figure)}{about}" if headline else ""),
            number(headline.value) if headline else "",
            *(["" if execution.rows else safe(execution.reason)] if without_rows else []),
        )
    console.print(table)


def _status(status: ExecutionStatus) -> Text:
    return Text(status.value, style=_COLOURS[status])


def _violations(violations: Sequence[Finding]) -> Table:
    table = table_of("feature", "check", "what", "where it moved", "for example")
    for violation in violations:
        moved = "; ".join(_move(bucket) for bucket in violation.moves[:2])
        table.add_row(
            safe(violation.subject),
            safe(violation.check),
            safe(violation.description),
            safe(moved),
            safe(", ".join(violation.inference_ids[:2])),
        )
    return table


def _features(features: Sequence[FeatureSummary]) -> Table:
    uncompared = [feature for feature in features if feature.not_compared]
    figures = ("completeness", "drift", "limit")
    why_not = ("not compared because",) if uncompared else ()
    table = table_of("feature", "type", *figures, "direction", *why_not, numbers=figures)
    for feature in features:
        drift = feature.drift
        value = drift.value if drift else None
        table.add_row(
            safe(feature.name),
            safe(feature.inferred_type),
            "" if feature.completeness is None else percent(feature.completeness),
            "" if value is None else Text(number(value), style="red" if drift and drift.drifted else ""),
            "" if drift is None else number(drift.threshold),
            drift.direction if drift else "",
            *([safe(feature.not_compared or "")] if uncompared else []),
        )
    return table


def _move(bucket: Move) -> str:
    """`0.5 to 1: 2 % → 31.5 %`"""
    if bucket.value is not None:
        name = bucket.value if len(bucket.value) <= _LONGEST_VALUE else f"{bucket.value[:_LONGEST_VALUE]}…"
    elif bucket.lower is None:
        name = f"below {number(bucket.upper)}"
    elif bucket.upper is None:
        name = f"{number(bucket.lower)} and more"
    else:
        name = f"{number(bucket.lower)} to {number(bucket.upper)}"
    return f"{name}: {percent(bucket.baseline)} → {percent(bucket.current)}"
