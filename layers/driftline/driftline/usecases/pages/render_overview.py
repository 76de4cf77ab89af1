"""The page of an endpoint over time, and its line on the page of all endpoints (`render_index`).

Both are made from the records of executions (`overview_records`), so the same records give the same bytes; the page
also from the open incidents under `watch`. Two executions may be rendered at the same time. After writing an endpoint's
page, each lists its records and incidents again and writes the page once more if one was added meanwhile, so the page
that is written last has seen all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.open_watch import OpenWatch
from driftline.domain.keys import REPORTS, index_line_key, overview_now_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import NOBODY
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.html import render_endpoint
from driftline.presentation.pages.overview.now import Now, now_of, parse_now
from driftline.presentation.pages.overview.view_endpoint import endpoint_view
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.pages.index_sources import open_watches
from driftline.usecases.pages.next_due import due_times
from driftline.usecases.pages.overview_records import MonitorRecords, changed, read_records
from driftline.usecases.pages.unchanged import HTML, JSON, put_if_changed
from driftline.usecases.ports import IndexRequests, ObjectStore

INDEX = "index.html"
_LOOKS = 3
"""Maximum number of times that a page is written because something came, which has it rendered, too."""

type _Look = tuple[list[MonitorRecords], Sequence[OpenWatch]]


@dataclass(frozen=True, slots=True)
class RenderedOverview:
    """Attributes: endpoint_page: key; executions: on it."""

    endpoint_page: str
    executions: int


def render_pages(store: ObjectStore, endpoint: str, *, kinds: Kinds, index: IndexRequests) -> RenderedOverview:
    """Writes the endpoint's page and requests that of all endpoints.

    It is requested in any case: an earlier attempt may have written the line and ended before its request.
    """
    executions = render_endpoint_page(store, endpoint, kinds=kinds)
    index.request()
    return RenderedOverview(endpoint_page_key(endpoint), executions)


def endpoint_page_key(endpoint: str) -> str:
    return f"{REPORTS}{endpoint}/{INDEX}"


def render_endpoint_page(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> int:
    """Writes the endpoint's page and its line for the index. Returns the number of executions on it."""
    executions = 0
    for read, watch in _looks(store, endpoint):
        executions = sum(len(each.records) for each in read)
        document = find_document(store, endpoint, kinds=kinds)
        of = document.ownership if document else NOBODY
        due = due_times(store, endpoint, [each.records for each in read], document)
        monitors = [(each.records, each.baseline) for each in read]
        page = render_endpoint(endpoint_view(endpoint, monitors, due, of, watch))
        put_if_changed(store, endpoint_page_key(endpoint), page, content_type=HTML)
        _write_line(store, endpoint, read, due, document)
    return executions


def _looks(store: ObjectStore, endpoint: str) -> Iterator[_Look]:
    """The newest records and what stopped, and again if others came meanwhile: what is written last has seen all."""
    for _ in range(_LOOKS):
        read, watch = read_records(store, endpoint), _watch(store, endpoint)
        if not read:
            return
        yield read, watch
        if not changed(store, endpoint, read) and _watch(store, endpoint) == watch:
            return


def _watch(store: ObjectStore, endpoint: str) -> Sequence[OpenWatch]:
    return open_watches(store, endpoint).get(endpoint, ())


def line_of(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> Now | None:
    """The endpoint's line, from its records; None without any."""
    read = read_records(store, endpoint)
    if not read:
        return None
    document = find_document(store, endpoint, kinds=kinds)
    return _line(endpoint, read, due_times(store, endpoint, [each.records for each in read], document), document)


def _write_line(
    store: ObjectStore,
    endpoint: str,
    read: Sequence[MonitorRecords],
    due: Mapping[str, datetime | None],
    document: MonitorDocument | None,
) -> None:
    found = store.find(index_line_key(endpoint))
    body = _line(endpoint, read, due, document, documented=found is not None and _was_documented(found.body)).to_json()
    if found is None or found.body != body:
        # For the release before this one, if it comes back. First, so that a crash in between leaves a difference.
        store.put(overview_now_key(endpoint), body, content_type=JSON)
        store.put(index_line_key(endpoint), body, content_type=JSON)


def _was_documented(body: bytes) -> bool:
    """A page that is written after the document was deleted does not bring the endpoint back."""
    try:
        return parse_now(body, "").documented
    except InvalidInputError:
        return False


def _line(
    endpoint: str,
    read: Sequence[MonitorRecords],
    due: Mapping[str, datetime | None],
    document: MonitorDocument | None,
    *,
    documented: bool = False,
) -> Now:
    of = document.ownership if document else NOBODY
    documented = documented or document is not None
    return now_of(endpoint, [each.records for each in read], due, of=of, documented=documented)
