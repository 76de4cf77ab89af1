"""How many labelled rows there are: exact where hours are merged, a lower bound where they are not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.windows import Window
from driftline.usecases.ground_truth.labelled_rows import count_labelled_rows
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture, merge_labels
from tests.captures import profile_file
from tests.fakes import InMemoryStore
from tests.merging import DELAY, START, Inference, capture_file, capture_key, label_file, label_key, load
from tests.retraining import put_merged_hour
from tests.tables import TABLES

HOUR = timedelta(hours=1)
SHOP = "shop"


def captured(store: InMemoryStore, name: str, inferences: Sequence[Inference]) -> None:
    key = capture_key(name)
    store.put(key, capture_file(inferences))
    for written in profile_file(key, store).written:
        if written.startswith("state/profiles/"):
            merge_capture(written, store=store, max_label_delay=DELAY)


def labelled(store: InMemoryStore, name: str, labels: Sequence[tuple[str, str]]) -> None:
    key = label_key(name, START + 3 * HOUR)
    store.put(key, label_file(labels))
    merge_labels(key, store=store, tables=TABLES, max_label_delay=DELAY)
    load(store, Window(START, START + 3 * HOUR))


def count(store: InMemoryStore, since: datetime, until: datetime, enough: int = 10**9) -> tuple[int, int, bool]:
    found = count_labelled_rows(store, SHOP, since, until, enough)
    return found.rows, found.unmerged, found.complete


def unmerge(store: InMemoryStore) -> None:
    """As if nobody had merged anything yet."""
    for key in [key for key in store.objects if key.startswith(("state/merged/", "merged/"))]:
        store.delete(key)


@pytest.fixture
def store() -> InMemoryStore:
    """Two hours across midnight: three inferences with labels, of two, one and one rows, and one without."""
    store = InMemoryStore()
    inferences = [
        Inference("a", START, rows=2),
        Inference("b", START + timedelta(minutes=30)),
        Inference("c", START + 2 * HOUR),
        Inference("d", START + 2 * HOUR),
    ]
    captured(store, "x", inferences)
    labelled(store, "x", [("a", "0\n1"), ("b", "1"), ("c", "0"), ("nobody", "1")])
    return store


class TestRealHours:
    def test_merged_hours_say_their_rows_exactly(self, store: InMemoryStore) -> None:
        window = Window(START, START + 3 * HOUR)
        merged = load(store, window)
        rows, unmerged, complete = count(store, window.start, window.end)
        assert (rows, unmerged, complete) == (merged.coverage.labelled_rows, 0, True) == (4, 0, True)

    def test_windows_of_monitors_that_overlap_count_nothing_twice(self, store: InMemoryStore) -> None:
        for start, end in ((0, 3), (0, 1), (1, 3), (2, 3)):
            load(store, Window(START + start * HOUR, START + end * HOUR))
        assert count(store, START, START + 3 * HOUR)[0] == 4

    def test_a_label_that_is_corrected_counts_once(self, store: InMemoryStore) -> None:
        labelled(store, "y", [("b", "0"), ("c", "1")])
        load(store, Window(START, START + 3 * HOUR))
        assert count(store, START, START + 3 * HOUR)[0] == 4

    def test_hours_that_nobody_merged_count_each_label_once(self, store: InMemoryStore) -> None:
        unmerge(store)
        before = set(store.objects)
        # One row for each of the three labelled inferences, so never more than there are
        assert count(store, START, START + 3 * HOUR) == (3, 3, True)
        # Counting merges nothing
        assert set(store.objects) == before

    def test_hours_that_nobody_merged_count_only_inside_of_the_window(self, store: InMemoryStore) -> None:
        unmerge(store)
        # Of an hour that began before, nobody knows which of its labels are older: only the later hour's counts
        assert count(store, START + timedelta(minutes=30), START + 3 * HOUR) == (1, 1, True)
        assert count(store, START - 5 * HOUR, START - timedelta(minutes=5)) == (0, 0, True)

    def test_what_was_not_merged_is_told_when_counting_stops_early_too(self, store: InMemoryStore) -> None:
        unmerge(store)
        assert count(store, START - timedelta(days=30), START + 3 * HOUR, enough=1) == (1, 1, False)

    def test_labels_of_hours_without_captures_count_nothing(self, store: InMemoryStore) -> None:
        unmerge(store)
        first_hour = f"/{START:%Y/%m/%d/%H}/"
        for key in [key for key in store.objects if key.startswith("state/profiles/") and first_hour in key]:
            store.delete(key)
        assert count(store, START, START + 3 * HOUR) == (1, 1, True)

    @pytest.mark.parametrize("folder", ["later", "\u00b2", "\u0663"])
    def test_folders_that_are_no_hours_count_nothing(self, store: InMemoryStore, folder: str) -> None:
        labels = next(key for key in store.objects if key.startswith("state/labels/"))
        day = labels.split("/")[:-2]
        store.put("/".join([*day, folder, labels.rpartition("/")[2]]), store.objects[labels])
        unmerge(store)
        assert count(store, START, START + 3 * HOUR) == (3, 3, True)

    def test_a_label_that_came_since_the_merge_counts_too(self, store: InMemoryStore) -> None:
        merged = {key for key in store.objects if key.startswith("state/merged/")}
        labelled(store, "y", [("d", "0")])
        for key in [key for key in store.objects if key.startswith("state/merged/") and key not in merged]:
            store.delete(key)  # as if nobody had merged it yet
        # The first hour is exact; of the second each label counts
        assert count(store, START, START + 3 * HOUR) == (5, 2, True)


class TestWhichTimesCount:
    def test_slots_before_and_after_are_left_out(self) -> None:
        store = InMemoryStore()
        put_merged_hour(store, VariantHour("v", START), {0: 1, 30: 10, 55: 100}, SHOP)
        assert count(store, START + timedelta(minutes=30), START + timedelta(minutes=54))[0] == 10
        # The slot that `until` lies in counts: some of it was there
        assert count(store, START + timedelta(minutes=30), START + timedelta(minutes=55))[0] == 110

    def test_variants_are_added_up_or_looked_at_alone(self) -> None:
        store = InMemoryStore()
        for variant, rows in (("a", 3), ("b", 4)):
            put_merged_hour(store, VariantHour(variant, START), {0: rows}, SHOP)
        assert count(store, START, START + HOUR)[0] == 7
        assert count_labelled_rows(store, SHOP, START, START + HOUR, 99, "b").rows == 4

    def test_it_stops_at_enough_beginning_with_the_newest_day(self) -> None:
        store = InMemoryStore()
        for days in range(10):
            put_merged_hour(store, VariantHour("v", START - days * timedelta(days=1)), {0: 100}, SHOP)
        since = START - timedelta(days=20)
        assert count(store, since, START + HOUR, enough=250) == (300, 0, False)
        assert count(store, since, START + HOUR, enough=300) == (300, 0, False)
        assert count(store, since, START + HOUR, enough=2000) == (1000, 0, True)

    def test_enough_on_the_first_day_of_the_window_is_everything(self) -> None:
        store = InMemoryStore()
        for days in range(3):
            put_merged_hour(store, VariantHour("v", START - days * timedelta(days=1)), {0: 100}, SHOP)
        midnight = START.replace(hour=0, minute=0) - timedelta(days=2)
        assert count(store, midnight, START + HOUR, enough=300) == (300, 0, True)

    def test_an_endpoint_without_anything_has_none(self) -> None:
        assert count(InMemoryStore(), START - timedelta(days=30), START) == (0, 0, True)
