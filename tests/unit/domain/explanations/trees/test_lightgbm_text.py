"""LightGBM's own predictions."""

from typing import Any

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.lightgbm_text import LINKS
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.tree_shap import tree_shap
from tests.tree_models import Floats, classes, lightgbm_model, score, table, text_of

ROWS = table()
TREES = 8


def squared(predicted: Floats, data: Any) -> tuple[Floats, Floats]:
    return predicted - data.get_label(), np.ones(len(predicted))


def target_of(objective: str) -> tuple[Floats, dict[str, Any]]:
    if objective.startswith("multi"):
        return classes(ROWS, 3), {"num_class": 3}
    if objective.startswith(("cross", "binary", "lambda", "rank")):
        return classes(ROWS, 2), {}
    return np.exp(score(ROWS) / 10) + 3, {}


CASES = [
    *((objective, {}) for objective in sorted(set(LINKS) - {"lambdarank", "rank_xendcg"})),
    ("regression", {"reg_sqrt": True}),
    ("binary", {"sigmoid": 1.7}),
    ("binary", {"zero_as_missing": True}),
    ("binary", {"use_missing": False}),
    ("multiclass", {"boosting": "dart"}),
    ("regression", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}),
    ("binary", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}),
    ("multiclass", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}),
    ("regression", {"extra_trees": True, "max_cat_to_onehot": 64}),
]


@pytest.mark.parametrize(("objective", "settings"), CASES)
def test_margins_predictions_and_contributions(objective: str, settings: dict[str, Any]) -> None:
    target, more = target_of(objective)
    given = squared if objective == "custom" else objective
    model = lightgbm_model(ROWS, target, TREES, objective=given, **more, **settings)
    forest = read_forest(text_of(model), "model.txt")
    # LightGBM's raw scores and contributions of a random forest are sums; what it predicts is made of their mean.
    share = TREES if settings.get("boosting") == "rf" else 1
    margin = np.asarray(model.predict(ROWS, raw_score=True)).reshape(len(ROWS), -1) / share
    theirs = np.asarray(model.predict(ROWS, pred_contrib=True)).reshape(len(ROWS), forest.outputs, -1) / share
    predicted = np.asarray(model.predict(ROWS)).reshape(len(ROWS), -1)
    assert forest.predict_margin(ROWS) == pytest.approx(margin, rel=1e-12, abs=1e-12)
    assert forest.predict(ROWS) == pytest.approx(predicted, rel=1e-12, abs=1e-12)
    found = tree_shap(forest, ROWS)
    near = 1e-9 * np.abs(margin).max()
    assert found.values == pytest.approx(theirs[:, :, :-1].transpose(0, 2, 1), abs=near)
    assert found.expected == pytest.approx(theirs[0, :, -1], abs=near)


@pytest.mark.parametrize("settings", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_numbers_at_zero_thresholds_and_unknown_categories(settings: dict[str, Any]) -> None:
    model = lightgbm_model(ROWS, classes(ROWS, 2), objective="binary", **settings)
    forest = read_forest(text_of(model), "model.txt")
    assert forest.members.size
    rows = table(80, seed=9)
    rows[:16, 3] = [-0.0, -0.5, -1, -7, 0.5, 7.9, 8, 31, 32, 1e6, 2**31 - 1, 3e9, np.nan, 1, 2, 3]
    rows[16:24, 0] = [0.0, -0.0, 1e-36, -1e-36, 1.1e-35, float(np.float32(1e-35)), np.inf, -np.inf]
    edges = np.unique(forest.threshold[(forest.left >= 0) & (forest.feature == 0)])[:16]
    rows[32 : 32 + edges.size, 0] = edges
    rows[48 : 48 + edges.size, 0] = np.nextafter(edges, np.inf)
    margin = np.asarray(model.predict(rows, raw_score=True))[:, np.newaxis]
    assert forest.predict_margin(rows) == pytest.approx(margin, rel=1e-12, abs=1e-12)


def test_windows_line_ends_and_feature_names() -> None:
    body = text_of(lightgbm_model(ROWS, score(ROWS), objective="regression"))
    forest = read_forest(body.replace(b"\n", b"\r\n"), "model.txt")
    assert forest.feature_names == tuple(f"Column_{number}" for number in range(6))
    assert np.array_equal(forest.predict_margin(ROWS), read_forest(body, "model.txt").predict_margin(ROWS))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version=v4", "version=v5", "format v5.*v2, v3, v4"),
        ("version=v4", "", "without a version"),
        ("objective=regression", "objective=mine", "'mine' is not known"),
        ("is_linear=0", "is_linear=1", "linear_tree=false"),
        ("end of trees", "", "end of trees"),
        ("Tree=1\n", "Tree-1\n", "8 trees|7 trees"),
        ("num_leaves=15", "num_leaves=16", "tree 0"),
        ("num_leaves=15", "num_leaves=-4", "tree 0"),
        ("num_leaves=15", "num_leaves=999999999999", "tree 0"),
        ("max_feature_idx=5", "max_feature_idx=2", "feature names"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "8 trees for 3 outputs"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0", "8 trees for 0 outputs"),
        ("left_child=", "left_child=nan ", "left_child"),
        ("cat_boundaries=0", "cat_boundaries=1", "categories"),
        ("cat_threshold=", "cat_threshold=-1 ", "categories"),
        ("version=v4", "version=v4" + 1_001 * "\n", "1,000 lines"),
        ("is_linear=0", "is_linear=0" + 1_001 * "\n", "tree 0.*1,000 lines"),
        ("Tree=0", 200_000 * "\nTree=0", "200,007 trees"),
    ],
)
def test_damages_are_named(old: str, new: str, says: str) -> None:
    body = text_of(lightgbm_model(ROWS, score(ROWS), objective="regression")).decode()
    assert old in body
    with pytest.raises(InvalidInputError, match=says):
        read_forest(body.replace(old, new, 1).encode(), "model.txt")
