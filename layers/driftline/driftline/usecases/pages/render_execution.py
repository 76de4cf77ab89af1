"""The pages of an execution, with or without a verdict: its own, its endpoint's, and that of all endpoints.

Only the contents of the folder count, not the event: events come twice and in any order. If there is a verdict, its
page is written, whatever failed before or after it.
"""

from dataclasses import dataclass

from driftline.kinds.kind import Kinds
from driftline.usecases.pages.render_failure import render_failure
from driftline.usecases.pages.render_overview import RenderedOverview, render_overview, render_pages
from driftline.usecases.pages.render_report import render_report
from driftline.usecases.ports import IndexRequests, ObjectStore


@dataclass(frozen=True, slots=True)
class RenderedExecution:
    """Attributes: key: of the execution's page; size: bytes; failed: there is no verdict; past: earlier executions in
    its trends; overview: None if it is on no page over time.
    """

    key: str
    size: int
    failed: bool
    past: int
    overview: RenderedOverview | None


def render_execution(
    store: ObjectStore, folder: str, *, kinds: Kinds, index: IndexRequests, revision: int | None = None
) -> RenderedExecution:
    """Writes the page of the execution with its files in a folder, and the pages that list it.

    Args:
        folder, revision: See render_report.
        index: Has the page of all endpoints made.

    Raises:
        ObjectNotFoundError: no execution is known there.
        InvalidInputError: a file cannot be read, or there is no page for this kind of monitor.
    """
    failure = render_failure(store, folder, kinds=kinds)
    if failure is not None and not failure.overtaken:
        return RenderedExecution(
            failure.key, failure.size, True, 0, render_pages(store, failure.place.endpoint, kinds=kinds, index=index)
        )
    rendered = render_report(store, folder, kinds=kinds, revision=revision)
    overview = render_overview(store, rendered.report, rendered.inputs.baseline, kinds=kinds, index=index)
    return RenderedExecution(rendered.key, rendered.size, False, rendered.past, overview)
