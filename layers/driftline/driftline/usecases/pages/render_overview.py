"""The page of an endpoint over time, and the page of all endpoints.

Both are made from the records of executions (`overview_records`), so the same records give the same bytes. Two
executions may be rendered at the same time. After writing an endpoint's page, each lists its records again and writes
the page once more if one was added meanwhile, so the page that is written last has seen every record. The page of all
endpoints is not checked again: an outdated one is corrected by the next execution of any endpoint.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import OVERVIEW, REPORTS, overview_now_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import NOBODY
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.html import render_endpoint, render_index
from driftline.presentation.pages.overview.now import Now, now_of, parse_now
from driftline.presentation.pages.overview.view_endpoint import endpoint_view
from driftline.presentation.pages.overview.view_index import index_view
from driftline.presentation.report import Report
from driftline.usecases.executions.past_executions import body_or_none
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.pages.index_sources import listed, open_watches
from driftline.usecases.pages.next_due import due_times
from driftline.usecases.pages.overview_records import MonitorRecords, changed, keep_record, read_records
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side

INDEX = "index.html"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_LOOKS = 3
"""Maximum number of times that a page or a line is written because of new records, which render themselves, too."""


@dataclass(frozen=True, slots=True)
class RenderedOverview:
    """Attributes: endpoint_page, index_page: keys; executions: on the endpoint's page; endpoints: on the index."""

    endpoint_page: str
    index_page: str
    executions: int
    endpoints: int


def render_overview(
    store: ObjectStore, report: Report, baseline_statistics: bytes | None, *, kinds: Kinds
) -> RenderedOverview | None:
    """Records an execution and writes the pages that list it.

    Args:
        report: What its page says.
        baseline_statistics: The statistics.json of its baseline.

    Returns:
        None for an execution that is on no such page, see keep_record.
    """
    if keep_record(store, report, baseline_statistics) is None:
        return None
    return render_pages(store, report.outcome.place.endpoint, kinds=kinds)


def render_pages(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> RenderedOverview:
    """Writes the endpoint's page and that of all endpoints."""
    executions = render_endpoint_page(store, endpoint, kinds=kinds)
    endpoints = render_index_page(store, kinds=kinds)
    return RenderedOverview(endpoint_page_key(endpoint), f"{REPORTS}{INDEX}", executions, endpoints)


def endpoint_page_key(endpoint: str) -> str:
    return f"{REPORTS}{endpoint}/{INDEX}"


def render_endpoint_page(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> int:
    """Writes the endpoint's page and its line for the index. Returns the number of executions on it."""
    executions = 0
    for read in _looks(store, endpoint):
        executions = sum(len(each.records) for each in read)
        document = find_document(store, endpoint, kinds=kinds)
        of = document.ownership if document else NOBODY
        due = due_times(store, endpoint, [each.records for each in read], document)
        page = render_endpoint(endpoint_view(endpoint, [(each.records, each.baseline) for each in read], due, of))
        store.put(endpoint_page_key(endpoint), page, content_type=_HTML)
        _write_line(store, endpoint, read, due, document)
    return executions


def _looks(store: ObjectStore, endpoint: str) -> Iterator[list[MonitorRecords]]:
    """The newest records, and again if others came meanwhile: what is written last is made of all of them."""
    for _ in range(_LOOKS):
        read = read_records(store, endpoint)
        if not read:
            return
        yield read
        if not changed(store, endpoint, read):
            return


def _write_line(
    store: ObjectStore,
    endpoint: str,
    read: Sequence[MonitorRecords],
    due: Mapping[str, datetime | None],
    document: MonitorDocument | None,
) -> Now:
    documented = document is not None or _was_documented(store, endpoint)
    of = document.ownership if document else NOBODY
    now = now_of(endpoint, [each.records for each in read], due, of=of, documented=documented)
    store.put(overview_now_key(endpoint), now.to_json(), content_type=_JSON)
    return now


def _was_documented(store: ObjectStore, endpoint: str) -> bool:
    """A page that is written after the document was deleted does not bring the endpoint back."""
    key = overview_now_key(endpoint)
    body = body_or_none(store, key)
    try:
        return body is not None and parse_now(body, key).documented
    except InvalidInputError:
        return False


def render_index_page(store: ObjectStore, *, kinds: Kinds) -> int:
    """Writes the page of all endpoints from their lines. Returns the number of endpoints."""
    found = side_by_side(lambda endpoint: _line(store, endpoint, kinds=kinds), store.folders(OVERVIEW))
    lines = listed(store, filter(None, found))
    store.put(f"{REPORTS}{INDEX}", render_index(index_view(lines, open_watches(store))), content_type=_HTML)
    return len(lines)


def _line(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> Now | None:
    """Written again from the records if another version wrote it: an update hides no endpoint until it runs next."""
    key = overview_now_key(endpoint)
    body = body_or_none(store, key)
    if body is None:
        return None
    try:
        return parse_now(body, key)
    except InvalidInputError:
        now = None
        for read in _looks(store, endpoint):
            document = find_document(store, endpoint, kinds=kinds)
            due = due_times(store, endpoint, [each.records for each in read], document)
            now = _write_line(store, endpoint, read, due, document)
        return now
