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
