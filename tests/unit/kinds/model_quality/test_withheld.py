"""The conditions of intervals: where they are met the interval holds the truth, elsewhere there is none and a reason."""

import numpy as np
import pytest

from bench.populations import Population, populations
from driftline.kinds.model_quality.rules.quality import MetricValue
from driftline.kinds.model_quality.rules.state import quality_of

POPULATIONS = {each.name: each for each in populations(every=True)}
NORMAL, HEAVY = POPULATIONS["normal errors"], POPULATIONS["t3 errors"]
EVEN, RARE, RARER = (
    POPULATIONS[f"{share} positives, {distance} apart"]
    for share, distance in (("50%", "1.5"), ("10%", "2"), ("1%", "3"))
)
FEW_CLASSES, MANY_CLASSES = POPULATIONS["10 classes, 85% right"], POPULATIONS["100 classes, 60% right"]
ALMOST_RIGHT = POPULATIONS["10 classes, 99% right, uneven"]


def windows(
    population: Population, rows: int, count: int = 1, *, grouped: bool = False
) -> list[dict[str, MetricValue]]:
    generator = np.random.default_rng(20_261_130)
    return [dict(quality_of(population.sample(generator, rows, grouped=grouped)).all) for _ in range(count)]


@pytest.mark.parametrize(
    ("population", "rows", "grouped", "metrics", "count"),
    [
        (NORMAL, 50, False, ("mae", "mean_error", "median_absolute_error"), 150),
        (NORMAL, 2000, True, ("mae", "mse", "rmse", "mean_error", "median_absolute_error"), 150),
        (POPULATIONS["lognormal errors, 1.5"], 200, False, ("mae", "mean_error"), 150),
        (HEAVY, 200, False, ("mae", "mean_error"), 150),
        (EVEN, 2000, True, ("accuracy", "auc"), 150),
        (RARE, 8000, True, ("recall", "precision", "accuracy", "f1", "auc"), 80),
        (ALMOST_RIGHT, 200, False, ("accuracy", "weighted_precision", "weighted_f1"), 80),
        (FEW_CLASSES, 4000, True, ("accuracy", "weighted_f1", "balanced_accuracy"), 60),
        # Of three even classes chance decides which answer is the most frequent: the interval spans all of them.
        (FEW_CLASSES, 1000, False, ("accuracy_best_constant_classifier", "weighted_f1_best_constant_classifier"), 80),
        (POPULATIONS["10% positives, 3.5 apart"], 200, False, ("f0_5", "f1", "f2"), 150),
    ],
)
def test_published_intervals_hold_the_truth(
    population: Population, rows: int, grouped: bool, metrics: tuple[str, ...], count: int
) -> None:
    """Of 150 or fewer windows, 95 % less three standard errors is 90 or 88 %."""
    found = windows(population, rows, count, grouped=grouped)

    for name in metrics:
        ends = [window[name].interval for window in found]
        known = [each for each in ends if each is not None]
        held = [lower <= population.truths[name] <= upper for lower, upper in known]
        assert len(known) > 0.8 * count, name
        assert np.mean(held) >= (0.90 if count > 100 else 0.88), name


@pytest.mark.parametrize(
    ("population", "rows", "grouped", "metric", "reason"),
    [
        (NORMAL, 49, False, "mae", "Only 49 rows: an interval needs 50."),
        (NORMAL, 99, False, "mse", "Only 99 rows: an interval needs 100."),
        (NORMAL, 499, False, "r2", "Only 499 rows: an interval needs 500."),
        (NORMAL, 1000, True, "mae", "Only 50 records of several rows: an interval needs 100."),
        (NORMAL, 1000, True, "median_absolute_error", "Only 50 records of several rows: an interval needs 100."),
        (NORMAL, 5, False, "median_absolute_error", "Only 5 rows: an interval of the median needs 6."),
        (HEAVY, 1000, False, "mse", "watch mae or median_absolute_error instead."),
        (EVEN, 200, True, "recall", "of them count: an interval needs 20."),
        (RARE, 1000, True, "recall", "equal records: an interval needs 24."),
        (EVEN, 4000, True, "au_prc", "no interval of this area is known to hold then."),
        (EVEN, 4000, True, "expected_calibration_error", "no interval of the calibration error is known to hold then."),
        (RARER, 200, False, "au_prc", "an interval needs 18."),
        (RARER, 200, False, "log_loss", "an interval needs 18."),
        (EVEN, 1000, False, "accuracy_best_constant_classifier", "both answers about equally often"),
        (FEW_CLASSES, 50, False, "balanced_accuracy", "an interval needs 10 of each."),
        (MANY_CLASSES, 200, False, "weighted_precision", "independent rows on average: an interval needs 15."),
    ],
)
def test_where_no_interval_holds_there_is_none_and_a_reason(
    population: Population, rows: int, grouped: bool, metric: str, reason: str
) -> None:
    found = windows(population, rows, grouped=grouped)[0][metric]

    assert (found.defined, found.interval, found.estimate) == (True, None, None)
    assert reason in found.withheld


def test_what_is_undefined_needs_no_reason() -> None:
    found = windows(RARER, 3)[0]

    assert not found["recall"].defined
    assert found["recall"].withheld == ""


def test_a_metric_has_an_interval_or_a_reason() -> None:
    for population in POPULATIONS.values():
        for grouped in (False, True):
            for name, metric in windows(population, 300, grouped=grouped)[0].items():
                assert (metric.interval is None) == bool(metric.withheld or not metric.defined), name
