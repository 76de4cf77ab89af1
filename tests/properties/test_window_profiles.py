"""A window's profile: the same bytes for any order, duplication and storage of its parts."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile, merge_hour, merge_parts
from driftline.domain.windows import HOUR, SLOT, Window
from tests.properties.samples import HOUR_START, Row, hour_profile, rows

HOUR_WINDOW = Window(HOUR_START, HOUR_START + HOUR)
files = st.lists(rows, min_size=1, max_size=5)


def _exact(column: ColumnProfile) -> tuple[object, ...]:
    """What a report shows of the column, but for the sketch: equal to the last bit however the rows were cut."""
    moments = column.moments
    figures = (moments.count, moments.sum, moments.std_dev, moments.minimum, moments.maximum)
    return column.types, column.distinct, column.categories, figures if moments.count else None


def _parts(captured: list[list[Row]]) -> list[tuple[str, HourProfile]]:
    return [(f"file-{i}", hour_profile(part)) for i, part in enumerate(captured)]


@given(captured=files, data=st.data())
def test_order_and_duplication_of_deliveries_do_not_show(captured: list[list[Row]], data: st.DataObject) -> None:
    parts = _parts(captured)
    delivered = data.draw(st.permutations(parts + parts[: data.draw(st.integers(0, len(parts)))]))

    assert merge_hour(delivered, HOUR_WINDOW).to_bytes() == merge_hour(parts, HOUR_WINDOW).to_bytes()


@given(captured=files)
def test_stored_profiles_merge_like_fresh_ones(captured: list[list[Row]]) -> None:
    parts = _parts(captured)
    stored = [(key, HourProfile.from_bytes(profile.to_bytes())) for key, profile in parts]

    assert merge_hour(stored, HOUR_WINDOW).to_bytes() == merge_hour(parts, HOUR_WINDOW).to_bytes()


@given(captured=st.lists(files, min_size=1, max_size=3), data=st.data())
def test_a_stored_roll_up_and_its_parts_give_the_same_bytes(
    captured: list[list[list[Row]]], data: st.DataObject
) -> None:
    merged = [
        (variant, HOUR_START + i * HOUR, merge_hour(_parts(parts), HOUR_WINDOW))
        for variant in ("AllTraffic", "Canary")
        for i, parts in enumerate(captured)
    ]
    some_from_store = [
        (variant, hour, WindowProfile.from_bytes(profile.to_bytes()) if data.draw(st.booleans()) else profile)
        for variant, hour, profile in merged
    ]

    assert merge_parts(data.draw(st.permutations(some_from_store))).to_bytes() == merge_parts(merged).to_bytes()


@given(captured=rows, cuts=st.lists(st.integers(0, 60), max_size=4))
def test_the_same_records_in_other_files_give_the_same_statistics(captured: list[Row], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(captured)]
    cut = [captured[a:b] for a, b in pairwise(edges)]

    one, other = merge_hour(_parts([captured]), HOUR_WINDOW), merge_hour(_parts(cut), HOUR_WINDOW)

    assert (one.records, one.rows, one.layouts.keys()) == (other.records, other.rows, other.layouts.keys())
    for layout, table in one.layouts.items():
        for key, column in table.columns.items():
            assert _exact(column) == _exact(other.layouts[layout].columns[key])
            assert column.kll == other.layouts[layout].columns[key].kll


@given(captured=files, first=st.integers(0, 11), slots=st.integers(1, 12))
def test_a_window_takes_exactly_its_slots(captured: list[list[Row]], first: int, slots: int) -> None:
    start = HOUR_START + first * SLOT
    window = Window(start, start + slots * SLOT)

    merged = merge_hour(_parts(captured), window)

    assert merged.rows == merged.records == sum(first <= number < first + slots for f in captured for number, _ in f)


def test_large_files_cut_differently_agree_within_the_sketchs_bound() -> None:
    generator = np.random.default_rng(3)
    values = generator.gamma(2.0, 10.0, size=30_000)
    captured: list[Row] = [(i * 12 // len(values), (value,)) for i, value in enumerate(values.tolist())]
    whole = merge_hour([("all", hour_profile(captured, "csv:0+1"))], HOUR_WINDOW).layouts["csv:0+1"]

    pieces = [(f"{i:05}", hour_profile(captured[i : i + 777], "csv:0+1")) for i in range(0, len(captured), 777)]
    cut = merge_hour(pieces, HOUR_WINDOW).layouts["csv:0+1"]

    one, other = whole.columns["input[0]"], cut.columns["input[0]"]
    points = np.quantile(values, np.linspace(0, 1, 201))
    assert _exact(one) == _exact(other)
    assert np.abs(one.kll.ranks(points) - other.kll.ranks(points)).max() / len(values) <= 2 * 0.0014


@given(captured=files)
def test_missing_is_what_rows_lack(captured: list[list[Row]]) -> None:
    merged = merge_hour(_parts(captured), HOUR_WINDOW)
    flat = [cells for part in captured for _, cells in part]

    table = merged.layouts.get("csv:0+3", TableProfile.empty())

    assert [table.missing(f"input[{i}]") for i in range(3)] == [
        sum(cells[i] is None for cells in flat) for i in range(3)
    ]
    assert table.missing("input[9]") == len(flat)


def test_hours_beyond_the_window_are_left_out() -> None:
    profile = hour_profile([(0, (1.0, 2, "AA"))])
    later = Window(HOUR_START + HOUR, HOUR_START + HOUR + timedelta(minutes=5))

    assert merge_hour([("file", profile)], later) == WindowProfile.empty()
