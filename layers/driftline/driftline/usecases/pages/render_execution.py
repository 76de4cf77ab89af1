"""The pages of an execution, with or without a verdict: its own, its endpoint's, and that of all endpoints.

Only the contents of the folder count, not the event: events come twice and in any order. If there is a verdict, its
page is written, whatever failed before or after it.
"""

from dataclasses import dataclass, replace

from driftline.domain.executions.place import parse_place
from driftline.kinds.kind import Kinds
from driftline.usecases.pages.overview_records import keep_record
from driftline.usecases.pages.render_failure import render_failure
from driftline.usecases.pages.render_overview import RenderedOverview, render_pages
from driftline.usecases.pages.render_report import render_report
from driftline.usecases.ports import IndexRequests, ObjectStore


@dataclass(frozen=True, slots=True)
class RenderedExecution:
    """Attributes: key: of the execution's page; size: bytes; failed: there is no verdict; past: earlier executions in
    its trends; listed: it has a place on its endpoint's page; overview: that page, if it was written, too.
    """

    key: str
    size: int
    failed: bool
    past: int
    listed: bool
    overview: RenderedOverview | None = None


def render_page(store: ObjectStore, folder: str, *, kinds: Kinds, revision: int | None = None) -> RenderedExecution:
    """Writes the page of the execution with its files in a folder, and its record for the endpoint's page.

    Args:
        folder, revision: See render_report.

    Raises:
        ObjectNotFoundError: no execution is known there.
        InvalidInputError: a file cannot be read, or there is no page for this kind of monitor.
    """
    failure = render_failure(store, folder, kinds=kinds)
    if failure is not None and not failure.overtaken:
        return RenderedExecution(failure.key, failure.size, failed=True, past=0, listed=True)
    rendered = render_report(store, folder, kinds=kinds, revision=revision)
    listed = keep_record(store, rendered.report, rendered.inputs.baseline) is not None
    return RenderedExecution(rendered.key, rendered.size, failed=False, past=rendered.past, listed=listed)


def render_execution(
    store: ObjectStore, folder: str, *, kinds: Kinds, index: IndexRequests, revision: int | None = None
) -> RenderedExecution:
    """Writes the page of the execution with its files in a folder, and the pages that list it.

    Args:
        folder, revision: See render_report.
        index: Has the page of all endpoints made.

    Raises:
        As render_page.
    """
    rendered = render_page(store, folder, kinds=kinds, revision=revision)
    if not rendered.listed:
        return rendered
    return replace(rendered, overview=render_pages(store, parse_place(folder).endpoint, kinds=kinds, index=index))
