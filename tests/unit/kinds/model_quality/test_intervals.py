"""Intervals: against outside implementations, and how often they hold the truth in simulations."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats

from driftline.kinds.model_quality.rules import bootstrap, intervals
from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.intervals import Interval
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows, RegressionRows
from tests.unit.kinds.model_quality.conftest import Binary, ids

IDS = ids(400)


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 10), (10, 10), (1, 1), (812, 1000), (0, 1_000_000)])
def test_wilson_equals_scipys(successes: int, trials: int) -> None:
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")

    assert intervals.wilson(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 10, 95, 10_000])
def test_students_quantile_is_scipys_within_a_hundredth(degrees: int) -> None:
    tolerance = 1e-12 if degrees < 3 else 0.01 if degrees < 10 else 1e-5

    assert intervals.student(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=tolerance)


def test_the_auc_and_its_variance_follow_from_all_pairs(bank_marketing: Binary) -> None:
    """DeLong's definition, pair by pair, instead of the counts per score."""
    positive, score = bank_marketing.positive[:1500], bank_marketing.probability[:1500].round(2)
    above, below = score[positive][:, None], score[~positive][None, :]
    wins = (above > below) + 0.5 * (above == below)
    variance = np.var(wins.mean(axis=1), ddof=1) / len(above) + np.var(wins.mean(axis=0), ddof=1) / below.shape[1]

    scores = np.unique(score)
    counts = [
        np.array([np.count_nonzero(score[chosen] == each) for each in scores], float)
        for chosen in (~positive, positive)
    ]

    assert intervals.auc_variance(*counts) == pytest.approx((wins.mean(), variance), rel=1e-9)


@pytest.mark.parametrize("area", [0.0, 1.0])
def test_a_perfect_ranking_still_has_an_interval(area: float) -> None:
    low, high = np.array([10.0, 0.0]), np.array([0.0, 10.0])

    found = intervals.auc(low, high) if area else intervals.auc(high, low)

    assert found is not None
    assert found[1] - found[0] == pytest.approx(0.278, abs=0.001)


def test_f1_is_close_to_wilson_of_its_jaccard_index() -> None:
    """F1 = 2J / (1 + J), J = TP / (TP + FP + FN) is a proportion: an interval by another way."""
    jaccard = intervals.wilson(60, 60 + 25 + 15)
    assert jaccard is not None

    found = intervals.f_score(60, 25, 15, 1.0)

    assert found == pytest.approx(tuple(2 * each / (1 + each) for each in jaccard), abs=0.005)


@pytest.mark.parametrize("counts", [(0, 3, 4), (5, 0, 0), (0, 0, 7), (0, 1, 0)])
def test_f_has_an_interval_at_its_ends(counts: tuple[int, int, int]) -> None:
    for beta in (0.5, 1.0, 2.0):
        found = intervals.f_score(*counts, beta)
        assert found is not None
        assert 0 <= found[0] < found[1] <= 1
    assert intervals.f_score(0, 0, 0, 1.0) is None


RUNS = 1000


def coverage(draw: Callable[[Generator], Quality], truth: dict[str, float], runs: int = RUNS) -> dict[str, float]:
    """How often each metric's interval holds its true value, over seeded simulations."""
    generator = np.random.default_rng(20_260_801)
    hits = dict.fromkeys(truth, 0)
    for _ in range(runs):
        quality = draw(generator)
        for name, value in truth.items():
            interval: Interval | None = quality.all[name].interval
            hits[name] += interval is not None and interval[0] <= value <= interval[1]
    return {name: count / runs for name, count in hits.items()}


def assert_about_95_percent(found: dict[str, float], least: float = 0.925) -> None:
    """Of 1,000 runs, 95 % - 2.5 % is within chance (three and a half standard errors)."""
    assert {name: share for name, share in found.items() if share < least} == {}


def test_regression_intervals_hold_the_truth() -> None:
    """y normal with standard deviation 2; the error is normal too, biased by 0.3, of standard deviation 1."""

    def draw(generator: Generator) -> Quality:
        actual = 10 + 2 * generator.standard_normal(400)
        predicted = actual + 0.3 + generator.standard_normal(400)
        return regression_quality(RegressionState.of(RegressionRows(predicted, actual, IDS)))

    folded = stats.foldnorm(0.3)
    mse = 1 + 0.3**2
    truth = {
        "mae": folded.mean(),
        "mse": mse,
        "rmse": math.sqrt(mse),
        "r2": 1 - mse / 4,
        "mean_error": 0.3,
        "median_absolute_error": folded.median(),
    }
    assert_about_95_percent(coverage(draw, truth))


@pytest.mark.parametrize("mean", [1e3, 1e6, 1e9])
def test_the_interval_of_r2_survives_a_ground_truth_far_from_zero(mean: float) -> None:
    """A time in seconds, say. Moving all values by the same amount moves neither r2 nor, by much, its interval."""
    generator = np.random.default_rng(4)
    actual, error = generator.standard_normal(400), 0.5 * generator.standard_normal(400)

    def r2(shift: float) -> Interval:
        rows = RegressionRows(actual + shift + error, actual + shift, IDS)
        interval = regression_quality(RegressionState.of(rows)).metrics["r2"].interval
        assert interval is not None
        return interval

    assert r2(mean) == pytest.approx(r2(0.0), abs=0.006)


def test_intervals_of_skewed_errors_hold_the_truth() -> None:
    """Absolute errors are exponential: mean 1, mean square 2."""

    def draw(generator: Generator) -> Quality:
        actual = generator.standard_normal(400)
        error = generator.exponential(size=400) * generator.choice([-1, 1], size=400)
        return regression_quality(RegressionState.of(RegressionRows(actual + error, actual, IDS)))

    truth = {"mae": 1.0, "mse": 2.0, "rmse": math.sqrt(2), "mean_error": 0.0, "median_absolute_error": math.log(2)}
    assert_about_95_percent(coverage(draw, truth))


def binary_rows(generator: Generator, shift: float) -> BinaryRows:
    """Scores uniform in [0, 1], positive with probability (score + shift) kept within [0, 1]."""
    score = generator.random(400)
    positive = generator.random(400) < np.clip(score + shift, 0, 1)
    return BinaryRows(Classes(positive.astype(np.int64), ("0", "1")), IDS, probability=score)


@pytest.mark.parametrize("shift", [0.0, pytest.param(-0.2, marks=pytest.mark.long)])
def test_binary_intervals_hold_the_truth(shift: float) -> None:
    """The truth is that of two million rows."""
    generator = np.random.default_rng(7)
    score = generator.random(2_000_000)
    positive = generator.random(2_000_000) < np.clip(score + shift, 0, 1)
    rows = BinaryRows(
        Classes(positive.astype(np.int64), ("0", "1")), np.zeros(len(score), dtype=np.uint64), probability=score
    )
    population = binary_quality(BinaryState.of(rows, "1")).all
    names = ("recall", "precision", "accuracy", "false_positive_rate", "auc", "au_prc", "f0_5", "f1", "f2")
    truth = {name: population[name].value for name in (*names, "average_precision", "log_loss", "brier_score")}

    found = coverage(lambda draws: binary_quality(BinaryState.of(binary_rows(draws, shift), "1")), truth, runs=120)

    assert_about_95_percent(found, least=0.88)  # of 120 runs


@pytest.mark.parametrize(
    ("gaps", "least"),
    [
        (np.zeros(10), 0.93),
        pytest.param(np.linspace(-0.1, 0.1, 10), 0.91, marks=pytest.mark.long),
        pytest.param(np.full(10, 0.2), 0.92, marks=pytest.mark.long),
        (np.array([0.1] + [0.0] * 9), 0.86),  # the hardest: one gap among the noise of nine
    ],
    ids=["calibrated", "too extreme", "too high", "one bin off"],
)
def test_calibration_intervals_hold_the_truth(gaps: NDArray[np.float64], least: float) -> None:
    """Estimated gaps of ten bins are normal around the true ones."""
    generator, deviations = np.random.default_rng(11), np.linspace(0.02, 0.05, 10)

    found = [bootstrap.absolute_sum(gaps + deviations * generator.standard_normal(10), deviations) for _ in range(300)]

    assert np.mean([lower <= np.abs(gaps).sum() <= upper for lower, upper in found]) >= least
    if gaps.all():
        assert max(lower for lower, _ in found) > 0  # far from calibrated is seen


def test_multiclass_intervals_hold_the_truth() -> None:
    joint = np.array([[0.30, 0.05, 0.05], [0.06, 0.20, 0.04], [0.08, 0.02, 0.20]])

    def draw(generator: Generator) -> Quality:
        cells = generator.choice(9, size=400, p=joint.ravel())
        rows = MulticlassRows(Classes(cells % 3, ("a", "b", "c")), Classes(cells // 3, ("a", "b", "c")), IDS)
        return multiclass_quality(MulticlassState.of(rows))

    weights, answered, hits = joint.sum(axis=1), joint.sum(axis=0), np.diag(joint)
    truth = {
        "accuracy": hits.sum(),
        "weighted_recall": hits.sum(),
        "weighted_precision": (weights * hits / answered).sum(),
        "weighted_f1": (weights * 2 * hits / (weights + answered)).sum(),
        "balanced_accuracy": (hits / weights).mean(),
    }
    assert_about_95_percent(coverage(draw, {name: float(value) for name, value in truth.items()}, runs=500))
