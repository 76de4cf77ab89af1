"""The rate that a page states, against windows that are drawn."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator
from scipy import stats

from driftline.domain.drift.distance import Comparison, DriftMethod
from driftline.domain.inference.families import LEVEL
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.quiet_rate import Judged, quiet_rate
from tests.unit.kinds.data_quality.support import Cells, Change, constraints_for, judge, profiled

BEFORE, ROWS = 4000, 200
BASELINES, WINDOWS = 30, 300


def drawn(generator: Generator, rows: int) -> Cells:
    """One column with 2 % missing values, and one with rare categories."""
    shares = np.array([0.6, 0.38, 0.01, 0.005, 0.003, 0.002])
    numbers = [None if generator.random() < 0.02 else f"{value:.2f}" for value in generator.normal(size=rows)]
    return {"number": numbers, "text": [f"v{place}" for place in generator.choice(6, rows, p=shares)]}


def rates(change: Change | None, judged: Judged) -> tuple[float, float]:
    """(stated, as often as drawn windows ring), on average over baselines: each differs from the truth by chance."""
    generator = np.random.default_rng(11)
    stated, rang = [], 0
    for _ in range(BASELINES):
        baseline = drawn(generator, BEFORE)
        constraints = constraints_for(baseline, change)
        stated.append(quiet_rate(statistics_of(*profiled(baseline)), constraints, ROWS, judged))
        for _ in range(WINDOWS // BASELINES):
            window = drawn(generator, ROWS)
            verdict = judge(window, baseline, change=change, mode=judged.mode, strict=frozenset(judged.strict))
            rang += bool(verdict.findings)
    return float(np.mean(stated)), rang / WINDOWS


def completeness(limit: float) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["features"][0]["completeness"] = limit

    return change


def test_suggested_limits_ring_no_more_often_than_the_rule_says() -> None:
    stated, rang = rates(None, Judged(Comparison.DRIFTLINE))
    assert stated <= LEVEL + 1e-12
    assert stats.binomtest(round(rang * WINDOWS), WINDOWS).proportion_ci(0.99).low <= LEVEL


@pytest.mark.parametrize(
    ("change", "judged"),
    [
        (completeness(0.99), Judged(Comparison.DRIFTLINE)),
        (completeness(0.96), Judged(Comparison.DRIFTLINE)),
        (None, Judged(Comparison.SAGEMAKER)),
        (None, Judged(Comparison.DRIFTLINE, strict=frozenset({"number"}))),
    ],
    ids=["99 % by hand", "96 % by hand", "sagemaker", "strict"],
)
def test_limits_that_allow_for_no_chance_ring_as_often_as_stated(change: Change | None, judged: Judged) -> None:
    stated, rang = rates(change, judged)
    assert stated == pytest.approx(rang, abs=0.09)


def test_every_part_of_psi_and_the_values_together_is_the_level() -> None:
    baseline = drawn(np.random.default_rng(3), BEFORE)
    statistics, constraints = statistics_of(*profiled(baseline)), constraints_for(baseline)
    stated = quiet_rate(statistics, constraints, ROWS, Judged(Comparison.DRIFTLINE, DriftMethod.PSI))
    assert stated == pytest.approx(LEVEL, rel=0.01)
    assert stated <= LEVEL
