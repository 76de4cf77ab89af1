"""The parts of the rule against scikit-learn and scipy, and against what repeated draws show."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from driftline.domain.inference.areas import area
from driftline.kinds.model_explainability.rules.distances import distances, kolmogorov_tail
from driftline.kinds.model_explainability.rules.shares import Importance, matters, ratio
from driftline.kinds.model_explainability.rules.two_sample import _areas, separate
from driftline.kinds.model_explainability.rules.views import standardised


def test_areas_of_labellings_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    scores = generator.standard_normal((6, 80))
    labels = generator.permuted(np.tile(np.repeat([0.0, 1.0], [50, 30]), (6, 1)), axis=1)
    expected = [roc_auc_score(label, score) for label, score in zip(labels, scores, strict=True)]
    assert _areas(scores, labels) == pytest.approx(expected, abs=1e-12)


def test_the_area_counts_ties_as_scikit_learn_does() -> None:
    scores = np.random.default_rng(2).integers(0, 5, 90)
    labels = np.arange(90) % 3 == 0
    counts = (np.bincount(scores[side], minlength=5).astype(np.float64) for side in (~labels, labels))
    assert area(*counts).value == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_the_separation_is_that_of_the_best_linear_rule() -> None:
    """Two normal clouds that are d apart: no rule has a larger area than Phi(d / sqrt(2))."""
    generator = np.random.default_rng(3)
    before, now = generator.standard_normal((4_000, 6)), generator.standard_normal((4_000, 6))
    now += np.array([0.5, -0.5, 0, 0, 0, 0])
    found = separate(before, now)
    assert found.interval[0] < stats.norm.cdf(0.5) < found.interval[1]
    assert found.p_value < 1e-10


def test_p_values_of_nothing_are_uniform() -> None:
    generator = np.random.default_rng(4)
    found = [
        separate(generator.standard_normal((200, 12)), generator.standard_normal((100, 12)), seed).p_value
        for seed in range(300)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_columns_without_spread_separate_nothing() -> None:
    found = separate(np.ones((50, 2)), np.ones((40, 2)))
    assert (found.auc, found.p_value) == (0.5, 1.0)
    before, now = standardised(np.ones((50, 2)), np.ones((40, 2)) * [1, 2])
    assert (before.shape, now.shape) == ((50, 1), (40, 1))


def test_distances_are_those_of_scipy() -> None:
    generator = np.random.default_rng(5)
    before, now = generator.standard_normal((400, 3, 2)), np.round(generator.standard_normal((250, 3, 2)), 1)
    for feature, found in enumerate(distances(before, now)):
        expected = [stats.ks_2samp(before[:, feature, view], now[:, feature, view]).statistic for view in (0, 1)]
        assert found.value == pytest.approx(max(expected), abs=1e-12)
        assert found.view == ("attribution", "size")[int(np.argmax(expected))]


@pytest.mark.parametrize(("rows", "others"), [(300, 2_000), (1_000, 4_000), (60, 61)])
@pytest.mark.parametrize("tail", [0.2, 0.01, 1e-4])
def test_the_tail_of_the_distance_is_near_the_exact_one(rows: int, others: int, tail: float) -> None:
    size = rows * others / (rows + others)
    distance = float(stats.kstwobign.isf(tail)) / np.sqrt(size)
    at = np.floor(distance * rows * others) / (rows * others)
    first = np.arange(others) + 0.5
    # Samples with exactly this distance: the first is spread evenly, the second is moved by it.
    second = np.quantile(first, np.clip((np.arange(rows) + 0.5) / rows + at, 0, 1))
    exact = stats.ks_2samp(second, first, method="exact")
    found = kolmogorov_tail(float(exact.statistic), rows, others)
    assert 0.95 * exact.pvalue <= found <= 1.4 * exact.pvalue


def test_the_interval_of_a_ratio_holds_the_truth() -> None:
    generator = np.random.default_rng(6)
    held = 0
    for _ in range(600):
        found = ratio(np.abs(generator.standard_normal(500)), 0.6 * np.abs(generator.standard_normal(300)))
        assert found.interval is not None
        held += found.interval[0] <= 0.6 <= found.interval[1]
    assert stats.binomtest(held, 600, 0.95).pvalue > 0.01


def test_ratios_of_nothing() -> None:
    zero, one = np.zeros(20), np.ones(20)
    assert (ratio(zero, zero).value, ratio(zero, one).value, ratio(one, zero).value) == (None, np.inf, 0.0)
    assert ratio(one, 2 * one).interval == (2.0, 2.0)


def test_features_that_matter() -> None:
    shares = np.array([0.9, 0.02, 0.02, 0.02, 0.04])
    held = Importance(shares, shares, shares, np.array([0.9, 0.02, 0.02, 0.06, 0.0]))
    assert matters(held, 0.05).tolist() == [True, False, False, True, True]
