"""Points of the reliability diagram against scikit-learn's."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from driftline.kinds.model_quality.rules.calibration import calibration
from driftline.kinds.model_quality.rules.samples import memberships, row_hashes
from driftline.kinds.model_quality.rules.score_counts import ScoreCounts


def counts(probability: np.ndarray, positive: np.ndarray) -> ScoreCounts:
    ids = row_hashes((f"id-{i}" for i in range(len(probability))), [0] * len(probability))
    return ScoreCounts.of(probability, positive, memberships(ids))


def test_bins_equal_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    probability = rng.beta(2, 3, 2_000)
    positive = rng.random(2_000) < probability**1.5

    bins = calibration(counts(probability, positive))

    shares, means = calibration_curve(positive, probability, n_bins=10)
    assert [each.positive_share for each in bins] == pytest.approx(shares)
    assert [each.mean_probability for each in bins] == pytest.approx(means)
    assert sum(each.rows for each in bins) == 2_000
    for each in bins:
        assert each.interval is not None
        assert each.interval[0] <= each.positive_share <= each.interval[1]


def test_bins_without_rows_are_left_out_and_one_belongs_to_the_last() -> None:
    bins = calibration(counts(np.array([0.05, 1.0, 0.95]), np.array([False, True, False])))

    assert [(each.lower, each.upper, each.rows) for each in bins] == [(0.0, 0.1, 1), (0.9, 1.0, 2)]
    assert bins[1].mean_probability == pytest.approx(0.975)


def test_no_scores_no_bins() -> None:
    assert calibration(ScoreCounts.empty()) == ()
