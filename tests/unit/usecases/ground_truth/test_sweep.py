"""What a sweep reads: each prefix once, and only files that something has happened to."""

from datetime import timedelta

import pytest

from driftline.domain.ground_truth.keys import parse_open_labels_key, sweep_memory_key
from driftline.domain.windows import HOUR
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from driftline.usecases.ground_truth.sweep_labels import Swept, sweep
from tests import former_sweep
from tests.captures import profile_file
from tests.counting import CountingStore
from tests.fakes import FailingStore, InjectedError, InMemoryStore
from tests.label_histories import label_history
from tests.merging import ENDPOINT, START, Inference, capture_file, capture_key, label_file, label_key
from tests.tables import TABLES

NEXT_DAY = START + timedelta(days=1)
DELAY = timedelta(days=14)
HOURS = 14 * 24


def captured(store: InMemoryStore, name: str, *ids: str) -> None:
    """A profile whose event was given up: nobody has looked for labels."""
    store.put(capture_key(name), capture_file(Inference(each, START + timedelta(minutes=7)) for each in ids))
    profile_file(capture_key(name), store)


def labelled(store: InMemoryStore, name: str, *ids: str, finished: bool = True) -> None:
    store.put(label_key(name), label_file([(each, "1") for each in ids]))
    broken = store if finished else FailingStore(store, 1, ["list", "folders"])
    try:
        merge_labels(label_key(name), store=broken, tables=TABLES)
    except InjectedError:
        assert not finished


def swept(store: InMemoryStore) -> tuple[int, int]:
    found = sweep(ENDPOINT, NEXT_DAY, store=store)
    return found.matched, found.waiting


@pytest.fixture
def store() -> CountingStore:
    """Two captures, and labels of which one waits; a sweep has seen both."""
    store = CountingStore()
    captured(store, "a", "id-0", "id-1")
    labelled(store, "a", "id-0", "id-1")
    labelled(store, "b", "id-0", "nobody")
    assert swept(store) == (0, 1)
    return store


def test_files_to_which_nothing_happened_are_not_read(store: CountingStore) -> None:
    with store.counted() as calls:
        assert swept(store) == (0, 1)

    assert calls["get"] == 1  # what the last sweep found
    assert not calls["put"]


def test_a_label_that_waits_is_looked_for_in_an_hour_that_changed(store: CountingStore) -> None:
    captured(store, "b", "nobody")

    assert swept(store) == (1, 0)


def test_a_label_set_that_was_lost_is_written_again(store: CountingStore) -> None:
    before = {key: body for key, body in store.objects.items() if key.startswith("state/labels/")}
    store.delete(min(before))

    assert swept(store)[0] > 0

    assert {key: body for key, body in store.objects.items() if key.startswith("state/labels/")} == before


def test_a_replacement_whose_event_was_given_up_is_found(store: CountingStore) -> None:
    labelled(store, "a", "id-1", "late", finished=False)

    assert swept(store) == (1, 2)
    captured(store, "b", "late")
    assert swept(store) == (1, 1)


def test_the_same_labels_again_after_others_are_found(store: CountingStore) -> None:
    """The tag of the open labels is the old one again, which a note is of; their label sets are gone."""
    labelled(store, "a", "other")
    labelled(store, "a", "id-0", "id-1", finished=False)

    assert swept(store) == (2, 1)


@pytest.mark.parametrize("damage", [b"", b"{}", b"junk", b'{"version": 9, "files": []}', b'{"files": {"a": [1]}}'])
def test_damaged_notes_are_as_good_as_none(store: CountingStore, damage: bytes) -> None:
    good = store.objects[sweep_memory_key(ENDPOINT)]
    store.put(sweep_memory_key(ENDPOINT), damage)
    captured(store, "b", "nobody")

    assert swept(store) == (1, 0)

    swept(store)
    assert store.objects[sweep_memory_key(ENDPOINT)].startswith(good[:20])


def test_a_file_that_cannot_be_looked_at_keeps_no_other_from_it(store: CountingStore) -> None:
    first = next(key for key in sorted(store.objects) if key.startswith("state/open-labels/"))
    store.delete(sweep_memory_key(ENDPOINT))
    digest = parse_open_labels_key(first)[1]

    class Distant(CountingStore):
        def list(self, prefix: str):  # type: ignore[no-untyped-def]
            if digest in prefix:
                raise OSError("no route")
            return super().list(prefix)

    distant = Distant(store.objects)
    captured(distant, "b", "nobody", "id-0")

    found = sweep(ENDPOINT, NEXT_DAY, store=distant)

    assert (found.files, list(found.failed)) == (1, [first])
    assert swept(CountingStore(distant.objects)) in {(0, 0), (1, 0)}


def calls_of(store: CountingStore, hours: int) -> tuple[int, Swept]:
    with store.counted() as calls:
        found = sweep(ENDPOINT, START + hours * HOUR, store=store)
    return calls.total(), found


def test_a_fortnight_of_hourly_labels_takes_a_few_calls() -> None:
    store = label_history(HOURS)
    with store.counted() as former:
        before = former_sweep.sweep(ENDPOINT, START + DELAY, store=store)

    first, found = calls_of(store, HOURS)
    second, again = calls_of(store, HOURS)
    third, expired = calls_of(store, HOURS + 12)

    assert {(each.files, each.waiting) for each in (before, found, again, expired)} == {(HOURS, 0)}
    assert former.total() > 3_300
    assert first <= 3 * HOURS + 60  # the labels of each file, those of its hour, and whether it is still the same
    assert second <= 40  # a listing for each day of captures, and one for each month of labels
    assert third <= second + 7 * 6  # six files are given up
    assert sum(key.startswith("state/open-labels/") for key in store.objects) == HOURS - 6


def test_labels_that_wait_are_looked_for_once_in_each_hour() -> None:
    """Where captures are sampled, some labels of nearly every file wait until they are given up."""
    store = label_history(48, waiting=3)

    first, found = calls_of(store, 54)
    second, again = calls_of(store, 54)
    captured(store, "late", "stranger")
    third, after = calls_of(store, 54)
    fourth, _ = calls_of(store, 54)

    assert {(each.files, each.waiting) for each in (found, again, after)} == {(48, 3 * 48)}
    assert first <= 48 * 7  # the files and, once, the index of each hour and what it is made of
    assert second <= 25
    assert third <= second + 48 * 3 + 10
    assert fourth == second
