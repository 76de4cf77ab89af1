"""Executions as a person reads them. Names and values come from data, so all of them are escaped."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.text import safe
from driftline.domain.executions.execution import Execution, ExecutionStatus
from driftline.domain.windows import format_instant
from driftline.presentation.text import metric_name, number, percent

_COLOURS = {
    ExecutionStatus.COMPLETED: "green",
    ExecutionStatus.COMPLETED_WITH_VIOLATIONS: "red",
    ExecutionStatus.FAILED: "bold red",
}


def show_failure(console: Console, execution: Execution) -> None:
    """An execution that has no files."""
    console.print(status_text(execution.status), soft_wrap=True, end="  ")
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
            status_text(execution.status),
            f"{execution.rows:,}",
            str(execution.violations),
            *([coverage] if labelled else []),
            safe(f"{metric_name(headline.figure)}{about}" if headline else ""),
            number(headline.value) if headline else "",
            *(["" if execution.rows else safe(execution.reason)] if without_rows else []),
        )
    console.print(table)


def status_text(status: ExecutionStatus) -> Text:
    return Text(status.value, style=_COLOURS[status])
