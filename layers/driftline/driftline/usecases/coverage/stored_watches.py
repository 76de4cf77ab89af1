"""What a store watches: its documents, when each monitor last evaluated a window, and whose captures arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from driftline.domain.coverage.watch import Evaluated, Watch, Watcher
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import CAPTURE, MONITORS, PROFILES, REPORTS, endpoint_of_document
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.windows import Window
from driftline.kinds.kind import Kinds
from driftline.usecases.executions.last_execution import LastExecution, last_execution
from driftline.usecases.executions.past_executions import window_in
from driftline.usecases.executions.scheduled_executions import monitor_folder, newest_endings
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side

_NEWEST = 20
"""Executions that are looked at where no function keeps the last one: in folders, and of releases before it did."""


@dataclass(frozen=True, slots=True)
class StoredEndpoint:
    """What a store has of an endpoint.

    Attributes:
        watches: The monitors of its document.
        bucket: That its document names for captures; empty for the store itself, or without a document.
        error: What is wrong with its document, in a line.
    """

    endpoint: str
    watches: tuple[Watch, ...] = ()
    has_document: bool = False
    bucket: str = ""
    error: str = ""
    captures: bool = False
    reports: bool = False


class _Head(msgspec.Struct):
    evaluated_rows: int | None = None


_HEADS = JsonDecoder(_Head)


def stored_endpoints(store: ObjectStore, *, kinds: Kinds) -> Mapping[str, StoredEndpoint]:
    """Endpoints with a monitor document, captures or reports, by name.

    Four listings; then for each document one read, and for each monitor one, or a few if it has reports and no function
    has kept its last execution.
    """
    captured = {*store.folders(CAPTURE), *store.folders(PROFILES)}
    reported = set(store.folders(REPORTS))
    documents = {endpoint for each in store.list(MONITORS) if (endpoint := endpoint_of_document(each.key))}

    def look(endpoint: str) -> StoredEndpoint:
        found = StoredEndpoint(endpoint, captures=endpoint in captured, reports=endpoint in reported)
        return _watched(store, found, kinds=kinds) if endpoint in documents else found

    names = sorted(documents | captured | reported)
    return {each.endpoint: each for each in side_by_side(look, names, store.at_once)}


def _watched(store: ObjectStore, found: StoredEndpoint, *, kinds: Kinds) -> StoredEndpoint:
    """With what its document says."""
    try:
        document = load_document(store, found.endpoint, kinds=kinds)
    except DriftlineError as error:
        # The first line says which document; `driftline validate` lists all that is wrong with it.
        return replace(found, has_document=True, error=str(error).partition("\n")[0])
    watches = _watches(store, document, found, kinds=kinds)
    return replace(found, watches=watches, has_document=True, bucket=document.capture.bucket or "")


def _watches(
    store: ObjectStore, document: MonitorDocument, found: StoredEndpoint, *, kinds: Kinds
) -> tuple[Watch, ...]:
    return tuple(
        Watch(
            Watcher.DRIFTLINE,
            name,
            name,
            monitor.enabled,
            "enabled" if monitor.enabled else "disabled",
            _evaluated(store, found.endpoint, name, reports=found.reports, kinds=kinds),
        )
        for name, monitor in document.monitors.by_name().items()
    )


def _evaluated(store: ObjectStore, endpoint: str, monitor: str, *, reports: bool, kinds: Kinds) -> Evaluated | None:
    """The last execution that evaluated rows, as the functions kept it; otherwise from its reports."""
    last = last_execution(store, endpoint, monitor)
    if last is not None and last.last_judged is not None:
        return Evaluated(last.last_judged, _window_of(last))
    return _newest_report(store, endpoint, monitor, kinds=kinds) if reports else None


def _window_of(last: LastExecution) -> Window | None:
    """The window of the last execution, if that is the one that evaluated rows last."""
    if last.scheduled_time != last.last_judged or last.window_start is None or last.window_end is None:
        return None
    return Window(last.window_start, last.window_end)


def _newest_report(store: ObjectStore, endpoint: str, monitor: str, *, kinds: Kinds) -> Evaluated | None:
    for place in newest_endings(store, monitor_folder(REPORTS, endpoint, monitor), _NEWEST, kinds=kinds)[::-1]:
        found = store.find(f"{place.folder}{SUMMARY}")
        if found is not None and _has_rows(found.body):
            return Evaluated(place.scheduled, _window_in(found.body))
    return None


def _has_rows(summary: bytes) -> bool:
    try:
        return bool(_HEADS.decode(summary).evaluated_rows)
    except (msgspec.DecodeError, InvalidInputError):
        return False


def _window_in(summary: bytes) -> Window | None:
    ends = window_in(summary)
    try:
        return Window(*ends) if ends else None
    except InvalidInputError:
        return None
