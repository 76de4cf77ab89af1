"""Since when something is expected: a new endpoint or a changed schedule is not overdue. And which ages were in alarm.

No file of the user says when it was uploaded in a way that a replay could repeat. So the first look at an endpoint, or
at a schedule, writes its own time down. That is at most an hour late, and never an alarm too early.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.instants import Instant
from driftline.domain.keys import FRESHNESS, freshness_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.usecases.ports import ObjectStore


class WaitingForSchedule(BaseModel):
    """A schedule as it was found first.

    Attributes:
        schedule: Its expression and time zone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    schedule: str
    since: Instant

    def is_of(self, monitor: ScheduledMonitor) -> bool:
        """Whether the monitor still has this schedule."""
        return self.schedule == schedule_of(monitor)


class Waiting(BaseModel):
    """`state/freshness/<endpoint>.json`.

    Attributes:
        since: The first look at the endpoint.
        monitors: By name, those that are enabled.
        alarms: States of the alarms on ages at the last check, by label. None if the last check left them to
            CloudWatch, as earlier releases did.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: Instant
    monitors: dict[str, WaitingForSchedule] = {}
    alarms: dict[str, AlarmState] | None = None


def schedule_of(monitor: ScheduledMonitor) -> str:
    """Its expression and time zone."""
    return f"{monitor.schedule} {monitor.timezone}"


def waiting_since(before: Waiting | None, document: MonitorDocument, at: datetime) -> Waiting:
    """What is known of the endpoint; what is new or changed is waited for from this look on.

    Args:
        before: What the last look left; None at the first one.
    """
    known = before.monitors if before else {}
    monitors = {}
    for name, monitor in document.monitors.by_name().items():
        if not monitor.enabled:
            continue
        there = known.get(name)
        if there is None or not there.is_of(monitor):
            there = WaitingForSchedule(schedule=schedule_of(monitor), since=at)
        monitors[name] = there
    return Waiting(since=before.since if before else at, monitors=monitors, alarms=before.alarms if before else {})


def keep_waiting(store: ObjectStore, endpoint: str, waiting: Waiting, before: Waiting | None) -> None:
    """Leaves it to the next look, if anything is new."""
    if waiting != before:
        body = waiting.model_dump_json().encode()
        store.put(freshness_key(endpoint), body, content_type="application/json")


def waited_for(store: ObjectStore, endpoint: str) -> Waiting | None:
    """What is waited for; None where no stack looks after the endpoint, as in a folder."""
    return _kept(store, freshness_key(endpoint))


def forget_endpoints(store: ObjectStore, keep: Iterable[str]) -> None:
    """Deletes what is known of endpoints that have no monitor document any more."""
    kept = {freshness_key(endpoint) for endpoint in keep}
    for key in [found.key for found in store.list(FRESHNESS) if found.key not in kept]:
        store.delete(key)


def _kept(store: ObjectStore, key: str) -> Waiting | None:
    """None the first time, or when another version wrote it."""
    found = store.find(key)
    try:
        return Waiting.model_validate_json(found.body) if found else None
    except ValidationError:
        return None
