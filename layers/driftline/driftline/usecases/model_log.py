"""Which models an endpoint got, and when: so that the first windows after a change can say so."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from driftline.domain import layout
from driftline.domain.data_quality.summary import NewModel
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.monitors.document import ScheduledMonitor
from driftline.domain.monitors.schedule import previous_occurrence
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import Window
from driftline.usecases.ports import ObjectStore

_MOST_ENTRIES = 1000
"""The file is read by every execution; so many models are years of an endpoint."""

FIRST_WINDOWS = 3
"""So many windows after a change are marked."""


class ModelEntry(BaseModel):
    """One model that reached the endpoint.

    Attributes:
        at: From when on it answers, from the event that told of it.
        model: Its name: a model package's ARN, an endpoint configuration, or what your own event calls it.
        source: Who told: for example endpoint, package, event.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime
    model: Annotated[str, Field(min_length=1, max_length=2048)]
    source: str


class ModelLog(BaseModel):
    """`state/models/<endpoint>.json`; entries in the order of their times."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entries: tuple[ModelEntry, ...] = ()


def load_model_log(store: ObjectStore, endpoint: str) -> ModelLog:
    """An empty log when no model was ever noted.

    Raises:
        InvalidInputError: the file is there and cannot be read.
    """
    key = layout.model_log_key(endpoint)
    try:
        return ModelLog.model_validate_json(store.get(key).body)
    except ObjectNotFoundError:
        return ModelLog()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidInputError(
            f"the log of models cannot be read: {place}: {first['msg']}",
            where=store.uri(key),
            mend="Delete the file; it is made anew with the next model.",
        ) from None


def log_model(store: ObjectStore, endpoint: str, entry: ModelEntry) -> ModelLog:
    """Adds an entry, in the order of times, and gives the log as it is then.

    The same entry again, and one that names the model that was there at that time already, add nothing: events come
    twice, and several tell of the same change. Two writers at the same time could lose an entry; adopt_model works
    on one event of an endpoint at a time.

    Raises:
        InvalidInputError: the log that is there cannot be read.
    """
    log = load_model_log(store, endpoint)
    before = [known for known in log.entries if known.at <= entry.at]
    if before and before[-1].model == entry.model:
        return log
    entries = [*before, entry, *log.entries[len(before) :]]
    added = ModelLog(entries=tuple(entries[-_MOST_ENTRIES:]))
    store.put(layout.model_log_key(endpoint), added.model_dump_json(indent=2).encode(), content_type="application/json")
    return added


def new_model(log: ModelLog, monitor: ScheduledMonitor, window: Window, scheduled: datetime) -> NewModel | None:
    """The mark for a window that the last change before its end is in, or that is one of the first after it.

    It follows from the log and the schedule alone, so that a replay gives the same mark.
    """
    change = _last_change(log, window.end)
    if change is None:
        return None
    if change.at > window.start:
        return NewModel(name=change.model, since=change.at, windows_since=0, mixed=True)
    count = _windows_since(change.at, monitor, scheduled)
    return NewModel(name=change.model, since=change.at, windows_since=count) if count <= FIRST_WINDOWS else None


def _last_change(log: ModelLog, before: datetime) -> ModelEntry | None:
    """The first entry of the model that answers at the end of a window."""
    last: ModelEntry | None = None
    for entry in log.entries:
        if entry.at < before and (last is None or last.model != entry.model):
            last = entry
    return last


def _windows_since(change: datetime, monitor: ScheduledMonitor, scheduled: datetime) -> int:
    """Counts the window itself and the schedule's windows before it that begin at or after the change."""
    count = 1
    while count <= FIRST_WINDOWS:
        earlier = previous_occurrence(monitor.schedule, scheduled, monitor.timezone)
        try:
            if earlier is None or window_of(earlier, monitor).start < change:
                break
        except InvalidInputError:
            break  # No window follows from the schedule there, so there was none.
        scheduled = earlier
        count += 1
    return count
