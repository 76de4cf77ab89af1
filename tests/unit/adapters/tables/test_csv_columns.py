"""The fast way from CSV to columns equals the way cell by cell, on cells made to tell them apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.adapters.tables import csv_columns
from driftline.adapters.tables.csv_columns import (
    csv_to_columns,
    csv_to_columns_by_cell,
    csv_to_columns_by_scan,
    csv_to_columns_by_text,
)
from driftline.domain.capture import byte_census
from driftline.domain.capture.byte_census import ByteCensus
from driftline.domain.capture.columns import ColumnValues
from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from tests.fuzz import examples

HOSTILE = [
    *("", "1", "2", "0", "-0", "-1", "1.5", "1.50", "3.0", "0.001", "-2.25", "100000000000000000000", "007"),
    *("1.", ".5", "-.5", "1e5", "1E-5", "1e+5", "1.e5", ".5e3", "1e999", "- 3", "+7", "+1e5", " 1", "1 ", "1_000"),
    *("inf", "nan", "Infinity", "0x1", "true", "false", "e", "1.2.3", "--1", "1-2", "a.b", "+", "-", ".", "é", "١"),
    *("9007199254740993", "123456789.123456789", "1e-320", "\t1", "NULL", "a b", "x-y", "e5", "1e", "'", "\\N"),
]
QUOTED = ["", "a, b", 'say "hi"', "two\nlines", ",", '"', "1", "2.5", "plain", " spaced ", "'"]
ORDINARY = ["", "1", "2", "17", "-3", "1.5", "3.0", "0.25", "1e-05", "a", "bc", "red"]


def same(fast: ColumnValues, slow: ColumnValues) -> bool:
    return (
        fast.numbers.tobytes() == slow.numbers.tobytes()
        and fast.integral == slow.integral
        and list(fast.texts.items()) == list(slow.texts.items())
        and (fast.categories is None) == (slow.categories is None)
        and list((fast.categories or {}).items()) == list((slow.categories or {}).items())
    )


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    columns = draw(
        st.lists(
            st.lists(
                st.sampled_from(draw(st.sampled_from([HOSTILE, ORDINARY, ORDINARY[:8], ORDINARY[9:], QUOTED]))),
                min_size=3,
            ),
            min_size=1,
            max_size=4,
        )
    )
    rows = draw(st.integers(1, 30))
    return [[column[at % len(column)] for column in columns] for at in range(rows)]


@given(tables())
@settings(max_examples=examples(300))
def test_the_scan_equals_the_cells_or_declines(rows: list[list[str]]) -> None:
    data = "\n".join(csv_line(row) for row in rows).encode()

    slow = csv_to_columns_by_cell(data, len(rows[0]))
    fast = csv_to_columns_by_scan(data, len(rows[0]))
    text = csv_to_columns_by_text(data, len(rows[0]))

    assert fast is None or all(map(same, fast, slow))
    assert text is not None
    assert all(map(same, text, slow))


@pytest.mark.parametrize("cell", HOSTILE)
@pytest.mark.parametrize("neighbour", ["1", "2.5", "text"])
def test_one_hostile_cell_among_plain_ones(cell: str, neighbour: str) -> None:
    rows = [[str(i), f"{i}.25", "red", "4"] for i in range(200)]
    rows[150] = [cell, neighbour, cell, cell]
    data = "\n".join(csv_line(row) for row in rows).encode()

    fast = csv_to_columns_by_scan(data, 4)

    assert fast is None or all(map(same, fast, csv_to_columns_by_cell(data, 4)))


def test_ordinary_tables_take_the_fast_way() -> None:
    """Without this the property above could hold by always declining."""
    rng = np.random.default_rng(7)
    rows = [
        [repr(a), f"{b:.2f}", str(c), "" if c % 7 == 0 else f"shop {c % 5}", f"{a:.3e}", str(c % 3) + ".0", f"id-{i}"]
        for i, (a, b, c) in enumerate(
            zip(
                rng.random(3000).tolist(),
                rng.normal(5, 9, 3000).tolist(),
                rng.integers(0, 90, 3000).tolist(),
                strict=True,
            )
        )
    ]
    data = "\n".join(csv_line(row) for row in rows).encode()

    fast = csv_to_columns_by_scan(data, 7)

    assert fast is not None
    assert all(map(same, fast, csv_to_columns_by_cell(data, 7)))
    assert fast[5].integral == 0
    assert fast[5].categories is not None
    assert next(iter(fast[5].categories)) in {"0.0", "1.0", "2.0"}


@pytest.mark.parametrize(
    ("odd", "looks_at_all"),
    [
        ({}, False),
        ({0: {7: "50.0", 2999: "51.00"}, 1: {0: "4.2e-05", 1500: "3e-7"}}, False),
        ({0: {7: "50.0"}, 2: {9: "7.0"}}, True),
        ({0: {7: "5e1"}, 2: {9: "7E0"}}, True),
        ({0: {7: "1.5e3"}}, False),
        ({0: {7: "4.25e1"}}, True),
    ],
)
def test_single_cells_tell_where_dots_and_exponents_are(
    monkeypatch: pytest.MonkeyPatch, odd: dict[int, dict[int, str]], looks_at_all: bool
) -> None:
    """Of three numeric columns with missing cells, one is whole: its own dots can only be found cell by cell."""
    rows = [[f"4{i % 10}.25", f"0.{i % 97 + 1:02}", str(i % 7)] for i in range(3000)]
    for row in range(0, 3000, 11):
        rows[row][row % 3] = ""
    for column, cells in odd.items():
        for row, cell in cells.items():
            rows[row][column] = cell
    data = "".join(csv_line(row) + "\n" for row in rows).encode()
    looked: list[int] = []

    def watched(text: bytes, width: int) -> object:
        looked.append(width)
        return byte_census.fractional_cells(text, width)

    monkeypatch.setattr(csv_columns, "fractional_cells", watched)

    fast = csv_to_columns_by_scan(data, 3)

    assert fast is not None
    assert all(map(same, fast, csv_to_columns_by_cell(data, 3)))
    assert bool(looked) == looks_at_all


def test_a_text_that_comes_late_in_a_numeric_column_does_not_stop_the_scan() -> None:
    rows = [[str(i), str(i)] for i in range(2000)]
    rows[1999][1] = "unknown"
    data = "\n".join(csv_line(row) for row in rows).encode()

    fast = csv_to_columns_by_scan(data, 2)

    assert fast is not None
    assert fast[1].texts == {"unknown": 1}
    assert all(map(same, fast, csv_to_columns_by_cell(data, 2)))


@pytest.mark.parametrize("ragged", ["1", "1,2,3", "1,2,3,4,5"])
def test_rows_of_another_width_are_refused_by_both(ragged: str) -> None:
    data = ("1,2\n" * 20_000 + ragged + "\n").encode()

    assert csv_to_columns_by_scan(data, 2) is None
    with pytest.raises(ValueError, match="another number of fields"):
        csv_to_columns(data, 2)


def test_quoted_cells() -> None:
    data = ('"a, ""b""",1\n"line\nend",2\n"",3\n' * 3000).encode()

    first, second = csv_to_columns(data, 2)

    assert first.texts == {'a, "b"': 3000, "line\nend": 3000}
    assert (first.present, second.integral) == (6000, 9000)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), min_size=1, max_size=4))
def test_a_row_survives_being_written_as_a_line(cells: list[str]) -> None:
    assert rows_of_csv(csv_line(cells)) == [cells]


@given(
    st.lists(st.sampled_from(["1", "-2.5", "007", "0.05", "1e-05", "a.b", ".", "e", "", "+1", "3.0E+02"]), max_size=60)
)
def test_a_census_adds_up_and_blocks_do_not_show(cells: list[str]) -> None:
    text = ",".join(cells).encode()

    whole = ByteCensus.of(text)
    parts = [ByteCensus.of(cell.encode()) for cell in cells]

    for name in ("strange", "bare_dots", "dots", "exponents", "padded"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert whole.padded == cells.count("007")
    assert whole.exponents == sum(cell.lower().count("e") for cell in cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_census, "_BLOCK", 7)
        assert ByteCensus.of(text) == whole


@given(
    st.lists(
        st.lists(st.sampled_from(["1", "-2.5", "1e-05", "a", "", "é"]), min_size=3, max_size=3), min_size=1, max_size=40
    )
)
def test_fractional_cells_are_counted_per_column_in_any_blocks(rows: list[list[str]]) -> None:
    text = "".join(",".join(row) + "\n" for row in rows).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_census, "_ROWS_BLOCK", 16)
        patch.setattr(byte_census, "_BLOCK", 5)
        counted = byte_census.fractional_cells(text, 3)

    assert counted == [sum(row[at] in {"-2.5", "1e-05"} for row in rows) for at in range(3)]
    assert byte_census.fractional_cells(text + b"1,2\n", 3) is None


def test_the_census_of_counted_texts_is_that_of_all_of_them() -> None:
    counts = {"+7": 5, "a.b": 1, "007": 1024, "1e5": 3, ".": 6, "é,": 7}
    together = "\n".join(text for text, count in counts.items() for _ in range(count)).encode()

    counted = ByteCensus.of_occurrences(counts.items())

    # Separators between texts are no part of any count.
    assert counted == ByteCensus.of(together)
