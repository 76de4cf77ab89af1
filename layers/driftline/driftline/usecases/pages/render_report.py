"""The page of one execution: report.html next to its files.

Everything on it comes from the store: the execution's files, the baseline's, and the last executions before it. The
same objects give the same bytes, so a page may be made again at any time.
"""

from dataclasses import dataclass

from driftline.domain.executions.place import Place, parse_place
from driftline.domain.keys import REPORTS
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.report import Report
from driftline.usecases.pages.report_inputs import ReportInputs, report_inputs
from driftline.usecases.ports import ObjectStore

PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """Attributes: key: of the page; size: bytes; inputs: its sources; report: what it says."""

    key: str
    size: int
    inputs: ReportInputs
    report: Report

    @property
    def past(self) -> int:
        """Number of earlier executions in its trends."""
        return len(self.inputs.past)


def render_report(store: ObjectStore, folder: str, *, kinds: Kinds, revision: int | None = None) -> RenderedReport:
    """Writes the page of the execution with its files in a folder.

    Args:
        folder: `reports/<endpoint>/<monitor>/yyyy/mm/dd/hh/`, or another such folder that SageMaker wrote to.
        revision: From its event; the store records it a moment later.

    Raises:
        ObjectNotFoundError: no verdict.
        InvalidInputError: a file cannot be read, or there is no page for this kind of monitor.
    """
    inputs = report_inputs(store, parse_place(folder), kinds=kinds, revision=revision)
    report = inputs.report()
    body = render(page_view(report, over_time=_over_time(inputs.place)))
    store.put(f"{folder}{PAGE}", body, content_type="text/html; charset=utf-8")
    return RenderedReport(f"{folder}{PAGE}", len(body), inputs, report)


def _over_time(place: Place) -> str | None:
    """Link from the page to the endpoint's page; None for files elsewhere, which have no such page."""
    root = f"{REPORTS}{place.endpoint}/"
    if not place.folder.startswith(root):
        return None
    return "../" * place.folder.removeprefix(root).count("/") + "index.html"
