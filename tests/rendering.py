"""The pages of an execution, and at once that of all endpoints, which a function of its own makes in the cloud."""

from dataclasses import dataclass

from driftline.kinds.kind import Kinds
from driftline.presentation.report import Report
from driftline.usecases.pages import render_execution as executions
from driftline.usecases.pages.overview_records import keep_record
from driftline.usecases.pages.render_execution import RenderedExecution
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import RenderedOverview, render_pages
from driftline.usecases.ports import ObjectStore


@dataclass
class IndexAtOnce:
    """`IndexRequests` without a queue."""

    store: ObjectStore
    kinds: Kinds

    def request(self) -> None:
        render_index_page(self.store, kinds=self.kinds)


def render_execution(
    store: ObjectStore, folder: str, *, kinds: Kinds, revision: int | None = None
) -> RenderedExecution:
    """See usecases/pages/render_execution.py."""
    index = IndexAtOnce(store, kinds)
    return executions.render_execution(store, folder, kinds=kinds, index=index, revision=revision)


def render_overview(
    store: ObjectStore, report: Report, baseline_statistics: bytes | None, *, kinds: Kinds
) -> RenderedOverview | None:
    """Records an execution and writes the pages that list it; None if none does."""
    if keep_record(store, report, baseline_statistics) is None:
        return None
    return render_pages(store, report.outcome.place.endpoint, kinds=kinds, index=IndexAtOnce(store, kinds))
