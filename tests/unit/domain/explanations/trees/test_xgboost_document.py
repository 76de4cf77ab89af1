"""XGBoost's own predictions, of the installed version and of files that older ones wrote."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.tree_shap import tree_shap
from driftline.domain.explanations.trees.xgboost_document import LINKS
from tests.tree_models import Floats, classes, json_of, matrix, score, table, ubj_of, xgboost_model

MODELS = Path(__file__).parent / "models"
VERSIONS = ("1.7.6", "2.1.4", "3.0.5")
OBJECTIVES = sorted(set(LINKS) - {"reg:linear"})
ROWS = table()


def target_of(objective: str) -> tuple[Floats, dict[str, Any]]:
    positive = np.exp(score(ROWS) / 10) + 3
    if objective.startswith("multi"):
        return classes(ROWS, 3), {"num_class": 3}
    if objective.startswith(("binary", "rank")) or objective == "reg:logistic":
        return classes(ROWS, 2), {}
    if objective == "count:poisson":
        return np.round(positive), {}
    if objective == "reg:quantileerror":
        return positive, {"quantile_alpha": [0.1, 0.5, 0.9]}
    return positive, {"expectile_alpha": 0.3} if objective == "reg:expectileerror" else {}


def trained(objective: str, **more: Any) -> xgboost.Booster:
    target, settings = target_of(objective)
    data = matrix(ROWS, target)
    if objective.startswith("rank"):
        data.set_group([60] * 10)
    if objective == "survival:aft":
        data.set_float_info("label_lower_bound", target)
        data.set_float_info("label_upper_bound", target + 1)
    common = {"nthread": 1, "verbosity": 0, "max_depth": 4, "max_cat_to_onehot": 4, "objective": objective}
    return xgboost.train(common | settings | more, data, 8)


def agrees(forest: Forest, model: xgboost.Booster, rows: Floats) -> None:
    margin = model.predict(matrix(rows), output_margin=True).reshape(len(rows), -1)
    assert forest.predict_margin(rows) == pytest.approx(margin, abs=1e-6 * float(np.abs(margin).max()))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_margins_and_contributions_of_every_objective(objective: str) -> None:
    model = trained(objective)
    forest = read_forest(json_of(model), "model.json")
    agrees(forest, model, ROWS)
    theirs = model.predict(matrix(ROWS), pred_contribs=True, approx_contribs=False)
    theirs = theirs.reshape(len(ROWS), forest.outputs, -1)
    found = tree_shap(forest, ROWS)
    near = 1e-6 * float(np.abs(theirs).sum(axis=2).max())
    assert found.values == pytest.approx(theirs[:, :, :-1].transpose(0, 2, 1), abs=near)
    assert found.expected == pytest.approx(theirs[0, :, -1], abs=near)


@pytest.mark.parametrize("objective", sorted(set(OBJECTIVES) - {"multi:softmax", "survival:cox", "survival:aft"}))
def test_predictions_behind_the_link(objective: str) -> None:
    """Without multi:softmax, which gives the class alone, and survival, whose predictions are no means."""
    model = trained(objective)
    predicted = model.predict(matrix(ROWS)).reshape(len(ROWS), -1)
    assert read_forest(ubj_of(model), "model.ubj").predict(ROWS) == pytest.approx(predicted, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softprob", "reg:quantileerror"])
def test_both_formats_give_the_same_forest(objective: str) -> None:
    model = trained(objective)
    first, second = read_forest(json_of(model), "a"), read_forest(ubj_of(model), "b")
    for name in Forest.__slots__:
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["binary", "multi", "poisson"])
@pytest.mark.parametrize("form", ["json", "ubj"])
def test_files_of_older_versions(version: str, name: str, form: str) -> None:
    """Written by these versions with splits by category, dropout, parallel trees, and what they predicted then."""
    expected = json.loads((MODELS / f"expected-{version}.json").read_bytes())
    rows = np.array(expected["rows"], np.float64)
    forest = read_forest((MODELS / f"{name}-{version}.{form}").read_bytes(), name)
    margin, contributions = (np.array(expected["models"][name][key]) for key in ("margin", "contributions"))
    near = 1e-6 * np.abs(margin).max()
    assert forest.feature_names == tuple("abcde")
    assert forest.predict_margin(rows) == pytest.approx(margin, abs=near)
    found = tree_shap(forest, rows)
    assert found.values == pytest.approx(contributions[:, :, :-1].transpose(0, 2, 1), abs=near)
    assert found.expected == pytest.approx(contributions[0, :, -1], abs=near)


def test_the_comparison_is_of_32_bits() -> None:
    """Given numbers at the thresholds, and their neighbours of 64 and of 32 bits, then rows go where XGBoost sends them."""
    rows = np.random.default_rng(3).normal(size=(400, 2))
    model = xgboost_model(rows, rows[:, 0] * rows[:, 1], 10, objective="reg:squarederror")
    forest = read_forest(json_of(model), "model")
    edges = forest.threshold[forest.left >= 0]
    near = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    single = edges.astype(np.float32)
    near += [np.nextafter(single, np.float32(side)).astype(np.float64) for side in (-np.inf, np.inf)]
    near += [edges + side * np.spacing(single) * 0.49 for side in (-1, 1)]
    points = np.concatenate(near)
    for rows_at in (np.column_stack((points, points[::-1])), np.column_stack((points, np.zeros(points.size)))):
        agrees(forest, model, rows_at)


def test_unusual_values_and_categories() -> None:
    model = trained("binary:logistic")
    forest = read_forest(json_of(model), "model")
    assert forest.members.size
    rows = table(64, seed=8)
    rows[:16, 3] = [-0.0, 0.5, 7.9, 8, 31, 32, 33, 1e6, 2**24 - 1, 2**24, 1e12, 1.0, 2.0, 3.0, np.nan, 3e38]
    rows[16:32, 0] = 3e38
    agrees(forest, model, rows)


def test_trees_after_the_best_iteration_are_left_out_unless_asked_for() -> None:
    rows, target = table(300), classes(table(300), 3)
    other = table(300, seed=5)
    model = xgboost.train(
        {"objective": "multi:softprob", "num_class": 3, "nthread": 1, "verbosity": 0, "num_parallel_tree": 2, "eta": 0.9},
        matrix(rows, target), 30, evals=[(matrix(other, np.random.default_rng(1).permutation(target)), "other")],
        early_stopping_rounds=3, verbose_eval=False,
    )  # fmt: skip
    best = int(model.best_iteration) + 1
    assert best < model.num_boosted_rounds()
    for body in (json_of(model), ubj_of(model)):
        margin = read_forest(body, "model").predict_margin(rows)
        until = model.predict(matrix(rows), output_margin=True, iteration_range=(0, best))
        assert margin == pytest.approx(until, abs=1e-5)
        assert read_forest(body, "model", all_trees=True).trees == 6 * model.num_boosted_rounds()


@pytest.mark.parametrize("score_of_base", ["5E-1", "[5E-1]", "0.5"])
def test_forms_of_the_base_score(score_of_base: str) -> None:
    document = json.loads(json_of(trained("binary:logistic", base_score=0.2)))
    document["learner"]["learner_model_param"]["base_score"] = score_of_base
    assert read_forest(json.dumps(document).encode(), "model").base.tolist() == [0.0]


@pytest.mark.parametrize("score_of_base", ["", "x", "[0.1,0.2]", "[]", '"5"', "2", "1e999", "NaN", "null", "[[0.5]]"])
def test_a_base_score_that_is_none_is_refused(score_of_base: str) -> None:
    document = json.loads(json_of(trained("binary:logistic")))
    document["learner"]["learner_model_param"]["base_score"] = score_of_base
    with pytest.raises(InvalidInputError, match="base_score"):
        read_forest(json.dumps(document).encode(), "model")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_no_model_of_single_trees_is_refused_with_the_way_out() -> None:
    rows, target = table(100), score(table(100))
    linear = xgboost.train(
        {"booster": "gblinear", "verbosity": 0, "nthread": 1}, xgboost.DMatrix(np.nan_to_num(rows), target), 2
    )
    with pytest.raises(InvalidInputError, match=r"gblinear.*endpoint"):
        read_forest(json_of(linear), "model")
    vectors = xgboost.train(
        {"multi_strategy": "multi_output_tree", "verbosity": 0, "nthread": 1},
        xgboost.DMatrix(np.nan_to_num(rows), np.column_stack((target, -target))), 2,
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match=r"one_output_per_tree|damaged"):
        read_forest(ubj_of(vectors), "model")
    several = xgboost.train(
        {"objective": "reg:expectileerror", "expectile_alpha": [0.1, 0.9], "verbosity": 0, "nthread": 1},
        xgboost.DMatrix(rows, target), 2,
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="one expectile"):
        read_forest(ubj_of(several), "model")


def test_another_version_or_objective_is_named() -> None:
    document = json.loads(json_of(trained("binary:logistic")))
    for version in ([4, 0, 0], [0, 90, 0], []):
        with pytest.raises(InvalidInputError, match=r"XGBoost.*versions 1 to 3"):
            read_forest(json.dumps(document | {"version": version}).encode(), "model")
    document["learner"]["objective"]["name"] = "reg:mine"
    with pytest.raises(InvalidInputError, match="'reg:mine' is not known"):
        read_forest(json.dumps(document).encode(), "model")


def test_a_feature_name_that_reads_as_no_number_stays_a_name() -> None:
    document = json.loads((MODELS / "binary-1.7.6.json").read_bytes())
    names = ["NaN", 'a "NaN", b', "[NaN]", "-Infinity", "\\"]
    document["learner"]["feature_names"] = names
    assert read_forest(json.dumps(document).encode(), "model").feature_names == tuple(names)
