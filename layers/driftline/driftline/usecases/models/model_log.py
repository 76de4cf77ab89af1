"""The models of an endpoint, and since when; usecases/models/model_marks.py marks the first windows after a change."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from driftline.domain.errors import UnreadableStateError
from driftline.domain.instants import Instant
from driftline.domain.keys import model_log_key
from driftline.usecases.ports import ObjectStore
from driftline.usecases.unreadable_state import name_unreadable, with_state_made_again

_MOST_ENTRIES = 1000
"""Maximum number of models; every execution reads the file, and this many cover years."""


class ModelEntry(BaseModel):
    """One model that reached the endpoint.

    Attributes:
        at: Since when it answers, from its event.
        model: Its name: a model package's ARN, an endpoint configuration, or its name in your own event.
        source: Source of the information: endpoint, package or event.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: Instant
    model: Annotated[str, Field(min_length=1, max_length=2048)]
    source: str


class ModelLog(BaseModel):
    """`state/models/<endpoint>.json`; entries in the order of their times."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entries: tuple[ModelEntry, ...] = ()


def load_model_log(store: ObjectStore, endpoint: str) -> ModelLog:
    """The log; empty if no model was ever recorded, or if it cannot be read.

    It only marks windows with a change of the model: without it they are evaluated all the same.
    """
    try:
        return _read(store, endpoint)
    except UnreadableStateError as error:
        name_unreadable(error)
        return ModelLog()


def _read(store: ObjectStore, endpoint: str) -> ModelLog:
    key = model_log_key(endpoint)
    found = store.find(key)
    try:
        return ModelLog.model_validate_json(found.body) if found else ModelLog()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableStateError(f"the log of models cannot be read: {place}: {first['msg']}", key) from None


def log_model(store: ObjectStore, endpoint: str, entry: ModelEntry) -> ModelLog:
    """Adds an entry, in the order of times, and returns the log.

    The same entry, or one that names the model in use at that time, adds nothing: events come twice, and several report
    the same change. Two writers at the same time could lose an entry: adopt_model, the only one, takes turns.
    A log that cannot be read is moved aside, and begins again.
    """
    log = with_state_made_again(lambda: _read(store, endpoint), store)
    before = [known for known in log.entries if known.at <= entry.at]
    if before and before[-1].model == entry.model:
        return log
    entries = [*before, entry, *log.entries[len(before) :]]
    added = ModelLog(entries=tuple(entries[-_MOST_ENTRIES:]))
    store.put(model_log_key(endpoint), added.model_dump_json(indent=2).encode(), content_type="application/json")
    return added
