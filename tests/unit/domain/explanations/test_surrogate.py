"""A surrogate is as faithful as it says, and sees that its model has changed."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import r2_score

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.boosting import Growth
from driftline.domain.explanations.surrogate import (
    Answered,
    cross_fit,
    explanation_distance,
    fidelity,
    fit,
    scale_of,
    scaled,
)
from driftline.domain.explanations.surrogate_change import compare
from driftline.domain.explanations.trees.tree_shap import tree_shap

type Floats = NDArray[np.float64]

SMALL = Growth(trees=60, depth=4, shrinkage=0.2)
NAMES = ("a", "b", "c", "d")


def answered(rows: int, seed: int, weights: tuple[float, ...] = (2, -1, 1, 0), noise: float = 0.0) -> Answered:
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1, 1, (rows, 4))
    answers = np.tanh(x) @ np.array(weights) + noise * generator.standard_normal(rows)
    return Answered(NAMES, x, answers[:, np.newaxis])


def test_fidelity_is_that_of_scikit_learn_and_scipy() -> None:
    generator = np.random.default_rng(1)
    targets = np.round(generator.standard_normal((200, 2)), 1)
    margins = targets + np.round(generator.standard_normal((200, 2)) * [0.2, 2.0], 1)
    found = fidelity(margins, targets)
    assert found.r2 == pytest.approx([r2_score(targets[:, each], margins[:, each]) for each in (0, 1)])
    expected = [stats.spearmanr(targets[:, each], margins[:, each]).statistic for each in (0, 1)]
    assert found.rank_correlation == pytest.approx(expected)
    assert not found.enough


def test_constant_answers_have_a_defined_fidelity() -> None:
    ones = np.ones((10, 1))
    hit, missed = fidelity(ones, ones), fidelity(ones + 0.1, ones)
    assert (hit.r2, hit.enough) == ((1.0,), True)
    assert (missed.r2, missed.enough) == ((-np.inf,), False)
    assert np.isnan(hit.rank_correlation[0])


def test_no_row_is_answered_by_a_fit_that_has_seen_it() -> None:
    """Pure noise: a fit repeats what it has seen, and knows nothing about other rows."""
    data = answered(300, 2, (0, 0, 0, 0), noise=1.0)
    assert fidelity(fit(data, "answers", SMALL).predict_margin(data.rows), data.answers).r2[0] > 0.5
    found = cross_fit(data, "answers", growth=SMALL)
    assert found.fidelity.r2[0] < 0.1
    assert sorted(np.concatenate(found.folds).tolist()) == list(range(300))


def test_attributions_add_up_to_the_answers_of_the_fold() -> None:
    data = answered(300, 3)
    found = cross_fit(data, "answers", growth=SMALL)
    attributions = found.attributions(data)
    for places, forest in zip(found.folds, found.forests, strict=True):
        rest = forest.predict_margin(data.rows[places]) - attributions[places].sum(axis=1)
        assert rest == pytest.approx(np.broadcast_to(tree_shap(forest, data.rows[:1]).expected, rest.shape))


def test_probabilities_are_fitted_as_log_odds() -> None:
    plain = answered(400, 4)
    data = Answered(NAMES, plain.rows, 1 / (1 + np.exp(-plain.answers)))
    assert scale_of(data.answers) == "log-odds"
    assert scale_of(plain.answers) == "answers"
    assert scaled(data.answers, "log-odds") == pytest.approx(plain.answers)
    forest = fit(data, "log-odds", SMALL)
    assert forest.predict(data.rows) == pytest.approx(data.answers, abs=0.1)
    assert forest.predict_margin(data.rows) == pytest.approx(fit(plain, "answers", SMALL).predict_margin(plain.rows))
    with pytest.raises(InvalidInputError, match="not between 0 and 1"):
        scaled(plain.answers, "log-odds")


def test_several_outputs_have_a_fit_each() -> None:
    one = answered(300, 5)
    both = Answered(NAMES, one.rows, np.concatenate((one.answers, -3 * one.answers), axis=1))
    forest = fit(both, "answers", SMALL)
    assert forest.predict_margin(one.rows)[:, :1] == pytest.approx(fit(one, "answers", SMALL).predict_margin(one.rows))
    assert len(cross_fit(both, "answers", growth=SMALL).fidelity.r2) == 2


def test_categories_are_named() -> None:
    generator = np.random.default_rng(6)
    codes = generator.integers(0, 12, (600, 1)).astype(np.float64)
    data = Answered(("city",), codes, np.where(np.isin(codes, [1, 5, 6, 10]), 1.0, 0.0), frozenset({"city"}))
    assert fit(data, "answers", Growth(trees=1, depth=1)).categories.max() == 0
    assert cross_fit(data, "answers", growth=SMALL).fidelity.enough


def test_the_distance_of_explanations() -> None:
    first = np.random.default_rng(7).standard_normal((20, 3, 1))
    assert explanation_distance(first, first) == 0.0
    assert explanation_distance(first, -first) == pytest.approx(2.0)
    assert explanation_distance(first, 0 * first) == pytest.approx(2.0)
    assert explanation_distance(0 * first, 0 * first) == 0.0


def test_the_same_model_is_unchanged() -> None:
    found = compare(answered(1_200, 8), answered(600, 9), "answers", growth=SMALL)
    assert found.outcome == "unchanged"
    assert found.window.enough
    assert found.carried.enough


def test_a_model_whose_answers_no_longer_fit_has_changed() -> None:
    found = compare(answered(1_200, 8), answered(600, 9, (2, 1, 1, 0)), "answers", growth=SMALL)
    assert found.outcome == "model_changed"
    assert found.carried.r2[0] < 0.9
    assert min(found.distances) > 3 * max(found.null)
    assert max(found.features, key=lambda each: each[1] - each[2])[0] == "b"


def test_explanations_change_before_the_answers_do() -> None:
    found = compare(answered(1_200, 8, (3, 0.5, 0, 0)), answered(600, 9, (3, -0.2, 0, 0)), "answers", growth=SMALL)
    assert found.carried.enough
    assert found.outcome == "explanations_changed"


def test_there_is_no_verdict_without_fidelity() -> None:
    noisy = compare(answered(600, 8, noise=2.0), answered(300, 9, noise=2.0), "answers", growth=SMALL)
    assert (noisy.outcome, noisy.distances) == ("no_verdict", ())
    fallen = compare(answered(1_200, 8), answered(300, 9, noise=2.0), "answers", growth=SMALL)
    assert (fallen.outcome, fallen.distances) == ("model_changed", ())


def test_too_few_rows_and_other_features_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="5 rows"):
        compare(answered(600, 1), answered(5, 2), "answers")
    with pytest.raises(InvalidInputError, match="5 answered rows"):
        cross_fit(answered(5, 1), "answers")
    other = answered(100, 2)
    with pytest.raises(InvalidInputError, match="or other names"):
        compare(answered(600, 1), Answered(("x", "b", "c", "d"), other.rows, other.answers), "answers")
