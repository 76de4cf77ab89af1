"""Wide tables are merged one after the other, usual ones at once."""

from collections.abc import Iterator

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import parse_instant
from driftline.domain.profiles import merging
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile, merge_hour, merge_parts
from driftline.domain.windows import HOUR, SLOT, Window
from tests.effort import calls

NOON = parse_instant("2026-03-01T12:00:00Z")
HOUR_WINDOW = Window(NOON, NOON + HOUR)
WIDTH = merging.WIDE + 1


def profile(rows: int, columns: int = WIDTH, start: int = 0) -> WindowProfile:
    values = np.arange(start, start + rows, dtype=np.float64)
    column = ColumnValues(values, rows, {}, None)
    table = Table(rows, {f"input[{place}]": column for place in range(columns)})
    return WindowProfile({f"csv:0+{columns}": TableProfile.of(table)}, records=rows)


def files(count: int, columns: int = WIDTH) -> Iterator[tuple[str, HourProfile]]:
    for number in range(count):
        slots = {NOON + SLOT * at: profile(3, columns, 10 * number + at) for at in range(2)}
        yield f"file-{number}", HourProfile(slots, "source", "records")


def test_a_wide_hour_has_every_row_once() -> None:
    merged = merge_hour(files(3), HOUR_WINDOW)

    [table] = merged.layouts.values()
    assert (merged.records, table.rows, len(table.columns)) == (18, 18, WIDTH)
    assert sorted(table.columns["input[7]"].kll.levels[0].tolist()) == sorted(
        float(10 * number + at + row) for number in range(3) for at in range(2) for row in range(3)
    )


def test_at_most_one_wide_file_is_held_next_to_the_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []
    merge_all = TableProfile.merge_all.__func__  # type: ignore[attr-defined]

    def counted(cls: type[TableProfile], tables: list[TableProfile]) -> TableProfile:
        parts.append(len(tables))
        return merge_all(cls, tables)  # type: ignore[no-any-return]

    monkeypatch.setattr(TableProfile, "merge_all", classmethod(counted))
    merge_hour(files(6), HOUR_WINDOW)

    assert max(parts) == 2


def test_a_file_that_is_delivered_twice_counts_once() -> None:
    twice = [each for each in files(2) for _ in range(2)]

    assert merge_hour(twice, HOUR_WINDOW).to_bytes() == merge_hour(files(2), HOUR_WINDOW).to_bytes()


def test_wide_hours_merge_the_same_from_stored_bytes() -> None:
    hours = [("AllTraffic", NOON + at * HOUR, profile(2_000, start=at)) for at in range(3)]
    stored = [(variant, at, WindowProfile.from_bytes(each.to_bytes())) for variant, at, each in hours]

    assert merge_parts(stored).to_bytes() == merge_parts(hours).to_bytes()
    assert merge_parts(hours).rows == 6_000


def test_usual_tables_are_merged_at_once() -> None:
    assert merge_hour(files(5, columns=3), HOUR_WINDOW) == WindowProfile.merge_all(
        [each.slots[NOON + SLOT * at] for at in range(2) for _, each in files(5, columns=3)]
    )


def test_more_columns_than_there_is_memory_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "_MOST", (WIDTH + 1) * (merging._EMPTY + 20))
    hours = [("AllTraffic", NOON, profile(20)), ("AllTraffic", NOON + HOUR, profile(20, WIDTH + 1))]

    with pytest.raises(InvalidInputError) as refused:
        merge_parts(hours)

    assert f"too many columns: 1,001 of csv:0+{WIDTH}, 1,002 of csv:0+{WIDTH + 1}" in str(refused.value)
    assert merge_parts([*hours[:1], ("AllTraffic", NOON + HOUR, profile(20, 30))]).rows == 40


def test_the_work_grows_with_the_number_of_files() -> None:
    def work(count: int) -> int:
        return calls(lambda: merge_hour(files(count), HOUR_WINDOW))

    assert work(8) < 2.5 * work(4)
