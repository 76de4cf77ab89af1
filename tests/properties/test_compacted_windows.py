"""Roll-ups of days and hours against the profiles alone: whatever arrived, was replaced or removed, the same bytes."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.keys import STATE, profile_key
from driftline.domain.profiles import merging
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile, has_wide_table, merge_day, merge_hour, merge_parts
from driftline.domain.windows import DAY, HOUR, SLOT, Window, floor_to
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.ports import StoredObject
from tests.fakes import FailingStore, InjectedError, InMemoryStore
from tests.fuzz import examples

ENDPOINT = "shop"
FIRST = datetime(2026, 2, 28, tzinfo=UTC)
WIDE = 3
"""Columns from which on a table is merged alone, here."""

type Place = tuple[str, datetime, str]
"""Variant, hour, name of the capture file."""


def _profile(rows: int, columns: int, seed: int) -> WindowProfile:
    """1,500 rows fit into a sketch, those of two files do not: the order of merging shows."""
    generator = np.random.default_rng(seed)
    values = [generator.normal(size=rows) for _ in range(columns)]
    table = Table(rows, {f"input[{place}]": ColumnValues(each, 0, {}, None) for place, each in enumerate(values)})
    return WindowProfile({f"csv:0+{columns}": TableProfile.of(table)}, records=rows, rejected=seed % 2)


PROFILES = [
    _profile(1_500, 1, 1),
    _profile(1_500, 1, 2),
    _profile(3, 2, 3),
    _profile(1_500, WIDE + 1, 4),
    WindowProfile.empty(),
]

HOURS = [FIRST + day * DAY + hour * HOUR for day in range(2) for hour in (0, 9, 10, 23)]
EDGES = [FIRST + day * DAY + part for day in range(3) for part in (0 * HOUR, 9 * HOUR, 10 * HOUR + SLOT)]
EVERYTHING = Window(FIRST, FIRST + 2 * DAY)

places = st.tuples(st.sampled_from(["AllTraffic"] * 3 + ["Canary"]), st.sampled_from(HOURS), st.sampled_from("ab"))
contents = st.dictionaries(st.integers(0, 11), st.sampled_from(PROFILES), min_size=1, max_size=2)
windows = st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)).filter(lambda edges: edges[0] < edges[1])
changes = st.tuples(places, st.one_of(contents, contents, st.none()))
"""What a capture file has from now on; None: it is removed."""


def _put(store: InMemoryStore, place: Place, slots: Mapping[int, WindowProfile]) -> None:
    variant, hour, name = place
    profile = HourProfile({hour + at * SLOT: slot for at, slot in slots.items()}, name, "")
    store.put(profile_key(ENDPOINT, variant, hour, name), profile.to_bytes())


def _alone(store: InMemoryStore) -> InMemoryStore:
    """The profiles without what was made of them."""
    return InMemoryStore(objects={key: body for key, body in store.objects.items() if "/profiles/" in key})


def _by_definition(store: InMemoryStore, window: Window) -> WindowProfile:
    """What domain/profiles/window.py says, of the profiles in a dictionary: no listing, no roll-up."""
    hours: dict[tuple[str, datetime], list[tuple[str, HourProfile]]] = {}
    for key, body in store.objects.items():
        if "/profiles/" in key:
            _, _, _, variant, *date, _ = key.split("/")
            hour = datetime(*map(int, date), tzinfo=UTC)  # type: ignore[arg-type,misc]  # four numbers
            hours.setdefault((variant, hour), []).append((key, HourProfile.from_bytes(body)))
    merged = [
        (variant, hour, merge_hour(sorted(parts), Window(hour, hour + HOUR) if window.covers_hour(hour) else window))
        for (variant, hour), parts in sorted(hours.items())
        if hour < window.end and hour + HOUR > window.start
    ]

    def parts() -> Iterator[tuple[str, datetime, WindowProfile]]:
        for (variant, day), found in groupby(merged, key=lambda part: (part[0], floor_to(part[1], DAY))):
            of_day = list(found)
            if window.covers_day(day) and not any(has_wide_table(profile) for _, _, profile in of_day):
                yield variant, day, merge_day(profile for _, _, profile in of_day)
            else:
                yield from of_day

    return merge_parts(parts())


@settings(
    derandomize=True,
    deadline=None,
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(st.tuples(changes, windows), min_size=2, max_size=8))
def test_any_history_and_any_window_give_the_bytes_of_the_profiles_alone(
    history: Sequence[tuple[tuple[Place, Mapping[int, WindowProfile] | None], tuple[datetime, datetime]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merging, "WIDE", WIDE)
    store = _two_days()
    for ((variant, hour, name), slots), edges in history:
        if slots is None:
            store.delete(profile_key(ENDPOINT, variant, hour, name))
        else:
            _put(store, (variant, hour, name), slots)
        for window in (EVERYTHING, Window(*edges)):
            read = load_window(store, ENDPOINT, window).profile.to_bytes()
            assert read == _by_definition(store, window).to_bytes()
    assert load_window(_alone(store), ENDPOINT, EVERYTHING).profile == load_window(store, ENDPOINT, EVERYTHING).profile


def _two_days() -> InMemoryStore:
    store = InMemoryStore()
    for number, hour in enumerate([*HOURS, FIRST - HOUR]):
        _put(store, ("AllTraffic", hour, "a"), {3: PROFILES[number % 2]})
        _put(store, ("AllTraffic", hour, "b"), {4: PROFILES[1 - number % 2], 5: PROFILES[2]})
    return store


WINDOW = Window(FIRST - HOUR, FIRST + 2 * DAY)


def test_a_crash_at_any_call_leaves_roll_ups_that_are_whole_or_not_there() -> None:
    undisturbed = _two_days()
    expected = load_window(undisturbed, ENDPOINT, WINDOW).profile.to_bytes()
    for call in range(1, 200):
        store = _two_days()
        try:
            load_window(FailingStore(store, call), ENDPOINT, WINDOW)
        except InjectedError:
            assert store.objects.items() <= undisturbed.objects.items()
            assert load_window(store, ENDPOINT, WINDOW).profile.to_bytes() == expected, f"call {call}"
        else:
            break
        assert store.objects == undisturbed.objects
    else:
        pytest.fail("more than 200 calls")
    assert call > 30


def test_wide_hours_of_a_day_are_in_memory_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "WIDE", WIDE)
    held: list[int] = []

    class Watched(InMemoryStore):
        def find(self, key: str) -> StoredObject | None:
            if key.count("/") == profile_key(ENDPOINT, "AllTraffic", FIRST, "a").count("/"):  # of an hour
                held.append(sum(type(each) is WindowProfile for each in gc.get_objects()))
            return super().find(key)

    store = Watched()
    for hour in Window(FIRST, FIRST + 8 * HOUR).hours():
        for name in "ab":
            _put(store, ("AllTraffic", hour, name), {0: PROFILES[3]})
    load_window(store, ENDPOINT, Window(FIRST, FIRST + DAY))
    held.clear()

    load_window(store, ENDPOINT, Window(FIRST, FIRST + DAY))

    assert len(held) == 8
    assert max(held) <= held[0] + 1


def test_damaged_roll_ups_are_made_again() -> None:
    store = _two_days()
    expected = load_window(store, ENDPOINT, WINDOW).profile.to_bytes()
    whole = dict(store.objects)
    rollups = [key for key in whole if key.startswith(f"{STATE}rollups/")]
    assert len(rollups) == 2 + 9
    for key in rollups:
        store.objects[key] = whole[key][:-1]

    assert load_window(store, ENDPOINT, WINDOW).profile.to_bytes() == expected
    assert store.objects == whole


def test_days_of_a_window_equal_one_pass_over_all_rows() -> None:
    generator = np.random.default_rng(7)
    store, values = InMemoryStore(), []
    for hour in Window(FIRST, FIRST + timedelta(days=5)).hours():
        numbers = generator.gamma(2.0, 10.0, size=400)
        values.append(numbers)
        table = Table(400, {"input[0]": ColumnValues(numbers, 0, {}, None)})
        _put(store, ("AllTraffic", hour, "a"), {0: WindowProfile({"csv:0+1": TableProfile.of(table)}, records=400)})
    rows = np.concatenate(values)

    [table_profile] = load_window(store, ENDPOINT, Window(FIRST, FIRST + 5 * DAY)).profile.layouts.values()

    column, whole = (
        table_profile.columns["input[0]"],
        TableProfile.of(Table(len(rows), {"x": ColumnValues(rows, 0, {}, None)})),
    )
    one = whole.columns["x"]
    assert (column.moments.count, column.moments.sum, column.moments.std_dev) == (
        len(rows),
        one.moments.sum,
        one.moments.std_dev,
    )
    assert (column.moments.minimum, column.moments.maximum) == (rows.min(), rows.max())
    assert column.distinct == one.distinct
    points = np.quantile(rows, np.linspace(0.005, 0.995, 199))
    exact = np.searchsorted(np.sort(rows), points, side="right")
    assert np.abs(column.kll.ranks(points) - exact).max() / len(rows) <= 2 * 0.0014
