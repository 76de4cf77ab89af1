"""Boosted trees against scikit-learn's, and as a forest that says the same."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeRegressor

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.binning import MISSING, category_bins, number_bins
from driftline.domain.explanations.boosting import RULES, Growth, boost
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.planting import Ensemble, planted
from driftline.domain.explanations.trees.tree_shap import tree_shap

type Floats = NDArray[np.float64]


def forest(rows: Floats, target: Floats, categorical: tuple[int, ...] = (), growth: Growth | None = None) -> Forest:
    base, trees = boost(rows, target, categorical, growth)
    names = tuple(f"f{each}" for each in range(rows.shape[1]))
    return planted(Ensemble(np.array([base]), RULES, Link.IDENTITY, 1.0, names), trees)


def data(rows: int, seed: int) -> tuple[Floats, Floats]:
    """Smooth, with a product, a step, and missing values that mean something."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1, 1, (rows, 6))
    target = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] + (x[:, 3] > 0.2) + 0.05 * generator.standard_normal(rows)
    absent = generator.random(rows) < 0.1
    x[absent, 4] = np.nan
    return x, np.where(absent, target + 2, target)


def test_it_predicts_about_as_well_as_scikit_learn() -> None:
    rows, target = data(2_000, 1)
    fresh, truth = data(1_000, 2)
    ours = r2_score(truth, forest(rows, target).predict(fresh)[:, 0])
    yardstick = HistGradientBoostingRegressor(max_iter=150, learning_rate=0.12, max_depth=5, min_samples_leaf=5)
    assert ours > r2_score(truth, yardstick.fit(rows, target).predict(fresh)) - 0.01
    assert ours > 0.95


def test_one_tree_is_that_of_scikit_learn() -> None:
    """With few values every split is a boundary of bins, and nothing is shrunk."""
    generator = np.random.default_rng(3)
    rows = generator.integers(0, 30, (500, 3)).astype(np.float64)
    target = rows[:, 0] * rows[:, 1] + generator.standard_normal(500)
    ours = forest(rows, target, growth=Growth(trees=1, depth=3, shrinkage=1.0, ridge=0.0, fewest=5))
    theirs = DecisionTreeRegressor(max_depth=3, min_samples_leaf=5).fit(rows, target)
    assert ours.predict(rows)[:, 0] == pytest.approx(theirs.predict(rows), abs=1e-9)


def test_attributions_add_up_and_covers_are_rows() -> None:
    rows, target = data(800, 4)
    grown = forest(rows, target, growth=Growth(trees=10))
    assert grown.cover[grown.roots].tolist() == [800.0] * 10
    explained = tree_shap(grown, rows)
    assert explained.expected + explained.values.sum(axis=1) == pytest.approx(grown.predict_margin(rows), abs=1e-9)
    # Nothing splits on what means nothing as much as on what does.
    sizes = np.abs(explained.values[:, :, 0]).mean(axis=0)
    assert sizes[[0, 3, 4]].min() > 5 * sizes[5]


def test_missing_values_go_where_they_gain_most() -> None:
    rows = np.r_[np.arange(20.0), np.full(10, np.nan)][:, np.newaxis]
    target = np.where(np.isnan(rows[:, 0]), 5.0, 0.0) + (rows[:, 0] < 10) * 5.0
    grown = forest(rows, target, growth=Growth(trees=1, depth=1, shrinkage=1.0, ridge=0.0))
    assert grown.predict(np.array([[3.0], [np.nan], [15.0]]))[:, 0] == pytest.approx([5.0, 5.0, 0.0])


def test_a_feature_that_is_always_or_never_missing() -> None:
    target = np.r_[np.zeros(50), np.ones(50)]
    rows = np.stack([np.full(100, np.nan), np.r_[np.full(50, np.nan), np.ones(50)]], axis=1)
    grown = forest(rows, target, growth=Growth(trees=1, depth=2, shrinkage=1.0, ridge=0.0))
    assert grown.predict(rows)[:, 0] == pytest.approx(target)
    assert grown.left.size == 3


def test_categories_are_split_as_sets() -> None:
    generator = np.random.default_rng(5)
    codes = generator.integers(0, 8, 600).astype(np.float64)
    target = np.where(np.isin(codes, [1, 4, 6]), 3.0, 0.0)
    rows = codes[:, np.newaxis]
    grown = forest(rows, target, (0,), Growth(trees=1, depth=1, shrinkage=1.0, ridge=0.0))
    assert grown.predict(np.arange(8.0)[:, np.newaxis])[:, 0] == pytest.approx([0, 3, 0, 0, 3, 0, 3, 0])
    unseen = grown.predict(np.array([[77.0], [np.nan]]))[:, 0]
    assert np.isin(unseen.round(9), [0.0, 3.0]).all()


def test_bins_of_numbers_are_about_even_and_a_value_stays_in_its_own() -> None:
    column = np.random.default_rng(6).standard_normal(5_000)
    column[:10] = np.nan
    places = number_bins(column).of(column)
    assert (places[:10] == MISSING).all()
    counts = np.bincount(places[10:], minlength=MISSING)
    assert counts.min() > 30
    assert counts.max() < 50
    assert number_bins(np.array([1.0, 2.0, 4.0])).edges.tolist() == [1.5, 3.0]


def test_categories_that_have_no_bin_count_as_missing() -> None:
    column = np.r_[np.repeat(np.arange(100.0), 3), np.arange(100.0, 200.0)]
    bins = category_bins(column, np.zeros(400))
    assert bins.categories is not None
    assert len(bins.categories) == MISSING
    assert set(np.arange(100.0)) <= set(bins.categories.tolist())
    assert bins.of(np.array([500.0, np.nan])).tolist() == [MISSING, MISSING]
    nothing = category_bins(np.full(3, np.nan), np.zeros(3))
    assert nothing.of(np.array([1.0])).tolist() == [MISSING]


def test_a_constant_target_gives_trees_without_splits() -> None:
    grown = forest(np.arange(40.0)[:, np.newaxis], np.full(40, 7.0), growth=Growth(trees=3))
    assert grown.left.tolist() == [-1, -1, -1]
    assert grown.predict(np.array([[1.0]])).tolist() == [[7.0]]


@pytest.mark.parametrize(
    ("rows", "target", "what"),
    [
        (np.zeros((0, 2)), np.zeros(0), "rows of shape"),
        (np.zeros((3, 2)), np.zeros(2), "and \\(2,\\) answers"),
        (np.zeros((2, 1)), np.array([1.0, np.nan]), "not a finite number"),
        (np.array([[0.5], [1.0]]), np.zeros(2), "not a whole number from 0"),
    ],
)
def test_unusable_data_is_refused(rows: Floats, target: Floats, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        boost(rows, target, (0,))
