"""The files of a baseline change as one: a reader sees the old ones or the new ones at any moment, never both."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

import pytest

from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.usecases.baselines.baseline_files import SWAP_FILE, finish_swap, read_files, replace_files
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.storage import StoredObject
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import (
    FailingStore,
    InjectedError,
    InMemoryStore,
)
from tests.merging import InterruptedStore

FOLDER = "baselines/shop/data_quality/"
NAMES = ("statistics.json", "constraints.json", "suggestion.json")
OLD = {name: f"old {name}".encode() for name in NAMES}
NEW = {name: f"new {name}".encode() for name in NAMES}
MOST_CALLS = 40


def filled(files: Mapping[str, bytes] = OLD) -> InMemoryStore:
    return InMemoryStore(objects={FOLDER + name: body for name, body in files.items()})


def there(store: InMemoryStore) -> dict[str, bytes]:
    return {key.removeprefix(FOLDER): body for key, body in store.objects.items()}


@pytest.mark.parametrize("old", [OLD, {}, {"constraints.json": b"edited by hand"}], ids=["all", "none", "one"])
def test_a_reader_between_any_two_writes_sees_the_old_or_the_new(old: dict[str, bytes]) -> None:
    seen: list[Mapping[str, bytes | None]] = []

    def look(store: InMemoryStore) -> None:
        seen.append(read_files(store, FOLDER, NAMES))

    for call in range(1, MOST_CALLS):
        store = filled(old)
        before = len(seen)
        writer = InterruptedStore(store, call, partial(look, store))
        replace_files(writer, FOLDER, NEW)
        assert there(store) == NEW
        if len(seen) == before:
            break
    assert len(seen) > 9
    assert all(each in (old, NEW) for each in seen)
    # All at one moment, and never back
    changes = [each == NEW for each in seen]
    assert changes == sorted(changes)


def test_a_writer_between_any_two_reads_is_seen_wholly_or_not_at_all() -> None:
    for call in range(1, MOST_CALLS):
        store = filled()
        wrote: list[int] = []

        def write(store: InMemoryStore = store, wrote: list[int] = wrote) -> None:
            wrote.append(1)
            replace_files(store, FOLDER, NEW)

        assert read_files(InterruptedStore(store, call, write), FOLDER, NAMES) in (OLD, NEW)
        if not wrote:
            break
    assert call > 8


@pytest.mark.parametrize("steps", [2, 3, 4, 5])
def test_a_swap_that_is_under_way_while_somebody_reads(steps: int) -> None:
    """Before any call of the reader the writer takes some steps, and before any later one the rest."""
    calls = range(1, 14)
    for begins, ends in ((begins, ends) for begins in calls for ends in calls if begins < ends):
        store = filled()

        def begin(store: InMemoryStore = store) -> None:
            with pytest.raises(InjectedError):
                replace_files(FailingStore(store, steps, ["put", "delete"]), FOLDER, NEW)

        def end(store: InMemoryStore = store) -> None:
            replace_files(store, FOLDER, NEW)

        reader = InterruptedStore(InterruptedStore(store, ends, end), begins, begin)
        assert read_files(reader, FOLDER, NAMES) in (OLD, NEW), (begins, ends)


def test_cut_short_anywhere_it_is_one_or_the_other_and_the_next_writer_finishes() -> None:
    for call in range(1, MOST_CALLS):
        store = filled()
        try:
            replace_files(FailingStore(store, call), FOLDER, NEW)
        except InjectedError:
            pass
        else:
            break
        seen = read_files(store, FOLDER, NAMES)
        assert seen in (OLD, NEW)
        finish_swap(store, FOLDER)
        assert there(store) == seen
        replace_files(store, FOLDER, NEW)
        assert there(store) == NEW
    assert call > 9


def test_of_two_writers_at_once_one_counts() -> None:
    """A model is adopted while a data set is read: the files are all of the one, or all of the other.

    Between a look and the put after it, which S3 cannot do as one, there is no time for a whole swap.
    """
    other = {name: f"other {name}".encode() for name in NAMES}

    class InterruptedLooks(InterruptedStore):
        def put(self, key: str, body: bytes, *, content_type: str = "") -> None:
            self.inner.put(key, body, content_type=content_type)

    seen: list[Mapping[str, bytes | None]] = []

    def look(store: InMemoryStore) -> None:
        seen.append(read_files(store, FOLDER, NAMES))

    for call in range(1, MOST_CALLS):
        store = filled()
        wrote: list[int] = []

        def write(store: InMemoryStore = store, wrote: list[int] = wrote) -> None:
            wrote.append(1)
            replace_files(store, FOLDER, other)

        replace_files(InterruptedLooks(store, call, write), FOLDER, NEW)
        if not wrote:
            break
        seen.append(there(store))
    assert len(seen) > 12
    assert all(each in (NEW, other) for each in seen)


def test_a_writer_that_comes_back_does_not_end_the_swap_of_another() -> None:
    other = {name: f"other {name}".encode() for name in NAMES}
    store = filled()

    def finish_and_begin() -> None:
        finish_swap(store, FOLDER)
        with pytest.raises(InjectedError):
            replace_files(FailingStore(store, 2, ["put"]), FOLDER, other)

    with pytest.raises(InjectedError):
        replace_files(FailingStore(store, 1, ["delete"]), FOLDER, NEW)
    just_before_it_ends = 1 + len(NAMES) + 1
    finish_swap(InterruptedStore(store, just_before_it_ends, finish_and_begin), FOLDER)
    assert read_files(store, FOLDER, NAMES) == other


def test_what_somebody_uploads_after_a_swap_was_cut_short_is_theirs() -> None:
    store = filled()
    with pytest.raises(InjectedError):
        replace_files(FailingStore(store, 2, ["put"]), FOLDER, NEW)
    store.put(FOLDER + "constraints.json", b"edited")
    wanted = NEW | {"constraints.json": b"edited"}
    assert read_files(store, FOLDER, NAMES) == wanted
    finish_swap(store, FOLDER)
    assert there(store) == wanted


def test_a_single_file_needs_no_swap_and_the_same_files_no_write() -> None:
    store = filled()
    replace_files(FailingStore(store, 2, ["put", "delete"]), FOLDER, OLD | {"constraints.json": b"new"})
    assert there(store) == OLD | {"constraints.json": b"new"}
    replace_files(FailingStore(store, 1, ["put", "delete"]), FOLDER, OLD | {"constraints.json": b"new"})


def test_one_that_changes_all_the_time_is_read_later() -> None:
    store = filled()
    number = iter(range(1000))

    class Restless(InterruptedStore):
        def get(self, key: str) -> StoredObject:
            if not key.endswith(SWAP_FILE):
                store.put(FOLDER + "statistics.json", str(next(number)).encode())
            return super().get(key)

    with pytest.raises(StaleReadError):
        read_files(
            Restless(store, 0, lambda: None), FOLDER, ("constraints.json", "statistics.json", "constraints.json")
        )


def test_a_swap_that_nobody_can_read_says_what_to_do() -> None:
    store = filled()
    store.put(FOLDER + SWAP_FILE, b"{")
    with pytest.raises(InvalidInputError, match=r"swap\.json.*Delete the file"):
        read_files(store, FOLDER, NAMES)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _lines(cheap: int) -> str:
    rows = (f"{i / 100:.2f},{cheap + i * 0.5:.1f},{'de' if i % 3 else 'fr'}\n" for i in range(100))
    return "score,amount,country\n" + "".join(rows)


def _verdict(store: InMemoryStore, through: ObjectStore) -> bytes:
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=NOON + timedelta(hours=1))
    execute_in(through, request)
    folder = "reports/shop/data_quality/2026/03/01/13/"
    return store.objects[folder + "constraint_violations.json"] + store.objects[folder + "summary.json"]


def _watched() -> tuple[InMemoryStore, Callable[[ObjectStore], None]]:
    """A window to be judged, and what suggests a wholly different baseline."""
    data = f"{FOLDER}input/data.csv"
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode(), data: _lines(100).encode()})
    suggest_in(store, "shop", "data_quality")
    rows = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(100)]
    store.put(capture_key(NOON), hour_of_captures(NOON, rows))
    profile_file(capture_key(NOON), store)

    def suggest(through: ObjectStore) -> None:
        suggest_in(through, "shop", "data_quality")

    return store, suggest


def test_an_execution_at_any_moment_of_a_new_baseline_judges_by_one_of_both() -> None:
    store, suggest = _watched()
    start = dict(store.objects)
    new_data = _lines(900).encode()
    old = _verdict(store, store)
    store.objects = start | {f"{FOLDER}input/data.csv": new_data}
    suggest(store)
    new = _verdict(store, store)
    assert sha256(old).digest() != sha256(new).digest()
    seen: list[bytes] = []
    for call in range(1, MOST_CALLS):
        store.objects = start | {f"{FOLDER}input/data.csv": new_data}
        before = len(seen)
        suggest(InterruptedStore(store, call, lambda: seen.append(_verdict(store, store))))
        if len(seen) == before:
            break
    assert set(seen) == {old, new}
    assert len(seen) > 15
