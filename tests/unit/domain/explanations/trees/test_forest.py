"""What a forest refuses when it is built, and what it leaves out."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees import planting
from driftline.domain.explanations.trees.forest import LEAF, MAX_DEPTH, Forest
from driftline.domain.explanations.trees.links import Link, predictions_of
from driftline.domain.explanations.trees.planting import Ensemble, Tree, planted
from driftline.domain.explanations.trees.splits import LIGHTGBM

ENSEMBLE = Ensemble(np.array([1.0, 2.0]), LIGHTGBM, Link.IDENTITY, 1.0, ("a", "b"))


def tree(left: list[int], right: list[int], output: int = 0, **more: Any) -> Tree:
    size = len(left)
    given: dict[str, Any] = {
        "feature": np.zeros(size, np.int64), "threshold": np.zeros(size), "default_left": np.zeros(size, np.bool_),
        "missing": np.full(size, 2, np.uint8), "cover": np.ones(size), "value": np.arange(size, dtype=np.float64),
        "categories": np.full(size, LEAF),
    }  # fmt: skip
    return Tree(output=output, left=np.array(left), right=np.array(right), **{**given, **more})


def stump() -> Tree:
    return tree([1, -1, -1], [2, -1, -1])


def forest() -> Forest:
    return planted(ENSEMBLE, [stump(), tree([-1], [-1], output=1)])


def test_trees_add_to_their_outputs() -> None:
    assert forest().predict_margin(np.array([[-1.0, 0], [1.0, 0], [np.nan, 0]])).tolist() == [[2, 2], [3, 2], [3, 2]]


def test_no_tree_is_the_base() -> None:
    empty = planted(ENSEMBLE, [])
    assert empty.predict_margin(np.zeros((2, 2))).tolist() == [[1, 2], [1, 2]]


def test_nodes_that_no_row_can_reach_are_left_out() -> None:
    """XGBoost writes nodes that it has pruned, with numbers that mean nothing."""
    loose = tree([2, 0, -1, -1, -1], [4, 0, -1, -1, -1], feature=np.array([0, 2**31 - 1, 0, 0, 0]))
    found = planted(ENSEMBLE, [loose])
    assert found.left.tolist() == [1, -1, -1]
    assert found.value.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ([0, -1, -1], [2, -1, -1], "reached twice"),
        ([1, 0, -1], [2, 2, -1], "reached twice"),
        ([1, -1, -1], [1, -1, -1], "reached twice"),
        ([1, 2, -1], [2, 2, -1], "reached twice"),
        ([3, -1, -1], [2, -1, -1], "tree 0: its nodes do not make a tree"),
        ([1, -1, -1], [-2, -1, -1], "tree 0: its nodes do not make a tree"),
        ([1, -1, -1], [-1, -1, -1], "tree 0: its nodes do not make a tree"),
        ([], [], "tree 0: its nodes do not make a tree"),
    ],
)
def test_what_is_no_tree(left: list[int], right: list[int], says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        planted(ENSEMBLE, [tree(left, right)])


def test_a_path_that_is_too_long() -> None:
    depth = MAX_DEPTH + 1
    left = [*range(1, depth + 1), *[-1] * (depth + 1)]
    right = [*range(depth + 1, 2 * depth + 1), *[-1] * (depth + 1)]
    with pytest.raises(InvalidInputError, match="more than 4,096 splits"):
        planted(ENSEMBLE, [tree(left, right)])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"feature": np.array([2, 0, 0, 0], np.int32)}, "feature that does not exist"),
        ({"feature": np.array([-1, 0, 0, 0], np.int32)}, "feature that does not exist"),
        ({"output": np.array([0, 2], np.int32)}, "output that does not exist"),
        ({"roots": np.array([0, 4], np.int32)}, "tree without nodes"),
        ({"roots": np.array([0, 0], np.int32)}, "reached twice"),
        ({"roots": np.array([0], np.int32), "output": np.array([0], np.int32)}, "no root leads to"),
        ({"left": np.array([4, -1, -1, -1], np.int32)}, "child that does not exist"),
        ({"left": np.array([-1, -1, -1, -1], np.int32)}, "one child"),
        ({"cover": np.array([1, -1, 1, 1.0])}, "cover"),
        ({"cover": np.array([1, np.nan, 1, 1.0])}, "cover"),
        ({"value": np.array([1, np.inf, 1, 1.0])}, "infinite leaf"),
        ({"base": np.array([np.nan, 0.0])}, "infinite leaf"),
        ({"threshold": np.array([np.nan, 0, 0, 0])}, "threshold"),
        ({"missing": np.array([3, 0, 0, 0], np.uint8)}, "missing value"),
        ({"categories": np.array([0, -1, -1, -1], np.int32)}, "set of categories"),
        ({"members": np.array([5, 3])}, "ascending"),
        ({"cover": np.ones(3)}, "different lengths"),
        ({"base": np.zeros(0)}, "0 outputs"),
        ({"feature_names": ()}, "0 features"),
    ],
)
def test_arrays_that_do_not_fit(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        replace(forest(), **changed)


def test_limits_hold_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planting, "MAX_NODES", 3)
    with pytest.raises(InvalidInputError, match="4 nodes"):
        forest()
    monkeypatch.setattr(planting, "MAX_NODES", 100)
    monkeypatch.setattr(planting, "MAX_MEMBERS", 2)
    one = np.array([0, -1, -1])
    with pytest.raises(InvalidInputError, match="too many categories"):
        planted(ENSEMBLE, [tree([1, -1, -1], [2, -1, -1], categories=one, sets=[np.arange(3)])])


def test_links_at_extremes() -> None:
    margin = np.array([[-1e4, 0.0, 1e4]])
    with np.errstate(all="raise", under="ignore"):
        assert predictions_of(margin, Link.LOGIT).tolist() == [[0.0, 0.5, 1.0]]
        assert predictions_of(margin, Link.SOFTMAX).tolist() == [[0.0, 0.0, 1.0]]
        assert predictions_of(margin, Link.LOG).tolist() == [[0.0, 1.0, np.inf]]
        assert predictions_of(margin, Link.SOFTPLUS) == pytest.approx(np.array([[0.0, np.log(2), 1e4]]))
        assert predictions_of(margin, Link.STEP).tolist() == [[0.0, 0.0, 1.0]]
        assert predictions_of(np.array([[-3.0, 2.0]]), Link.SQUARE_ROOT).tolist() == [[-9.0, 4.0]]
