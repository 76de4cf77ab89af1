"""Rows as the model in a file takes them."""

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import Cell
from driftline.usecases.explanations.tree_rows import TreeRows

WHERE = "s3://b/m.json"


def test_features_are_found_by_name_in_any_order() -> None:
    rows = TreeRows.of(("age", "debt"), ("debt", "city", "age"), WHERE)
    found = rows.matrix([(1.0, "Rome", 2.0), ("3", None, "")])
    assert np.array_equal(found, np.array([[2, 1], [np.nan, 3]]), equal_nan=True)


def test_what_the_model_does_not_have_contributes_nothing() -> None:
    rows = TreeRows.of(("age", "debt"), ("debt", "city", "age"), WHERE)
    found = rows.spread(np.array([[[1.0], [2.0]]]))
    assert found.tolist() == [[[2.0], [0.0], [1.0]]]


@pytest.mark.parametrize("generic", [("f0", "f1"), ("Column_0", "Column_1")])
def test_a_model_without_names_takes_features_by_place(generic: tuple[str, ...]) -> None:
    rows = TreeRows.of(generic, ("debt", "age"), WHERE)
    assert rows.matrix([(1, 2)]).tolist() == [[1, 2]]
    with pytest.raises(InvalidInputError, match="the model has 2 features, and the rows 3") as raised:
        TreeRows.of(generic, ("debt", "age", "city"), WHERE)
    assert "columns.input" in raised.value.mend


def test_a_name_that_the_rows_lack_is_said_with_both_lists() -> None:
    with pytest.raises(InvalidInputError, match="the feature income, which the rows do not have") as raised:
        TreeRows.of(("age", "income"), ("age", "Income"), WHERE)
    assert "the rows have age, Income" in raised.value.expected
    assert raised.value.where == WHERE


def test_what_counts_as_a_number() -> None:
    rows = TreeRows.of(("a",), ("a",), WHERE)
    given: list[tuple[Cell, ...]] = [
        (True,),
        (False,),
        (None,),
        ("",),
        (" ",),
        ("NaN",),
        ("null",),
        ("1e3",),
        (7,),
        (float("nan"),),
    ]
    expected = [1, 0, np.nan, np.nan, np.nan, np.nan, np.nan, 1000, 7, np.nan]
    assert np.array_equal(rows.matrix(given)[:, 0], expected, equal_nan=True)


@pytest.mark.parametrize("text", ["Private", "1,5", "x" * 500])
def test_a_text_is_an_error_with_the_feature_and_what_else_there_is(text: str) -> None:
    rows = TreeRows.of(("age", "work"), ("age", "work"), WHERE)
    with pytest.raises(InvalidInputError, match="work has the value") as raised:
        rows.matrix([(1.0, 2.0), (1.0, text)])
    assert len(raised.value.what) < 120
    assert "source: endpoint" in raised.value.mend


def test_no_rows() -> None:
    assert TreeRows.of(("a", "b"), ("a", "b"), WHERE).matrix([]).shape == (0, 2)
