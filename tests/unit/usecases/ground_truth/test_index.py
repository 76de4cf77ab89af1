"""Hashes of ids, indexes of hours, and lookups that miss nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from scipy import stats

from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.hour_index import hashes_of_index, index_bytes, readings
from driftline.domain.ground_truth.join_ids import STORED, Hashes, among, join_hashes
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import profile_key, source_digest
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.windows import HOUR, Window
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.ground_truth.inference_index import captured_hours, find_hours
from tests.fakes import InMemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TestHashes:
    def test_they_are_part_of_what_is_stored_and_never_change(self) -> None:
        ids = ["", "a", "inference-1", "Ünicode", "01234567", "0123456701234567"]

        assert [f"{each:016x}" for each in join_hashes(ids).tolist()] == [
            "e220a8397b1dcdaf",
            "c1e5e0204f6dc8c7",
            "ee465b7fc43c0911",
            "cad09475fac7429b",
            "4230200f9ed53b81",
            "194d26e444449068",
        ]

    @pytest.mark.parametrize("pattern", ["id-{}", "{:036d}", "uuid"])
    def test_they_are_even_over_their_range(self, pattern: str) -> None:
        ids = [str(UUID(int=i)) if pattern == "uuid" else pattern.format(i) for i in range(50_000)]

        hashes = join_hashes(ids)

        assert len(np.unique(hashes)) == len(ids)
        counts = np.bincount((hashes >> np.uint64(56)).astype(np.int64), minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-4

    def test_an_id_has_one_hash_whatever_stands_beside_it(self) -> None:
        mixed = ["a", "bb", "ä", "a", "dddddddddd"]

        assert join_hashes(mixed).tolist() == [join_hashes([each])[0] for each in mixed]


class TestReadings:
    @pytest.mark.parametrize("wanted", [1, 5, 8])
    def test_a_few_neighbours_are_found_in_a_small_part(self, wanted: int) -> None:
        hashes = np.sort(join_hashes([f"id-{i}" for i in range(200_000)]))
        index = index_bytes(hashes)
        asked = np.sort(np.concatenate([hashes[1_000 : 1_000 + wanted], join_hashes(["not there"])]))

        planned = readings(asked, len(index))

        assert planned is not None
        assert sum(reading.length for reading in planned) < len(index) / 5
        found = [reading.found(index[reading.start : reading.start + reading.length]) for reading in planned]
        assert (
            np.concatenate([each for each in found if each is not None]).tolist()
            == hashes[1_000 : 1_000 + wanted].tolist()
        )

    def test_a_guess_that_misses_is_noticed(self) -> None:
        uneven = np.sort(join_hashes([f"id-{i}" for i in range(100_000)]) >> np.uint64(8))
        index = index_bytes(uneven)
        asked = uneven[50_000:50_001]

        (reading,) = readings(asked, len(index)) or ()

        assert reading.found(index[reading.start : reading.start + reading.length]) is None

    def test_many_ids_or_a_small_index_are_read_whole(self) -> None:
        hashes = np.sort(join_hashes([f"id-{i}" for i in range(100_000)]))

        assert readings(hashes[::1_000], len(index_bytes(hashes))) is None
        assert readings(hashes[:1], len(index_bytes(hashes[:20]))) is None

    def test_an_index_survives(self) -> None:
        hashes = np.sort(join_hashes(["a", "b"]))

        read = hashes_of_index(index_bytes(hashes))
        assert read is not None
        assert read.tolist() == hashes.tolist()

    @pytest.mark.parametrize("damaged", [b"", b"garbage", b"driftline ids 1\n123", b"driftline ids 2\n" + b"x" * 16])
    def test_what_is_no_index_is_none(self, damaged: bytes) -> None:
        assert hashes_of_index(damaged) is None


def endpoint(hours: dict[datetime, list[str]], variant: str = "AllTraffic") -> InMemoryStore:
    """Two profiles an hour."""
    store = InMemoryStore()
    for hour, ids in hours.items():
        for number in (0, 1):
            hashes = np.sort(join_hashes(ids[number::2])).astype(STORED).tobytes()
            key = profile_key("shop", variant, hour, source_digest(None, f"{hour}/{number}"))
            store.put(key, HourProfile({}, f"memory://bucket/{number}", "", hashes).to_bytes())
    return store


def found(store: InMemoryStore, ids: list[str], collected: datetime = NOON) -> dict[datetime, int]:
    days = [NOON - timedelta(days=number) for number in range(3)]
    hours = captured_hours(store, "shop", [day.replace(hour=0) for day in days])
    hashes: Hashes = np.unique(join_hashes(ids))
    result = find_hours(store, "shop", hashes, hours, collected)
    assert all(among(known, hashes).all() for known in result.values())
    return {at.hour: len(known) for at, known in result.items()}


def names(hour: datetime, count: int) -> list[str]:
    return [f"{hour:%d%H}-{number}" for number in range(count)]


HOURS = {NOON - number * HOUR: names(NOON - number * HOUR, 3_000) for number in range(30)}


class TestLookup:
    @pytest.mark.parametrize("step", [1, 7, 200])
    def test_labels_of_every_hour_are_found(self, step: int) -> None:
        ids = [each for of_hour in HOURS.values() for each in of_hour[::step]]

        result = found(endpoint(HOURS), [*ids, "nowhere"])

        assert result == {hour: len(of_hour[::step]) for hour, of_hour in HOURS.items()}

    def test_one_label_among_many_that_match_nothing_is_found(self) -> None:
        nothing = [f"nothing-{number}" for number in range(2_000)]

        assert found(endpoint(HOURS), ["0209-5", *nothing, "0109-7"]) == {NOON - 3 * HOUR: 1}

    def test_no_ids_and_no_captures(self) -> None:
        assert found(endpoint(HOURS), []) == {}
        assert found(InMemoryStore(), ["a"]) == {}

    def test_an_index_is_stored_once_the_hour_is_over_and_only_then(self) -> None:
        hours = {NOON: names(NOON, 10), NOON - HOUR: names(NOON - HOUR, 10)}
        store = endpoint(hours)

        assert found(store, ["0112-1", "0111-1"]) == {NOON: 1, NOON - HOUR: 1}

        stored = [key for key in store.objects if key.startswith("state/indexes/")]
        assert [key.split("/")[-2] for key in stored] == ["11"]
        assert found(store, ["0112-1", "0111-1"]) == {NOON: 1, NOON - HOUR: 1}

    def test_a_late_capture_makes_another_index(self) -> None:
        store = endpoint({NOON - HOUR: ["a"]})
        assert found(store, ["a", "b"]) == {NOON - HOUR: 1}
        hashes = join_hashes(["b"]).astype(STORED).tobytes()
        store.put(profile_key("shop", "AllTraffic", NOON - HOUR, "late"), HourProfile({}, "x", "", hashes).to_bytes())

        assert found(store, ["a", "b"]) == {NOON - HOUR: 2}

    def test_a_roll_up_leaves_the_index_that_a_lookup_would_make(self) -> None:
        rolled, looked_up = endpoint({NOON - HOUR: names(NOON, 50)}), endpoint({NOON - HOUR: names(NOON, 50)})

        load_window(rolled, "shop", Window(NOON - HOUR, NOON))
        found(looked_up, ["0112-1"])

        indexes = [
            {key: body for key, body in store.objects.items() if key.startswith("state/indexes/")}
            for store in (rolled, looked_up)
        ]
        assert indexes[0] == indexes[1] != {}

    def test_an_index_that_was_removed_is_made_from_the_profiles(self) -> None:
        store = endpoint(HOURS)
        days = [NOON.replace(hour=0)]
        found(store, ["0111-1"])
        hours = captured_hours(store, "shop", days)
        for key in [key for key in store.objects if key.startswith("state/indexes/")]:
            store.delete(key)

        result = find_hours(store, "shop", join_hashes(["0111-1"]), hours, NOON)

        assert list(result) == [VariantHour("AllTraffic", NOON - HOUR)]


def test_keys_are_read_as_they_are_written() -> None:
    at = VariantHour("AllTraffic", NOON)

    assert keys.parse_label_hour_key(keys.label_hour_key("shop", "d1", at)) == at
    assert keys.parse_open_labels_key(keys.open_labels_key("shop", NOON, "d1")) == (NOON, "d1")
    assert keys.parse_hour_labels_key(keys.hour_labels_key("shop", at, "d1", "v1", "c1")) == ("d1", "v1")
    assert keys.parse_profile_key(profile_key("shop", "AllTraffic", NOON, "d")) == ("shop", at)
    parsed = keys.parse_ground_truth_key("any/ground-truth/shop/AllTraffic/2026/03/01/12/x/y.csv")
    assert (parsed.endpoint, parsed.hour) == ("shop", NOON)
