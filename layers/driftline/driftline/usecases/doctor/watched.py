"""What the bucket says about the endpoints that are watched: documents, status files, last executions."""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.doctor.documents import DocumentFacts
from driftline.domain.doctor.executions import ClockFacts
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.keys import MONITORS, document_key, endpoint_of_document, endpoint_of_status, status_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.kind import Kinds
from driftline.usecases.executions.last_execution import LastExecution, last_execution
from driftline.usecases.freshness.check_freshness import missing_since
from driftline.usecases.freshness.freshness_record import Waiting, waited_for
from driftline.usecases.monitors.monitor_documents import last_good_document
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Watched:
    """An endpoint with a monitor document, or with what is left of one.

    Attributes:
        document: The one in effect; None if there never was a valid one.
        facts: The document as a file.
        last: The last execution of each enabled monitor that ran, by the monitor's name.
        waiting: Since when its schedules are known; None before the first hourly check.
    """

    endpoint: str
    document: MonitorDocument | None
    facts: DocumentFacts
    last: dict[str, LastExecution]
    waiting: Waiting | None

    @property
    def key(self) -> str:
        return document_key(self.endpoint)

    @property
    def status(self) -> MonitorStatus | None:
        return self.facts.status

    def enabled(self) -> dict[str, ScheduledMonitor]:
        """The monitors that run, by name."""
        monitors = self.document.monitors.by_name() if self.document else {}
        return {name: monitor for name, monitor in monitors.items() if monitor.enabled}


def watched_endpoints(store: ObjectStore, *, kinds: Kinds) -> list[Watched]:
    """All of them, by name."""
    etags: dict[str, str | None] = {}
    for found in store.list(MONITORS):
        if endpoint := endpoint_of_document(found.key):
            etags[endpoint] = found.etag
        elif endpoint := endpoint_of_status(found.key):
            etags.setdefault(endpoint, None)
    return [_watched(store, endpoint, etag, kinds=kinds) for endpoint, etag in sorted(etags.items())]


def _watched(store: ObjectStore, endpoint: str, etag: str | None, *, kinds: Kinds) -> Watched:
    found = store.find(status_key(endpoint))
    status = MonitorStatus.from_bytes(found.body) if found else None
    document = last_good_document(status, kinds=kinds)
    states = status.monitors.items() if status else ()
    absent = tuple((name, key) for name, state in states for key in state.missing if store.etag(key) is None)
    facts = DocumentFacts(endpoint, etag, status, absent)
    enabled = [name for name, monitor in document.monitors.by_name().items() if monitor.enabled] if document else []
    ran = {name: last for name in enabled if (last := last_execution(store, endpoint, name))}
    return Watched(endpoint, document, facts, ran, waited_for(store, endpoint))


def clocks_of(store: ObjectStore, watched: Watched, at: datetime) -> list[ClockFacts]:
    """The clock of each enabled monitor of an endpoint."""
    return [_clock(store, watched, name, monitor, at) for name, monitor in watched.enabled().items()]


def _clock(store: ObjectStore, watched: Watched, name: str, monitor: ScheduledMonitor, at: datetime) -> ClockFacts:
    last = watched.last.get(name)
    ran = last.last_scheduled if last else None
    since = watched.waiting.monitors.get(name) if watched.waiting else None
    known = since is not None and since.is_of(monitor)
    overdue = None
    if since is not None and known:
        overdue = missing_since(store, watched.endpoint, name, monitor, ran, since.since, at)
    return ClockFacts(
        watched.endpoint,
        name,
        known,
        ran,
        overdue,
        (last.reason or "no reason was recorded") if last and last.failed else "",
    )
