"""Executions as a person reads them. Names and values come from data, so all of them are escaped."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.text import safe
from driftline.domain.executions.execution import Execution, ExecutionStatus
from driftline.domain.executions.verdict import Verdict
from driftline.domain.windows import format_instant
from driftline.presentation.text import metric_name, number, percent

_STATES: dict[Verdict | None, tuple[str, str]] = {
    "good": (ExecutionStatus.COMPLETED, "green"),
    "violations": (ExecutionStatus.COMPLETED_WITH_VIOLATIONS, "red"),
    "not_evaluated": ("Not evaluated", "yellow"),
    None: (ExecutionStatus.FAILED, "bold red"),
}
"""What is printed for each verdict, and its colour; None: the execution failed."""

_WITHOUT_VERDICT = ("not_evaluated", None)
"""These say why."""


def show_failure(console: Console, execution: Execution) -> None:
    """An execution that has no files."""
    console.print(verdict_text(execution.verdict), soft_wrap=True, end="  ")
    console.print(f"{safe(execution.endpoint)} {safe(execution.monitor)}", soft_wrap=True)


def show_executions(console: Console, executions: Sequence[Execution]) -> None:
    """A table with one line per execution, all of the same monitor."""
    labelled = any(execution.coverage is not None for execution in executions)
    unevaluated = any(execution.verdict in _WITHOUT_VERDICT for execution in executions)
    shown = (*(["labelled"] if labelled else []), "figure", "value", *(["why"] if unevaluated else []))
    names = ("scheduled", "status", "rows", "violations", *shown)
    table = table_of(*names, numbers=("rows", "violations", "labelled", "value"), whole=("scheduled",))
    for execution in executions:
        headline = execution.headline
        coverage = "" if execution.coverage is None else percent(execution.coverage)
        about = f" of {headline.subject}" if headline and headline.subject else ""
        table.add_row(
            format_instant(execution.scheduled_time) if execution.scheduled_time else "",
            verdict_text(execution.verdict),
            f"{execution.rows:,}",
            str(execution.violations),
            *([coverage] if labelled else []),
            safe(f"{metric_name(headline.figure)}{about}" if headline else ""),
            number(headline.value) if headline else "",
            *([safe(execution.reason) if execution.verdict in _WITHOUT_VERDICT else ""] if unevaluated else []),
        )
    console.print(table)


def verdict_text(verdict: Verdict | None) -> Text:
    """SageMaker's status, or that nothing was evaluated, which SageMaker also calls Completed."""
    return Text(*_STATES[verdict])
