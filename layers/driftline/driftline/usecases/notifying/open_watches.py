"""Keeps `state/watch/` as the open incidents under `watch` are, for the pages over time."""

from collections.abc import Sequence

from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.open_watch import key_of, open_watch
from driftline.domain.keys import OPEN_WATCH
from driftline.usecases.ports import ObjectStore

_JSON = "application/json"


def keep_open_watch(store: ObjectStore, incident: Incident) -> None:
    """Writes or deletes the object of an incident; a redelivery does so again."""
    key, found = key_of(incident), open_watch(incident)
    if key is None:
        return
    if found is None:
        store.delete(key)
    else:
        store.put(key, found.model_dump_json().encode(), content_type=_JSON)


def keep_open_watches(store: ObjectStore, incidents: Sequence[Incident]) -> None:
    """Makes up for what a crash, or two changes at the same time, left behind."""
    wanted = {key: each for each in incidents if (key := key_of(each)) is not None and open_watch(each) is not None}
    there = {summary.key for summary in store.list(OPEN_WATCH)}
    for key in sorted(there - wanted.keys()):
        store.delete(key)
    for key, incident in wanted.items():
        if key not in there:
            keep_open_watch(store, incident)
