"""The type of a column follows from the types of its values, as in Deequ."""

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues
from driftline.domain.profiles.types import TypeCounts


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (TypeCounts(), "Unknown"),
        (TypeCounts(integral=3), "Integral"),
        (TypeCounts(fractional=1), "Fractional"),
        (TypeCounts(integral=99, fractional=1), "Fractional"),
        (TypeCounts(boolean=2), "String"),
        (TypeCounts(boolean=1, integral=99), "String"),
        (TypeCounts(string=1, fractional=99), "String"),
    ],
)
def test_inferred_type(counts: TypeCounts, expected: str) -> None:
    assert counts.inferred_type() == expected


def test_counts_of_a_column() -> None:
    # Given the cells 1, 2, 3.5, true, true, false, True, AA
    values = ColumnValues(np.array([1.0, 2.0, 3.5]), 2, {"true": 2, "false": 1, "True": 1, "AA": 1}, None)

    counts = TypeCounts.of(values)

    assert counts == TypeCounts(integral=2, fractional=1, boolean=3, string=2)
    assert counts.present == values.present == 8


def test_whole_numbers_however_they_are_written() -> None:
    # Given the cells 1, 2.0, 3.5, 1e3
    counts = TypeCounts.of(ColumnValues(np.array([1.0, 2.0, 3.5, 1000.0]), 1, {}, None))

    assert (counts.integral, counts.fractional, counts.whole) == (1, 3, 3)
    assert counts.merge(counts).whole == 6
    assert TypeCounts.from_wire(counts.to_wire()) == counts


def test_counts_of_older_profiles() -> None:
    """They do not say how many of the fractional values have no fraction: none counts as whole."""
    assert TypeCounts.from_wire((1, 3, 0, 0)).whole == 1
    with pytest.raises(ValueError, match="3 counts"):
        TypeCounts.from_wire((1, 3, 0))
