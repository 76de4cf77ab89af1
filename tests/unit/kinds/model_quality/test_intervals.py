"""Intervals: against outside implementations, and how often they hold the truth in simulations."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import optimize, special, stats

from driftline.domain.inference import areas
from driftline.kinds.model_quality.rules import bootstrap, intervals
from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.estimates import Interval
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows, RegressionRows
from tests.unit.kinds.model_quality.conftest import Binary, ids

IDS = ids(400)


def test_the_auc_and_its_variance_follow_from_all_pairs(bank_marketing: Binary) -> None:
    """DeLong's definition, pair by pair, instead of the counts per score."""
    positive, score = bank_marketing.positive[:1500], bank_marketing.probability[:1500].round(2)
    above, below = score[positive][:, None], score[~positive][None, :]
    wins = (above > below) + 0.5 * (above == below)
    parts = np.var(wins.mean(axis=1), ddof=1) / len(above), np.var(wins.mean(axis=0), ddof=1) / below.shape[1]

    scores = np.unique(score)
    counts = [
        np.array([np.count_nonzero(score[chosen] == each) for each in scores], float)
        for chosen in (~positive, positive)
    ]
    found = areas.area(*counts)

    assert (found.value, found.of_positives, found.of_negatives) == pytest.approx((wins.mean(), *parts), rel=1e-9)


@pytest.mark.parametrize("effect", [1.0, 3.0])
def test_the_interval_of_auc_is_the_wider_of_two(effect: float) -> None:
    """Newcombe's fifth method by scipy's root finder, DeLong's with scipy's quantile."""
    generator = np.random.default_rng(5)
    positive, score = generator.random(300) < 0.1, generator.random(300).round(2)
    score = np.where(positive, np.sqrt(score), score).round(2)
    scores = np.unique(score)
    negatives = np.array([np.count_nonzero(score[~positive] == each) for each in scores], dtype=np.float64)
    positives = np.array([np.count_nonzero(score[positive] == each) for each in scores], dtype=np.float64)
    found = areas.area(negatives, positives)
    p, n, a = found.positives / effect, found.negatives / effect, found.value

    def newcombe(t: float) -> float:
        mixed = (1 - t) / (2 - t) + t / (1 + t)
        variance = t * (1 - t) * (1 + ((p + n) / 2 - 1) * mixed) / (p * n)
        return float((a - t) ** 2 - stats.norm.ppf(0.975) ** 2 * variance)

    width = stats.t.ppf(0.975, found.degrees) * math.sqrt(found.variance * effect) / (a * (1 - a))
    delong = special.expit([special.logit(a) - width, special.logit(a) + width])
    lower = min(delong[0], optimize.brentq(newcombe, 1e-9, a))
    upper = max(delong[1], optimize.brentq(newcombe, a, 1 - 1e-9))

    assert intervals.auc(found, effect) == pytest.approx((lower, upper), abs=1e-9)


@pytest.mark.parametrize("area", [0.0, 1.0])
def test_a_perfect_ranking_still_has_an_interval(area: float) -> None:
    low, high = np.array([10.0, 0.0]), np.array([0.0, 10.0])

    lower, upper = intervals.auc(areas.area(low, high) if area else areas.area(high, low))

    assert upper - lower == pytest.approx(0.2, abs=0.001)
    assert area in (lower, pytest.approx(upper))


def test_swapping_one_pair_moves_the_interval_of_auc_by_little() -> None:
    """990 negatives below 10 positives; then the lowest positive below the highest negative."""
    positive = np.arange(1000) >= 990
    swapped = positive.copy()
    swapped[[989, 990]] = True, False

    before, after = (
        intervals.auc(areas.area((~each).astype(np.float64), each.astype(np.float64))) for each in (positive, swapped)
    )

    assert after == pytest.approx(before, abs=0.02)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_the_effective_size_of_f_gives_the_variance_of_resampled_counts(beta: float) -> None:
    counts = np.array([600, 250, 150, 9000])
    tp, fp, fn, _ = np.random.default_rng(2).multinomial(10_000, counts / 10_000, size=20_000).T
    hits = (1 + beta**2) * tp
    scores = hits / (hits + beta**2 * fn + fp)

    size, value = intervals.f_size(600, 250, 150, beta), float(scores.mean())

    assert value * (1 - value) / size == pytest.approx(scores.var(), rel=0.05)


@pytest.mark.parametrize("counts", [(0, 3, 4), (5, 0, 0), (0, 0, 7), (0, 1, 0)])
def test_f_has_an_effective_size_at_its_ends(counts: tuple[int, int, int]) -> None:
    for beta in (0.5, 1.0, 2.0):
        assert intervals.f_size(*counts, beta) > 0
    assert intervals.f_size(0, 0, 0, 1.0) == 0


RUNS = 400


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


def assert_about_95_percent(found: dict[str, float], least: float = 0.91) -> None:
    """Of 400 runs, 95 % - 4 % is within chance (more than three and a half standard errors)."""
    assert {name: share for name, share in found.items() if share < least} == {}


@pytest.mark.long
def test_regression_intervals_hold_the_truth() -> None:
    """y normal with standard deviation 2; the error is normal too, biased by 0.3, of standard deviation 1."""
    places = ids(600)

    def draw(generator: Generator) -> Quality:
        actual = 10 + 2 * generator.standard_normal(600)
        predicted = actual + 0.3 + generator.standard_normal(600)
        return regression_quality(RegressionState.of(RegressionRows(predicted, actual, places)))

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


@pytest.mark.parametrize("mean", [1e2, 1e3])
def test_the_interval_of_r2_survives_a_ground_truth_far_from_zero(mean: float) -> None:
    """A time in seconds, say. Moving all values by the same amount moves neither r2 nor, by much, its interval."""
    generator = np.random.default_rng(4)
    actual, error = generator.standard_normal(600), 0.5 * generator.standard_normal(600)

    def r2(shift: float) -> Interval:
        rows = RegressionRows(actual + shift + error, actual + shift, ids(600))
        interval = regression_quality(RegressionState.of(rows)).metrics["r2"].interval
        assert interval is not None
        return interval

    assert r2(mean) == pytest.approx(r2(0.0), abs=0.006)


def test_where_the_ground_truth_is_far_from_zero_rounding_leaves_no_interval_of_r2() -> None:
    generator = np.random.default_rng(4)
    actual, error = 1e9 + generator.standard_normal(600), generator.standard_normal(600)

    found = regression_quality(RegressionState.of(RegressionRows(actual + error, actual, ids(600)))).metrics["r2"]

    assert found.interval is None
    assert found.withheld == "The ground truth varies too little around its mean for an interval to be computed."


def test_intervals_of_skewed_errors_hold_the_truth() -> None:
    """Absolute errors are exponential: mean 1, mean square 2."""

    def draw(generator: Generator) -> Quality:
        actual = generator.standard_normal(400)
        error = generator.exponential(size=400) * generator.choice([-1, 1], size=400)
        return regression_quality(RegressionState.of(RegressionRows(actual + error, actual, IDS)))

    truth = {"mae": 1.0, "mean_error": 0.0, "median_absolute_error": math.log(2)}
    assert_about_95_percent(coverage(draw, truth))


def binary_rows(generator: Generator, shift: float) -> BinaryRows:
    """Scores uniform in [0, 1], positive with probability (score + shift) kept within [0, 1]."""
    score = generator.random(400)
    positive = generator.random(400) < np.clip(score + shift, 0, 1)
    return BinaryRows(Classes(positive.astype(np.int64), ("0", "1")), IDS, probability=score)


@pytest.mark.long
@pytest.mark.parametrize("shift", [0.0, -0.2])
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
        (np.array([0.1] + [0.0] * 9), 0.92),  # the hardest: one gap among the noise of nine
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
    assert_about_95_percent(coverage(draw, {name: float(value) for name, value in truth.items()}, runs=400))
