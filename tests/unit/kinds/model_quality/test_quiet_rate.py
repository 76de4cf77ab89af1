"""The rate that a page states, against windows that are drawn."""

import numpy as np
import pytest
from numpy.random import Generator

from driftline.domain.inference.families import LEVEL
from driftline.domain.monitors.comparison import Compared
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.check import check
from driftline.kinds.model_quality.rules.constraints import (
    Constraint,
    Operator,
    QualityConstraints,
    suggest_constraints,
)
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.quiet_rate import quiet_rate
from driftline.kinds.model_quality.rules.reference import Reference
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.state import quality_of

BEFORE, ROWS = 20_000, 1_000
BASELINES, WINDOWS = 15, 150


def drawn(generator: Generator, rows: int) -> Quality:
    """A third is positive; 80 % of it, and 10 % of the others, are predicted so."""
    actual = generator.random(rows) < 1 / 3
    predicted = generator.random(rows) < np.where(actual, 0.8, 0.1)
    ids = generator.integers(0, 2**63, rows, dtype=np.uint64)
    names = ("0", "1")
    labels = (Classes(each.astype(np.int64), names) for each in (actual, predicted))
    state = BinaryState.of(BinaryRows(next(labels), ids, next(labels)), "1")
    return quality_of(state)


def recall_of(threshold: float) -> QualityConstraints:
    limit = Constraint(threshold=threshold, comparison_operator=Operator.LESS)
    return QualityConstraints(problem=ProblemType.BINARY, constraints={"recall": limit})


def rates(comparison: Compared, given: QualityConstraints | None = None) -> tuple[float, float]:
    """(stated, as often as drawn windows ring), on average over baselines."""
    generator = np.random.default_rng(12)
    stated, rang = [], 0
    for _ in range(BASELINES):
        baseline = drawn(generator, BEFORE)
        reference, constraints = Reference.of(baseline), given or suggest_constraints(baseline)
        for _ in range(WINDOWS // BASELINES):
            window = drawn(generator, ROWS)
            estimates = {name: each.estimate for name, each in window.metrics.items() if each.estimate is not None}
            rate = quiet_rate(estimates, constraints, comparison, reference)
            assert rate is not None
            stated.append(rate)
            rang += bool(check(window, constraints, comparison, reference).findings)
    return float(np.mean(stated)), rang / WINDOWS


def test_suggested_limits_ring_no_more_often_than_the_rule_says() -> None:
    stated, rang = rates("driftline")
    assert stated == pytest.approx(LEVEL)
    assert rang <= 0.04


@pytest.mark.parametrize("threshold", [0.76, 0.8, 0.84])
def test_a_limit_that_a_person_wrote_rings_as_often_as_stated(threshold: float) -> None:
    stated, rang = rates("driftline", recall_of(threshold))
    assert stated == pytest.approx(rang, abs=0.12)


def test_sagemakers_own_values_ring_about_as_often_as_stated() -> None:
    stated, rang = rates("sagemaker")
    assert stated == pytest.approx(0.75, abs=0.02)
    assert rang == pytest.approx(0.75, abs=0.2)


def test_without_the_baselines_metrics_nothing_is_known() -> None:
    baseline = drawn(np.random.default_rng(3), ROWS)
    assert quiet_rate({}, suggest_constraints(baseline), "driftline", Reference()) is None
