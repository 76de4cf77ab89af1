"""Cells are classified as Deequ classifies them (StatefulDataType.scala, release 2.0.2)."""

import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.capture.cells import parse_number, texts_to_columns, value_text, values_to_columns
from driftline.domain.capture.csv_rows import CsvCell
from tests.fuzz import examples

# As published; `$` in Scala's full match means the very end.
DEEQU_FRACTIONAL = re.compile(r"^(-|\+)? ?\d+((\.\d+)|((?:\.\d+)?[Ee][-+]?\d+))\Z", re.ASCII)
DEEQU_INTEGRAL = re.compile(r"^(-|\+)? ?\d+\Z", re.ASCII)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", (3.0, True)),
        ("-3", (-3.0, True)),
        ("+7", (7.0, True)),
        ("- 3", (-3.0, True)),
        (" 1", (1.0, True)),
        ("007", (7.0, True)),
        ("3.0", (3.0, False)),
        ("1e5", (1e5, False)),
        ("1E-5", (1e-5, False)),
        ("+ 1.5e+3", (1500.0, False)),
        ("1.", None),
        (".5", None),
        ("1 ", None),
        ("  1", None),
        ("1_000", None),
        ("0x1", None),
        ("inf", None),
        ("nan", None),
        ("١", None),  # an Arabic digit is no digit of Java's \d
        ("1\n", None),
        ("true", None),
        ("1e999", None),
        ("9" * 400, None),
    ],
)
def test_a_cell_is_a_number_exactly_when_deequ_says_so(text: str, expected: tuple[float, bool] | None) -> None:
    assert parse_number(text) == expected


@given(st.text(alphabet="0123456789.eE+- _xinfa\n", max_size=8))
def test_classification_equals_the_published_patterns(text: str) -> None:
    integral = DEEQU_INTEGRAL.match(text) is not None
    fractional = DEEQU_FRACTIONAL.match(text) is not None

    number = parse_number(text)

    if number is None:
        assert not (integral or fractional) or float(text.replace(" ", "")) == float("inf")
    else:
        assert number == (float(text.replace(" ", "")), integral)


def test_a_column_keeps_row_order_counts_and_first_occurrence() -> None:
    column = texts_to_columns(["2", "", "b", "1.5", None, "2", "true", "b"])

    assert column.numbers.tolist() == [2.0, 1.5, 2.0]
    assert column.integral == 2
    assert column.texts == {"b": 2, "true": 1}
    assert column.categories is not None
    assert list(column.categories.items()) == [("2", 2), ("b", 2), ("1.5", 1), ("true", 1)]
    assert column.present == 6


def test_more_than_120_distinct_values_have_no_categories() -> None:
    assert len(texts_to_columns([str(i) for i in range(120)]).categories or ()) == 120
    assert texts_to_columns([str(i) for i in range(121)]).categories is None


def test_an_empty_column_is_all_missing() -> None:
    column = texts_to_columns(["", None])

    assert (column.present, column.integral, column.categories) == (0, 0, {})
    assert column.numbers.dtype == np.float64


def test_values_keep_the_types_that_json_gave_them() -> None:
    column = values_to_columns([1, 1.0, "1", "x", True, None, "", float("nan"), float("-inf"), np.float64(2.5)])

    assert column.numbers.tolist() == [1.0, 1.0, 1.0, 2.5]
    assert column.integral == 2  # 1 and "1"; 1.0 is written as a fraction
    assert column.texts == {"x": 1, "true": 1, "NaN": 1, "-Infinity": 1}


def test_texts_that_read_as_numbers_are_both() -> None:
    column = values_to_columns(["02139", 7, "7", "x", CsvCell("8"), None, "02139"])

    assert (column.numbers.tolist(), column.integral) == ([2139.0, 7.0, 7.0, 8.0, 2139.0], 5)
    assert column.by_type is not None
    assert (column.by_type.numbers.tolist(), column.by_type.integral) == ([7.0, 8.0], 2)
    assert column.by_type.texts == {"x": 1, "02139": 2, "7": 1}
    assert column.by_type.categories == column.categories == {"02139": 2, "7": 2, "x": 1, "8": 1}


@pytest.mark.parametrize("values", [[1, 2.5], ["a", "b"], [CsvCell("1")], ["", None], [True, "true"]])
def test_other_values_have_one_reading(values: list[object]) -> None:
    assert values_to_columns(values).by_type is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(False, "false"), (10**30, "1" + "0" * 30), (1e-7, "1e-07"), (date(2026, 3, 1), "2026-03-01"), (np.int64(4), "4")],
)
def test_values_as_text(value: object, text: str) -> None:
    assert value_text(value) == text


@given(
    st.lists(st.floats() | st.integers() | st.none(), min_size=300, max_size=300),
    st.sampled_from([None, "x", "", 10**400, float("inf"), True, -0.0]),
)
@settings(max_examples=examples(50))
def test_many_numbers_are_what_their_texts_say(values: list[object], odd: object) -> None:
    values[77] = odd

    fast, slow = values_to_columns(values), texts_to_columns(map(value_text, values))

    assert fast.numbers.tobytes() == slow.numbers.tobytes()
    assert (fast.integral, fast.texts, fast.categories) == (slow.integral, slow.texts, slow.categories)


def test_many_texts_of_plain_numbers_are_what_single_ones_are() -> None:
    texts = [*(f"{i}.5" for i in range(150)), *map(str, range(150)), *(f"{i}e-3" for i in range(150)), "-0", ""]

    together = texts_to_columns(texts)

    assert together.numbers.tolist() == [float(text) for text in texts if text]
    assert (together.integral, together.texts, together.categories) == (151, {}, None)


@pytest.mark.parametrize("odd", ["1 ", " 1", "1,2", "null", "007", "+7", "1e999", "x"])
def test_one_odd_text_among_many_numbers(odd: str) -> None:
    column = texts_to_columns([*map(str, range(1000)), odd])

    number = parse_number(odd)
    assert column.texts == ({odd: 1} if number is None else {})
    assert column.integral == 1000 + (number is not None)
    assert column.present == 1001
