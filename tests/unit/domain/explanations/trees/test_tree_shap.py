"""TreeSHAP against the libraries' own, against shap, and against the definition by enumeration of all coalitions."""

import warnings
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import comb, factorial

import numpy as np
import pytest
import shap

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.forest import LEAF, Forest
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.planting import Ensemble, Tree, planted
from driftline.domain.explanations.trees.splits import LIGHTGBM, XGBOOST, Missing, goes_left
from driftline.domain.explanations.trees.tree_shap import CHUNK, tree_shap
from tests.tree_models import Floats, classes, json_of, lightgbm_model, matrix, score, table, text_of, xgboost_model


def chain(features: int, depth: int, covers: Floats | None = None) -> Forest:
    """One tree that is a path: each split has a leaf on its left; split d is on feature d % features."""
    size = 2 * depth + 1
    left, right = np.full(size, LEAF), np.full(size, LEAF)
    left[:depth], right[:depth] = np.arange(depth) + depth, np.arange(depth) + 1
    right[depth - 1] = size - 1
    generator = np.random.default_rng(depth)
    threshold = np.where(left == LEAF, 0.0, generator.normal(size=size) - 2)
    cover = np.ones(size)
    cover[:depth] = np.arange(depth + 1, 1, -1)
    tree = Tree(
        output=0, left=left, right=right, feature=np.arange(size) % features, threshold=threshold,
        default_left=np.zeros(size, np.bool_), missing=np.full(size, Missing.NAN, np.uint8),
        cover=cover if covers is None else covers, value=generator.normal(size=size), categories=np.full(size, LEAF),
    )  # fmt: skip
    names = tuple(f"f{number}" for number in range(features))
    return planted(Ensemble(np.array([0.25]), LIGHTGBM, Link.IDENTITY, 1.0, names), [tree])


def worth(forest: Forest, node: int, row: Floats, known: frozenset[int]) -> float:
    """Algorithm 1 of Lundberg et al. 2018: the mean of a tree where only some features are known."""
    if forest.left[node] == LEAF:
        return float(forest.value[node])
    children = int(forest.left[node]), int(forest.right[node])
    feature = int(forest.feature[node])
    if feature in known:
        return worth(forest, children[not goes_left(forest, node, row[[feature]])[0]], row, known)
    shares = [forest.cover[child] / forest.cover[node] if forest.cover[node] else 0.5 for child in children]
    return sum(
        float(share) * worth(forest, child, row, known) for share, child in zip(shares, children, strict=True)
    )  # fmt: skip


def by_enumeration(forest: Forest, row: Floats) -> Floats:
    found = np.zeros((forest.features, forest.outputs))
    for root, output in zip(forest.roots.tolist(), forest.output.tolist(), strict=True):
        for feature in range(forest.features):
            others = [each for each in range(forest.features) if each != feature]
            for size in range(forest.features):
                weight = factorial(size) * factorial(forest.features - size - 1) / factorial(forest.features)
                for known in map(frozenset, combinations(others, size)):
                    gain = worth(forest, root, row, known | {feature}) - worth(forest, root, row, known)
                    found[feature, output] += weight * gain
    return found


def adds_up(forest: Forest, rows: Floats) -> None:
    found, margin = tree_shap(forest, rows), forest.predict_margin(rows)
    assert found.values.sum(axis=1) + found.expected == pytest.approx(margin, abs=1e-9 * max(1, np.abs(margin).max()))


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_the_definition_by_all_coalitions(library: str) -> None:
    rows, target = table(300), classes(table(300), 3)
    settings = {"objective": "multiclass" if library == "lightgbm" else "multi:softprob", "num_class": 3}
    body = (
        text_of(lightgbm_model(rows, target, 2, **settings))
        if library == "lightgbm"
        else json_of(xgboost_model(rows, target, 2, **settings))
    )
    forest = read_forest(body, "model")
    found = tree_shap(forest, rows[:6]).values
    compared = forest.as_compared(rows[:6])
    assert found == pytest.approx(np.array([by_enumeration(forest, row) for row in compared]), abs=1e-12)


@pytest.mark.parametrize("depth", [7, 12])
def test_paths_with_repeated_features_and_without_cover(depth: int) -> None:
    """Given splits that no row reached, then both sides count one half, and all adds up."""
    covers = chain(5, depth).cover.copy()
    covers[3:] = 0.0
    # Arrays of a forest keep the order of its file where all nodes can be reached.
    forest = chain(5, depth, covers)
    rows = np.random.default_rng(1).normal(size=(4, 5)) - 1
    assert (forest.cover == covers).all()
    assert tree_shap(forest, rows).values == pytest.approx(
        np.array([by_enumeration(forest, row) for row in rows]), abs=1e-12
    )


@pytest.mark.parametrize("features", [9, 20, 30])
def test_paths_with_many_features(features: int) -> None:
    """Given leaves behind up to 30 features, then the values are those of shap, whose polynomial is another one.

    Beyond about 60 it loses all digits: values of 10^7 for leaves of 1.
    """
    forest = chain(features, features)
    rows = np.random.default_rng(2).normal(size=(50, features))
    rows[0] = np.nan
    adds_up(forest, rows)
    values = np.where(forest.left == LEAF, forest.value, 0.0)[:, np.newaxis]
    model = {
        "children_left": forest.left, "children_right": forest.right, "children_default": forest.right,
        "features": forest.feature, "thresholds": forest.threshold, "values": values,
        "node_sample_weight": forest.cover,
    }  # fmt: skip
    theirs = shap.TreeExplainer({"trees": [model]}).shap_values(rows[1:], check_additivity=False)
    found = tree_shap(forest, rows[1:]).values[:, :, 0]
    assert found == pytest.approx(np.asarray(theirs).reshape(found.shape), abs=1e-9)


@pytest.mark.parametrize("features", [61, 62, 63, 64, 100])
def test_paths_beyond_one_word_are_exact(features: int) -> None:
    """Given the last leaf of a long path, then its values are those of sums over all sizes of coalitions in fractions."""
    forest = chain(features, features)
    forest = replace(forest, value=np.where(np.arange(forest.value.size) == forest.right[features - 1], 3.0, 0.0))
    rows = np.random.default_rng(features).normal(size=(40, features)) - 1.5
    found = tree_shap(forest, rows).values[:, :, 0]
    ratios = [Fraction(int(forest.cover[each + 1]), int(forest.cover[each])) for each in range(features - 1)]
    ratios.append(Fraction(1, int(forest.cover[features - 1])))
    for row in (0, 39):
        fulfilled = [int(rows[row, each] > forest.threshold[each]) for each in range(features)]
        for feature in (0, 1, features // 2, features - 1):
            others = [each for each in range(features) if each != feature]
            # By size of the coalition: the sum of the products over all coalitions of that size.
            sums = [Fraction(1)]
            for each in others:
                with_it, without = [Fraction(0), *(fulfilled[each] * part for part in sums)], [*sums, Fraction(0)]
                sums = [first + ratios[each] * second for first, second in zip(with_it, without, strict=True)]
            mean = sum((part / comb(features - 1, size) for size, part in enumerate(sums)), Fraction(0)) / features
            exact = 3 * (fulfilled[feature] - ratios[feature]) * mean
            assert found[row, feature] == pytest.approx(float(exact), rel=1e-11, abs=1e-15)


def test_shap_agrees_on_a_trained_model() -> None:
    rows = np.random.default_rng(4).normal(size=(500, 6))[:, :4]
    model = lightgbm_model(rows, rows[:, 0] * rows[:, 1], 20, objective="regression")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = shap.TreeExplainer(model).shap_values(rows[:50])
    found = tree_shap(read_forest(text_of(model), "model"), rows[:50]).values[:, :, 0]
    assert found == pytest.approx(np.asarray(theirs), abs=1e-9)


@pytest.mark.parametrize("depth", [1, 12, 16])
def test_stumps_and_deep_trees(depth: int) -> None:
    generator = np.random.default_rng(depth)
    rows = generator.normal(size=(1_500, 14))
    rows[generator.random(rows.shape) < 0.05] = np.nan
    target = np.nansum(rows[:, :7] * rows[:, 7:], axis=1)
    model = xgboost_model(rows, target, 5, max_depth=depth, min_child_weight=0, eta=0.3, objective="reg:squarederror")
    forest = read_forest(json_of(model), "model")
    sample = rows[:40]
    theirs = model.predict(matrix(sample), pred_contribs=True, approx_contribs=False)
    assert tree_shap(forest, sample).values[:, :, 0] == pytest.approx(
        theirs[:, :-1], abs=1e-6 * float(np.abs(theirs).sum(axis=1).max())
    )
    adds_up(forest, sample)


def test_trees_of_one_leaf_and_features_that_no_tree_uses() -> None:
    rows = np.random.default_rng(5).normal(size=(50, 3))
    constant = xgboost_model(rows, np.full(50, 7.0), 3, objective="reg:squarederror", base_score=1.0, gamma=1e6)
    found = tree_shap(forest := read_forest(json_of(constant), "model"), rows)
    assert not found.values.any()
    assert found.expected == pytest.approx(forest.predict_margin(rows)[0])
    one = lightgbm_model(rows, rows[:, 1], 5, objective="regression", feature_fraction=1.0, max_depth=1)
    values = tree_shap(read_forest(text_of(one), "model"), rows).values[:, :, 0]
    assert values[:, 1].any()
    assert not values[:, [0, 2]].any()


def test_chunks_do_not_show_and_no_row_is_no_error() -> None:
    rows = table(CHUNK + 300)
    forest = read_forest(json_of(xgboost_model(rows, score(rows), 2, objective="reg:squarederror")), "model")
    whole = tree_shap(forest, rows)
    apart = np.concatenate([tree_shap(forest, rows[:1_000]).values, tree_shap(forest, rows[1_000:]).values])
    assert np.array_equal(whole.values, apart)
    assert tree_shap(forest, rows[:0]).values.shape == (0, 6, 1)
    adds_up(forest, rows)


def test_another_number_of_features_names_those_of_the_model() -> None:
    forest = chain(3, 3)
    with pytest.raises(InvalidInputError, match="3 features, in the order of the model: f0, f1, f2"):
        tree_shap(forest, np.zeros((2, 4)))
    with pytest.raises(InvalidInputError, match="no features"):
        tree_shap(forest, np.zeros(3))


def test_single_precision_is_a_rule_of_the_library() -> None:
    forest = chain(2, 2)
    at = np.nextafter(forest.threshold[0], np.inf)
    rows = np.array([[at, 0.0]])
    first = tree_shap(forest, rows).values
    second = tree_shap(replace(forest, rules=replace(XGBOOST, strict=False)), rows).values
    left = float(np.float32(at)) <= forest.threshold[0]
    assert np.array_equal(first, second) is not left


def test_twenty_models_add_up() -> None:
    """Given random settings, then expected value and attributions are the margin."""
    generator = np.random.default_rng(11)
    rows = table(200, seed=3)
    for _ in range(20):
        settings = {"max_depth": int(generator.integers(1, 9)), "eta": float(generator.random()), "min_child_weight": 0}
        model = xgboost_model(rows, classes(rows, 2), 4, objective="binary:logistic", **settings)
        adds_up(read_forest(json_of(model), "model"), table(100, seed=int(generator.integers(1_000))))
