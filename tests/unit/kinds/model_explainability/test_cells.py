"""Cells of rows: the same value, however it is written, and categories with the same codes then and now."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.explanations.tasks import Cell
from driftline.kinds.model_explainability.cells import as_numbers, is_missing, samples, typed


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1", 1.0),
        ("1.0", 1.0),
        (1, 1.0),
        (" 1.50 ", 1.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("+2", 2.0),
        (True, True),
        ("true", "true"),
        ("", None),
        ("  ", None),
        ("NaN", None),
        ("null", None),
        ("None", None),
        (None, None),
        (math.nan, None),
        ("02139", "02139"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("inf", "inf"),
        ("١٢", "١٢"),
        ("1e9999", "1e9999"),
        ("1,5", "1,5"),
        ("Private", "Private"),
    ],
)
def test_a_value_as_models_take_it(cell: object, expected: Cell) -> None:
    found = typed(cell)
    assert found == expected
    assert type(found) is type(expected)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_number_keeps_its_value_through_text(value: float) -> None:
    assert typed(repr(value)) == value
    assert typed(value) == value


@given(st.one_of(st.text(max_size=10), st.floats(), st.integers(-(2**53), 2**53), st.booleans(), st.none()))
def test_what_is_typed_stays_so(cell: Cell) -> None:
    once = typed(cell)
    assert typed(once) == once or once is None
    assert is_missing(once) == (once is None)


def test_numbers_of_cells() -> None:
    found = as_numbers([1.5, "2", True, False, None, "x"])
    assert np.array_equal(found, [1.5, 2.0, 1.0, 0.0, np.nan, np.nan], equal_nan=True)


def attributions(rows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.zeros((rows, 2, 1))


def test_categories_have_the_same_codes_in_both_samples() -> None:
    before, now = samples(
        ("city", "age"),
        ((("Rome", 3.0), ("Bonn", None)), attributions(2)),
        (("age", "city"), ((5.0, "Bonn"), (6.0, "Oslo"), (7.0, None)), attributions(3)),
    )
    assert before.values is not None
    assert now.values is not None
    assert before.categorical == now.categorical == {"city"}
    assert before.values[:, 0].tolist() == [2.0, 0.0]
    assert np.array_equal(now.values[:, 1], [0.0, 1.0, np.nan], equal_nan=True)
    assert np.array_equal(before.values[:, 1], [3.0, np.nan], equal_nan=True)


def test_a_column_is_a_category_if_it_holds_a_text_in_either_sample() -> None:
    before, now = samples(
        ("a", "b"),
        (((1.0, 2.0),), attributions(1)),
        (("a", "b"), ((1.0, "two"),), attributions(1)),
    )
    assert before.categorical == now.categorical == {"b"}


def test_samples_without_rows_have_no_values() -> None:
    before, now = samples(("a", "b"), ((), attributions(0)), (("a", "b"), (), attributions(3)))
    assert before.values is None
    assert now.values is None
