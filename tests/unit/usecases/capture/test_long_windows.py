"""What reading a long window asks of the store, and profiles that are replaced meanwhile."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Lock

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.errors import StaleReadError
from driftline.domain.keys import profile_key
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import DAY, HOUR, Window
from driftline.usecases.capture.window_profile import load_window, window_inputs
from driftline.usecases.ports import ObjectSummary, StoredObject
from tests.fakes import InMemoryStore
from tests.merging import load

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = Window(MARCH, MARCH + 31 * DAY)
TOKYO = timedelta(hours=9)
VARIANT = "AllTraffic"


class CountingStore(InMemoryStore):
    """`asked` counts requests by what they are; a listing counts once for each 1,000 objects, as S3 bills it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self._counting = Lock()

    def _count(self, operation: str, times: int = 1) -> None:
        with self._counting:
            self.asked[operation] += times

    def get(self, key: str) -> StoredObject:
        self._count("get")
        return super().get(key)

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self._count("put")
        super().put(key, body, content_type=content_type)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        found = list(super().list(prefix))
        self._count("list", max(1, -(-len(found) // 1_000)))
        return found


def _arrives(store: InMemoryStore, hour: datetime, name: str, value: float) -> None:
    table = Table(1, {"input[0]": ColumnValues(np.array([value]), 0, {}, None)})
    slot = WindowProfile({"csv:0+1": TableProfile.of(table)}, records=1)
    store.put(profile_key("shop", VARIANT, hour, name), HourProfile({hour: slot}, name, "").to_bytes())


@pytest.fixture(scope="module")
def month() -> CountingStore:
    """Two files in each of 744 hours, and the day before and after; read once, so that its roll-ups are there."""
    store = CountingStore()
    for number, hour in enumerate(Window(MONTH.start - DAY, MONTH.end + DAY).hours()):
        for name in "ab":
            _arrives(store, hour, name, number)
    load_window(store, "shop", MONTH, VARIANT)
    return store


def _asked(store: CountingStore, window: Window) -> Counter[str]:
    store.asked.clear()
    loaded = load_window(store, "shop", window, VARIANT)
    hours = (window.end - window.start) // HOUR
    assert (loaded.profile.records, len(loaded.parts)) == (2 * hours, 2 * hours)
    return store.asked


def test_a_month_is_read_from_its_days(month: CountingStore) -> None:
    assert _asked(month, MONTH) == {"list": 31, "get": 31}


def test_a_month_elsewhere_is_read_from_days_and_the_hours_at_its_ends(month: CountingStore) -> None:
    tokyo = Window(MONTH.start - TOKYO, MONTH.end - TOKYO)
    load_window(month, "shop", tokyo, VARIANT)

    assert _asked(month, tokyo) == {"list": 30 + 9 + 15, "get": 30 + 9 + 15}


def test_a_late_file_costs_its_hour_and_its_day_once(month: CountingStore) -> None:
    day = Window(MONTH.start + 3 * DAY, MONTH.start + 4 * DAY)
    _arrives(month, day.start + 7 * HOUR, "c", 1)
    month.asked.clear()

    assert load_window(month, "shop", MONTH, VARIANT).profile.records == 2 * 744 + 1
    # 30 days; neither the day nor its hour is there: 23 hours, three profiles. The hour, its index and the day are put.
    assert month.asked == {"list": 31, "get": 30 + 2 + 23 + 3, "put": 3}
    month.delete(profile_key("shop", VARIANT, day.start + 7 * HOUR, "c"))
    assert _asked(month, MONTH) == {"list": 31, "get": 31}


def test_what_arrived_in_a_month_is_seen_in_two_listings_a_day(month: CountingStore) -> None:
    month.asked.clear()

    before = window_inputs(month, "shop", MONTH, VARIANT)

    assert month.asked == {"list": 2 * 31}
    _arrives(month, MONTH.end - HOUR, "z", 1)
    assert window_inputs(month, "shop", MONTH, VARIANT) != before
    month.delete(profile_key("shop", VARIANT, MONTH.end - HOUR, "z"))
    assert window_inputs(month, "shop", MONTH, VARIANT) == before


def test_a_month_without_labels_is_covered_by_its_days(month: CountingStore) -> None:
    month.asked.clear()

    merged = load(month, MONTH)

    # A day: profiles, labels, merged lines; then its profiles once more, and its roll-up.
    assert month.asked == {"list": 4 * 31, "get": 31}
    assert (merged.coverage.records, merged.coverage.labelled_records, merged.hours) == (2 * 744, 0, ())


class ReplacedWhileRead(InMemoryStore):
    """The file `a` has another row whenever a profile is read, for so many readings; then the first one again."""

    def __init__(self, readings: int) -> None:
        super().__init__()
        self.readings = readings
        for name in "ab":
            for hour in (MARCH, MARCH + HOUR):
                _arrives(self, hour, name, 1)
        self.first = dict(self.objects)

    def get(self, key: str) -> StoredObject:
        if key.endswith("a.profile"):
            self.objects[key] = self.first[key]
            if self.readings:
                self.readings -= 1
                hour = MARCH if key == profile_key("shop", VARIANT, MARCH, "a") else MARCH + HOUR
                _arrives(self, hour, "a", 100 + self.readings)
        return super().get(key)


def test_no_roll_up_has_the_name_of_profiles_that_it_was_not_made_of() -> None:
    store, day = ReplacedWhileRead(readings=1), Window(MARCH, MARCH + DAY)

    load_window(store, "shop", day)
    store.objects.update(store.first)  # the earlier file is uploaded again

    [table] = load_window(store, "shop", day).profile.layouts.values()
    assert table.columns["input[0]"].moments.maximum == 1


def test_a_window_that_is_replaced_all_the_time_is_left_to_another_delivery() -> None:
    with pytest.raises(StaleReadError, match="a profile was replaced while its window was read"):
        load_window(ReplacedWhileRead(readings=1_000), "shop", Window(MARCH, MARCH + DAY))
