"""The type of a feature: each sentence of the rule."""

import pytest

from driftline.domain.explanations.column_types import ColumnType, column_type

N, C, T = ColumnType.NUMERICAL, ColumnType.CATEGORICAL, ColumnType.FREE_TEXT


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], C),
        ([None, float("nan"), ""], C),
        ([0, 1, 1, 0], C),
        ([0.5, 1.5], C),
        ([0.5, 1.5, 2.5], N),
        ([0.5, 1.0, 2.0] * 100, N),
        ([1, 2, 3], N),
        ([1, 2, 3, None] * 100, C),
        ([1.0, 2.0, 3.0] * 100, C),
        (["1", "2", "3"], N),
        (["1", "2", "3"] * 100, C),
        (["1.5", "2.5", "3.5"], C),
        (["a", "b", "c"], C),
        (["1", 2, 3], N),
        (["not at all bad", "very good indeed", "it broke at once"], T),
        (["not at all bad", "very good indeed", "it broke at once"] * 50, C),
        ([f"id-{i}" for i in range(101)], T),
        ([f"id-{i}" for i in range(100)], C),
        ([True, False, "maybe"], C),
    ],
)
def test_the_rule(cells: list[object], expected: ColumnType) -> None:
    assert column_type(cells) is expected
