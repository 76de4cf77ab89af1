"""Works on a batch, item by item, and notes what is done.

Whatever is done twice is written twice with the same bytes, so the notes need not be exact: they are written every few
items, and a process that is ended loses the notes of those since. They must not be ahead of the work: an item is noted
after everything that follows from it is written.

A process that comes back to a batch is careful: it notes the item before it begins. An item that ends its process twice
is noted as failed, and the others go on.
"""

from collections.abc import Callable, Mapping

from driftline.domain.backfill.keys import batch_key, plan_key, result_key
from driftline.domain.backfill.plan import Item, Plan, items_of_lines
from driftline.domain.backfill.results import Result
from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.usecases.ports import ObjectStore

NOTED_ITEMS = 25
NOTED_BYTES = 32 << 20
"""Results are written after so many items or bytes: the work that a process loses when it is ended."""

_READS = 4
"""How often a file is read that keeps changing."""

_ENDED = "the process was ended while it worked on it: by lack of memory, of time, or by a script"

type Work = Callable[[Item], Mapping[str, int]]
"""Does everything that follows from an item; returns what is counted."""


def load_plan(store: ObjectStore, run: str) -> Plan:
    """Raises InvalidInputError: there is no such run."""
    found = store.find(plan_key(run))
    if found is None:
        raise InvalidInputError(
            "no such backfill", where=store.uri(plan_key(run)), mend="Plan it again, without --resume."
        )
    return Plan.from_json(found.body, plan_key(run))


def load_items(store: ObjectStore, run: str, batch: str) -> list[Item]:
    """Raises ObjectNotFoundError: no such batch."""
    key = batch_key(run, batch)
    return items_of_lines(store.get(key).body, key)


def load_result(store: ObjectStore, run: str, batch: str) -> Result:
    """An empty one if nothing was done yet, or if it cannot be read."""
    found = store.find(result_key(run, batch))
    return (Result.from_json(found.body) if found else None) or Result()


def save_result(store: ObjectStore, run: str, batch: str, result: Result) -> None:
    store.put(result_key(run, batch), result.to_json(), content_type="application/json")


def work_batch(run: str, batch: str, work: Work, *, store: ObjectStore, time_is_short: Callable[[], bool]) -> bool:
    """Works on what is left of a batch.

    Args:
        time_is_short: Whether the process should not begin with another item.

    Returns:
        Whether the batch is finished; otherwise it is to be continued.

    Raises:
        Exception: what an item raised that may have nothing to do with it: the platform should try again.
    """
    result = load_result(store, run, batch)
    if result.finished:
        return True
    items = load_items(store, run, batch)
    result.attempts += 1
    notes = _Notes(store, run, batch, result)
    notes.write()
    for item in result.left(items):
        if time_is_short():
            result.attempts = 0  # it was not ended by an item
            notes.write()
            return False
        _one(item, work, result, notes)
    result.finished = True
    notes.write()
    return True


class _Notes:
    def __init__(self, store: ObjectStore, run: str, batch: str, result: Result) -> None:
        self._store, self._run, self._batch, self._result = store, run, batch, result
        self._items = self._bytes = 0

    def write(self) -> None:
        save_result(self._store, self._run, self._batch, self._result)
        self._items = self._bytes = 0

    def after(self, item: Item) -> None:
        self._items += 1
        self._bytes += item.size
        if self._items >= NOTED_ITEMS or self._bytes >= NOTED_BYTES:
            self.write()


def _one(item: Item, work: Work, result: Result, notes: _Notes) -> None:
    if result.is_too_much(item):
        result.has_failed(item, result.reasons.get(item.key, _ENDED))
        return
    if result.careful:
        result.has_trouble(item)
        notes.write()
    try:
        result.is_done(item, _settled(item, work))
    except (InvalidInputError, ObjectNotFoundError, StaleReadError) as error:
        result.has_failed(item, str(error))
    except Exception as error:
        # Of AWS, or a defect: which of the two is not known, so the item gets another chance.
        if not result.careful:
            result.has_trouble(item)
        ours = isinstance(error, DriftlineError)
        result.reasons[item.key] = str(error) if ours else f"{type(error).__name__}: {error}"
        notes.write()
        raise
    notes.after(item)


def _settled(item: Item, work: Work) -> Mapping[str, int]:
    """A file that was replaced while it was read is read again."""
    for _ in range(_READS - 1):
        try:
            return work(item)
        except StaleReadError:
            continue
    return work(item)
