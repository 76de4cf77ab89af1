"""Prints the report of an execution of any kind of monitor. Texts come from data, so they are escaped."""

from collections.abc import Sequence

from rich import table as rich
from rich.console import Console
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.places import Place
from driftline.cli.tables import verdict_text
from driftline.cli.text import safe
from driftline.domain.executions.place import Place as ExecutionPlace
from driftline.domain.executions.place import parse_place
from driftline.domain.keys import baseline_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.cells import NUMERIC, cell_text
from driftline.presentation.findings import move_text
from driftline.presentation.report import Evidence, Report
from driftline.presentation.tables import Column, Gauge, Medium, Row, Table
from driftline.presentation.text import rounded, window
from driftline.usecases.pages.report_inputs import ReportInputs, execution_files
from driftline.usecases.ports import ObjectStore

_IN_THE_HEADING = {"Window", "Scheduled", "By hand, ends", "Revision"}
_EXAMPLES = 2  # moves and inferences of a finding


def read_report(place: Place, folder: str) -> Report:
    """The report of an execution.

    Raises:
        ObjectNotFoundError: there is no verdict.
        InvalidInputError: a file cannot be read.
    """
    execution = parse_place(folder)
    return report_of(place.store, execution, baseline_folder(execution.endpoint, execution.monitor))


def report_of(store: ObjectStore, execution: ExecutionPlace, baseline: str) -> Report:
    """As `read_report`, with the baseline's folder."""
    files, kind = execution_files(store, execution, baseline, kinds=KINDS)
    return ReportInputs(execution, kind, files).report()


def show_report(console: Console, store: ObjectStore, report: Report) -> None:
    show_verdict(console, report)
    console.print(f"Files: {safe(store.uri(report.outcome.place.folder))}", soft_wrap=True)


def show_verdict(console: Console, report: Report) -> None:
    """Everything but where its files are."""
    outcome = report.outcome
    console.print(verdict_text(outcome.verdict), soft_wrap=True, end="  ")
    judged = f", {window(*outcome.window)}" if outcome.window else ""
    names = f"{outcome.place.endpoint} {outcome.place.monitor}".strip() or report.title
    console.print(f"{safe(names)}{judged}", soft_wrap=True)
    console.print(safe(report.headline), soft_wrap=True)
    facts = [f"{fact.label}: {fact.value}" for fact in report.facts if fact.label not in _IN_THE_HEADING]
    console.print(safe("; ".join(facts)), soft_wrap=True)
    for note in report.notes:
        console.print(f"Note: {safe(note)}", soft_wrap=True)
    if report.evidence:
        console.print(_findings(report.evidence))
    for table in report.tables:
        if table.rows and outcome.has_figures:
            console.print(drawn_table(table))


def _findings(evidence: Sequence[Evidence]) -> rich.Table:
    table = table_of("finding", "check", "description", "where it moved", "for example")
    for each in evidence:
        finding = each.finding
        table.add_row(
            safe(each.subject),
            safe(finding.check),
            safe(finding.sentence or rounded(finding.description)),
            safe("; ".join(map(move_text, finding.moves[:_EXAMPLES]))),
            safe(", ".join(finding.inference_ids[:_EXAMPLES])),
        )
    return table


def drawn_table(table: Table) -> rich.Table:
    """The columns that are for terminals; rows in the order in which people read them."""
    columns = [(index, column) for index, column in enumerate(table.columns) if Medium.TERMINAL in column.on]
    titles = [column.title for _, column in columns]
    numbers = [column.title for _, column in columns if column.holds in NUMERIC]
    drawn = table_of(*titles, numbers=numbers)
    for row in table.ordered:
        drawn.add_row(*(_cell(row, index, column) for index, column in columns))
    return drawn


def _cell(row: Row, index: int, column: Column) -> Text | str:
    cell = row.cells[index]
    text = cell_text(cell, column.holds)
    wrong = column.name in row.bad or (isinstance(cell, Gauge) and cell.beyond)
    return Text(text, style="red") if wrong or (row.violated and column.holds in NUMERIC) else safe(text)
