"""Types of columns: Clarify's rule, and where ours differs on purpose."""

import numpy as np
import pytest

from driftline.kinds.model_bias.rules.columns import (
    Coded,
    ColumnType,
    DataType,
    Element,
    Value,
    clarify_type,
    spelled,
    type_of,
)
from driftline.kinds.model_bias.rules.facets import interval_text, same_group, values_text

CATEGORICAL, CONTINUOUS = DataType.CATEGORICAL, DataType.CONTINUOUS


@pytest.mark.parametrize(
    ("values", "configured", "expected"),
    [
        (["a", "b"], ["a"], CATEGORICAL),
        ([str(each) for each in range(30)], ["5"], CONTINUOUS),
        ([str(each % 3) for each in range(90)], ["1"], CATEGORICAL),
        ([0.0, 1.0] * 100, [1.0], CONTINUOUS),
        ([0, 1] * 100, [1], CATEGORICAL),
        ([0, 1] * 10, [1], CONTINUOUS),  # 2 of 20 rows are distinct values: the trap
        ([0, 1, None] * 100, [1], CONTINUOUS),  # pandas reads whole numbers with gaps as fractions
        ([1.5, 2.5] * 5, [1.5, 2.5], CATEGORICAL),
        ([True, False] * 3, [True], CATEGORICAL),
        ([], [1], CATEGORICAL),
    ],
)
def test_clarifys_type(values: list[Value | None], configured: list[Value], expected: DataType) -> None:
    assert clarify_type(Coded.of(values), configured) is expected


def test_a_column_of_two_values_of_which_one_is_configured_is_categorical() -> None:
    assert type_of(Coded.of([0, 1] * 10), [1]) == ColumnType(CATEGORICAL, Element.WHOLE)
    assert type_of(Coded.of([0.0, 1.0] * 10), ["1"]) == ColumnType(CATEGORICAL, Element.NUMBER)
    assert type_of(Coded.of([20, 40] * 10), [30]) == ColumnType(CONTINUOUS, Element.WHOLE)


@pytest.mark.parametrize(
    ("value", "element", "text"),
    [
        ("1.0", Element.WHOLE, "1"),
        (1, Element.NUMBER, "1.0"),
        (1, Element.TEXT, "1"),
        ("true", Element.BOOLEAN, "True"),
        (0, Element.BOOLEAN, "False"),
        ("maybe", Element.BOOLEAN, "maybe"),
        ("many", Element.WHOLE, "many"),
        ("inf", Element.NUMBER, "inf"),
        (1.5, Element.WHOLE, "1.5"),
    ],
)
def test_spelling(value: Value, element: Element, text: str) -> None:
    assert spelled(value, element) == text


def test_numbers_keep_the_order_of_their_first_rows_and_nan_is_missing() -> None:
    found = Coded.of_numbers(np.array([3.0, np.nan, 1.0, 3.0, 2.0, np.nan]))

    assert found.values == (3.0, 1.0, 2.0)
    assert found.codes.tolist() == [0, -1, 1, 0, 2, -1]
    assert found.missing == 2
    assert Coded.of([3.0, float("nan"), 1.0]).codes.tolist() == [0, -1, 1]


@pytest.mark.parametrize(
    ("threshold", "highest", "text"),
    [
        (0.5, 0.9936148802477393, "(0.5, 0.9936148802477393]"),
        (2, 4, "(2, 4]"),
        (30, 60.0, "(30.0, 60.0]"),
        (0.5, 1, "(0.5, 1.0]"),
        ("30", 60, "(30.0, 60.0]"),
        (60, 60, ""),
        (70.0, 60.0, "(60.0, 70.0]"),
        (30, None, ""),
    ],
)
def test_intervals_are_written_as_pandas_does(threshold: Value, highest: float | None, text: str) -> None:
    assert interval_text(threshold, highest) == text


def test_intervals_of_one_threshold_are_one_group_whatever_the_largest_value_is() -> None:
    assert same_group("(0.5, 0.99]", "(0.5, 0.87]")
    assert not same_group("(0.5, 0.99]", "(0.6, 0.99]")
    assert same_group("Female", "Female")
    assert not same_group("Female", "(0.5, 0.99]")
    assert values_text((1, "b", True)) == "1,b,True"
