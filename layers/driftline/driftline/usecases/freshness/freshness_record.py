"""Since when something is expected: a new endpoint or a changed schedule is not overdue.

No file of the user says when it was uploaded in a way that a replay could repeat. So the first look at an endpoint, or
at a schedule, writes its own time down. That is at most an hour late, and never an alarm too early.
"""

from collections.abc import Iterable

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from driftline.domain.keys import FRESHNESS, freshness_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.usecases.ports import ObjectStore


class WaitingForSchedule(BaseModel):
    """A schedule as it was found first.

    Attributes:
        schedule: Its expression and time zone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    schedule: str
    since: AwareDatetime


class Waiting(BaseModel):
    """`state/freshness/<endpoint>.json`.

    Attributes:
        since: The first look at the endpoint.
        monitors: By name, those that are enabled.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: AwareDatetime
    monitors: dict[str, WaitingForSchedule] = {}


def waiting_since(store: ObjectStore, document: MonitorDocument, at: AwareDatetime) -> Waiting:
    """What is known of the endpoint; what is new or changed is waited for from this look on, and kept."""
    key = freshness_key(document.endpoint)
    before = _kept(store, key)
    known = before.monitors if before else {}
    monitors = {}
    for name, monitor in document.monitors.by_name().items():
        if not monitor.enabled:
            continue
        schedule = f"{monitor.schedule} {monitor.timezone}"
        there = known.get(name)
        if there is None or there.schedule != schedule:
            there = WaitingForSchedule(schedule=schedule, since=at)
        monitors[name] = there
    waiting = Waiting(since=before.since if before else at, monitors=monitors)
    if waiting != before:
        store.put(key, waiting.model_dump_json().encode(), content_type="application/json")
    return waiting


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
