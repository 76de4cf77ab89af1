"""The smallest loss that is found: the closed form against windows that are drawn."""

import math

import numpy as np
import pytest

from driftline.domain.executions.finding import Side
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.constraints import suggest_constraints
from driftline.kinds.model_quality.rules.estimates import Mean, Share, worse_by_chance
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.reference import Reference
from driftline.kinds.model_quality.rules.sensitivity import sensitivity, smallest_loss

LEVEL, TOLERANCE, DRAWS = 0.01 / 6, 0.01, 4000


@pytest.mark.parametrize(("side", "share"), [("at_least", 0.8), ("at_most", 0.2)])
@pytest.mark.parametrize("rows", [200, 2_000])
def test_of_a_share(side: Side, share: float, rows: int) -> None:
    baseline = Share(share * 10_000, 10_000)
    losses = smallest_loss(baseline, share, side, rows / 10_000, TOLERANCE, LEVEL)
    generator = np.random.default_rng(rows)
    for loss, expected in zip(losses, (0.5, 0.9), strict=True):
        assert loss is not None
        true = share - loss if side == "at_least" else share + loss
        counts, draws = np.unique(generator.binomial(rows, true, DRAWS), return_counts=True)
        rung = sum(
            times
            for hits, times in zip(counts.tolist(), draws.tolist(), strict=True)
            if worse_by_chance(Share(hits, rows), baseline, side) <= LEVEL and abs(hits / rows - share) > TOLERANCE
        )
        assert rung / DRAWS == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("rows", [200, 2_000])
def test_of_a_mean_error(rows: int) -> None:
    generator = np.random.default_rng(rows)
    deviation, known = 0.75, 10_000  # of the rows' absolute errors, with a mean of 1
    baseline = Mean(0.0, deviation / math.sqrt(known), known - 1, "log")
    losses = smallest_loss(baseline, 1.0, "at_most", rows / known, TOLERANCE, LEVEL)
    for loss, expected in zip(losses, (0.5, 0.9), strict=True):
        assert loss is not None
        errors = generator.gamma(1 / deviation**2, deviation**2, (DRAWS // 4, rows)) * (1 + loss)
        found = 0
        for mean, spread in zip(errors.mean(axis=1), errors.std(axis=1), strict=True):
            window = Mean(math.log(mean), spread / mean / math.sqrt(rows - 1), rows - 1, "log")
            found += worse_by_chance(window, baseline, "at_most") <= LEVEL and mean > 1 + TOLERANCE
        assert found / (DRAWS // 4) == pytest.approx(expected, abs=0.06)


def test_too_few_rows_find_nothing() -> None:
    assert smallest_loss(Share(80, 100), 0.8, "at_least", 0.02, TOLERANCE, LEVEL) == (None, None)


def test_in_words() -> None:
    shares = {"recall": Share(800, 1_000), "accuracy": Share(9_000, 10_000), "false_negative_rate": Share(200, 1_000)}
    metrics = {name: MetricValue(each.hits / each.trials, estimate=each) for name, each in shares.items()}
    quality = Quality(ProblemType.BINARY, 10_000, metrics)
    accuracy, recall = sorted(sensitivity(suggest_constraints(quality), Reference.of(quality)))
    assert recall.startswith("recall: with 200 rows a window, a loss of ")
    assert " points is found in half of the windows, " in accuracy
    assert accuracy.count("rows a window") == 3
    mae = Quality(
        ProblemType.REGRESSION, 10_000, {"mae": MetricValue(2.0, estimate=Mean(math.log(2), 0.01, 9_999, "log"))}
    )
    assert sensitivity(suggest_constraints(mae), Reference.of(mae))[0].startswith(
        "mae: with 200 rows a window, a rise of "
    )
