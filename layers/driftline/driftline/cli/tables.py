"""Executions as a person reads them. Names and values come from data, so all of them are escaped."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.text import safe
from driftline.domain.executions.execution import Execution, ExecutionStatus
from driftline.domain.executions.verdict import Verdict
from driftline.presentation.text import instant, percent

_STATES: dict[Verdict | None, tuple[str, str]] = {
    "good": (ExecutionStatus.COMPLETED, "green"),
    "violations": (ExecutionStatus.COMPLETED_WITH_VIOLATIONS, "red"),
    "not_evaluated": ("Not evaluated", "yellow"),
    None: (ExecutionStatus.FAILED, "bold red"),
}
"""What is printed for each verdict, and its colour; None: the execution failed."""


def show_failure(console: Console, execution: Execution) -> None:
    """An execution that has no files."""
    console.print(verdict_text(execution.verdict), soft_wrap=True, end="  ")
    console.print(f"{safe(execution.endpoint)} {safe(execution.monitor)}", soft_wrap=True)


def show_executions(console: Console, executions: Sequence[Execution]) -> None:
    """A table with one line per execution, all of the same monitor, by their windows."""
    labelled = any(execution.coverage is not None for execution in executions)
    names = ("window from", "status", "rows", "violations", *(["labelled"] if labelled else []), "what")
    table = table_of(*names, numbers=("rows", "violations", "labelled"), whole=("window from", "status"))
    for execution in executions:
        coverage = "" if execution.coverage is None else percent(execution.coverage)
        table.add_row(
            instant(execution.window.start if execution.window else execution.scheduled_time),
            verdict_text(execution.verdict),
            f"{execution.rows:,}",
            str(execution.violations),
            *([coverage] if labelled else []),
            safe(execution.sentence or execution.reason),
        )
    console.print(table)


def verdict_text(verdict: Verdict | None) -> Text:
    """SageMaker's status, or that nothing was evaluated, which SageMaker also calls Completed."""
    return Text(*_STATES[verdict])
