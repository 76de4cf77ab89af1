"""From an uploaded monitor document to its schedules, alarms and dashboard, and to its status file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from driftline.domain.documents.parse import (
    DocumentError,
    InvalidDocumentError,
    decode_document,
    errors_of,
    parse_document,
)
from driftline.domain.documents.positions import read_yaml
from driftline.domain.documents.status import MonitorState, MonitorStatus, StatusError
from driftline.domain.errors import DriftlineError
from driftline.domain.keys import baseline_folder, document_key, endpoint_of_document, script_key, status_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.fields import format_offset
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.naming import schedule_name
from driftline.kinds.kind import Kind, Kinds
from driftline.usecases.monitors.monitor_documents import load_status
from driftline.usecases.monitors.monitor_resources import MonitorResources, RefusedError, Resources
from driftline.usecases.monitors.script_checks import problems_of_scripts
from driftline.usecases.ports import ObjectStore, Operators, StoredObject

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Configured:
    """The result of a document.

    Attributes:
        status: `ok`; `error`, nothing was changed; `removed`, the document no longer exists; `ignored`, not the key of
            a document.
        schedules: Current names of the endpoint's schedules.
        alarms: Current names of its alarms.
        errors: In the order of their lines.
    """

    endpoint: str
    status: Literal["ok", "error", "removed", "ignored"]
    schedules: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    errors: tuple[DocumentError, ...] = ()


def configure_monitor(
    key: str, *, store: ObjectStore, resources: MonitorResources, operators: Operators, kinds: Kinds
) -> Configured:
    """Sets an endpoint's schedules, alarms, dashboard and status file according to its document.

    The current document counts, whatever the event: events can be late, duplicated and out of order.

    Args:
        key: The key of the event, `monitors/<endpoint>.yaml`.

    Raises:
        DriftlineError: the document kept changing; a retry helps.
    """
    endpoint = endpoint_of_document(key)
    if endpoint is None:
        return Configured("", "ignored")
    for _ in range(_ATTEMPTS):
        found = _find(store, endpoint)
        configured = _configure(endpoint, found, store, resources, operators, kinds=kinds)
        # Another process may have configured a newer document between our reading and writing.
        if _find(store, endpoint) == found:
            return configured
    raise DriftlineError("the document keeps changing while it is read", where=store.uri(key))


def _find(store: ObjectStore, endpoint: str) -> tuple[str, StoredObject] | None:
    """The endpoint's document and its key. One that ends in .yml is found too, so that its error can be reported."""
    for key in (document_key(endpoint), document_key(endpoint).removesuffix("yaml") + "yml"):
        if found := store.find(key):
            return key, found
    return None


def _configure(
    endpoint: str,
    found: tuple[str, StoredObject] | None,
    store: ObjectStore,
    resources: MonitorResources,
    operators: Operators,
    *,
    kinds: Kinds,
) -> Configured:
    before = load_status(store, endpoint)
    if found is None:
        resources.remove(endpoint, before)
        store.delete(status_key(endpoint))
        return Configured(endpoint, "removed")
    key, stored = found
    try:
        document = _read(key, stored.body, kinds=kinds)
        there = _follow(document, key, stored.body, before, resources)
    except InvalidDocumentError as error:
        status = _failed(endpoint, key, stored.etag, error, before)
        if before != status:
            # Sent before it is recorded: if the message is lost, the retry sends it again.
            operators.notify(f"Driftline: {key} has errors", _message(error, status, store))
            _write(store, status)
        return Configured(endpoint, "error", status.schedules, status.alarms, error.errors)
    status = MonitorStatus(
        endpoint=endpoint,
        status="ok",
        key=key,
        etag=stored.etag,
        schedules=there.schedules,
        alarms=there.alarms,
        dashboard=there.dashboard,
        spread_minutes=resources.defaults.spread_minutes,
        monitors={name: _state(store, document, kinds.named(name)) for name in document.monitors.by_name()},
        # Without fields that hold nothing: the previous release, after a rollback, knows none that are new.
        document=document.model_dump(mode="json", exclude_none=True),
    )
    if before != status:
        problems = _script_problems(status)
        if problems and problems != _script_problems(before):
            operators.notify(f"Driftline: a script of {endpoint} cannot run", _script_message(problems, status, store))
        _write(store, status)
    return Configured(endpoint, "ok", there.schedules, there.alarms)


def _follow(
    document: MonitorDocument, key: str, body: bytes, before: MonitorStatus | None, resources: MonitorResources
) -> Resources:
    """Raises InvalidDocumentError if AWS refuses something, which is not visible before."""
    try:
        return resources.follow(document, before)
    except RefusedError as refused:
        positions = read_yaml(decode_document(body, where=key)).positions
        errors = errors_of(refused.refusals, positions)
        raise InvalidDocumentError(key, sorted(errors, key=lambda e: (e.line, e.column, e.field))) from refused


def _read(key: str, body: bytes, *, kinds: Kinds) -> MonitorDocument:
    if not key.endswith(".yaml"):
        error = DocumentError(1, 1, "", "a file that ends in .yml", ".yaml", "Rename it.")
        raise InvalidDocumentError(key, [error])
    return parse_document(decode_document(body, where=key), where=key, model=kinds.document)


def _state(store: ObjectStore, document: MonitorDocument, kind: Kind) -> MonitorState:
    name, monitor = kind.name, document.monitors.by_name()[kind.name]
    folder = baseline_folder(document.endpoint, name)
    there = {summary.key for summary in store.list(folder)}
    baseline = [folder + file for file in kind.baseline_files]
    missing = [key for key in baseline if key not in there]
    scripts = map(script_key, monitor.scripts.values())
    missing_scripts = [key for key in scripts if store.etag(key) is None]
    return MonitorState(
        schedule_name=schedule_name(document.endpoint, name) if monitor.enabled else None,
        schedule=monitor.schedule,
        timezone=monitor.timezone,
        window=_window_in_words(monitor),
        baseline="missing" if missing else "found",
        baseline_folder=folder,
        missing=(*missing, *missing_scripts),
        script_problems=problems_of_scripts(store, monitor),
    )


def _window_in_words(monitor: ScheduledMonitor) -> str:
    if monitor.window is None:
        return "from the schedule's previous occurrence to the scheduled time"
    start, end = format_offset(monitor.window.start_offset), format_offset(monitor.window.end_offset)
    return f"from {start} to {end} of the scheduled time"


def _failed(
    endpoint: str, key: str, etag: str, error: InvalidDocumentError, before: MonitorStatus | None
) -> MonitorStatus:
    return MonitorStatus(
        endpoint=endpoint,
        status="error",
        key=key,
        etag=etag,
        errors=tuple(StatusError.of(one) for one in error.errors),
        schedules=before.schedules if before else (),
        alarms=before.alarms if before else (),
        dashboard=before.dashboard if before else None,
        spread_minutes=before.spread_minutes if before else 0,
        monitors=before.monitors if before else {},
        document=before.document if before else None,
    )


def _message(error: InvalidDocumentError, status: MonitorStatus, store: ObjectStore) -> str:
    goes_on = (
        "Nothing was changed: the last valid document stays in effect."
        if status.document
        else "No monitor of this endpoint runs until it is fixed."
    )
    status_file = store.uri(status_key(status.endpoint))
    return f"{error}\n\n{goes_on}\nFix {store.uri(status.key)} and upload it again. Status: {status_file}\n"


def _script_problems(status: MonitorStatus | None) -> list[str]:
    monitors = status.monitors.values() if status else ()
    return list(dict.fromkeys(problem for monitor in monitors for problem in monitor.script_problems))


def _script_message(problems: Sequence[str], status: MonitorStatus, store: ObjectStore) -> str:
    lines = "".join(f"\n  {problem}" for problem in problems)
    return (
        f"{store.uri(status.key)} names scripts that cannot run:{lines}\n\n"
        "Until they are fixed, captures that need them are not read, and executions that need them fail.\n"
        f"Upload the script again. Status: {store.uri(status_key(status.endpoint))}\n"
    )


def _write(store: ObjectStore, status: MonitorStatus) -> None:
    store.put(status_key(status.endpoint), status.to_bytes(), content_type="application/json")
