"""Does chance explain that a metric differs between two samples? P-values by draws of the counts of both (draws.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from driftline.kinds.model_bias.rules.draws import Part, at_once, drawn
from driftline.kinds.model_bias.rules.intervals import parts_of
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import Tables

DRAWS_PER_TEST = 20
FEW_DRAWS = (1_000, 10_000, 100_000)
"""Draws of the first stages, which settle most tests."""

_SETTLED = 5.0
"""A p-value that is so many times the largest one that could be significant is settled: draws do not err by that much.
"""


@dataclass(frozen=True, slots=True, eq=False)
class MetricTest:
    """A metric of the window and of the baseline.

    Attributes:
        baseline: Its counts, or a value that counts as exact.
    """

    metric: Metric
    window: Tables
    baseline: Tables | float


def p_values(tests: Sequence[MetricTest], level: float) -> list[float]:
    """Two-sided, not adjusted, in the order of the tests.

    In stages with more and more draws, at last DRAWS_PER_TEST x tests / level of them; a stage leaves out the tests
    that the stages before have settled.
    """
    found = [1.0] * len(tests)
    open_ = list(range(len(tests)))
    enough = ceil(DRAWS_PER_TEST * len(tests) / level)
    for draws in (*(each for each in FEW_DRAWS if each < enough), enough):
        for place, p_value in zip(open_, drawn_p_values([tests[each] for each in open_], draws), strict=True):
            found[place] = p_value
        # As many tests as are still open can be significant, and only with p-values up to this one.
        bound = level * len(open_) / len(tests) if tests else level
        open_ = [place for place in open_ if found[place] <= _SETTLED * bound]
    return found


def drawn_p_values(tests: Sequence[MetricTest], draws: int) -> list[float]:
    """How often the draws of window and baseline differ in the other direction than most; tests of the same counts
    share their draws.
    """
    together: dict[tuple[int, int], list[int]] = {}
    for place, test in enumerate(tests):
        baseline = id(test.baseline) if isinstance(test.baseline, Tables) else 0
        together.setdefault((id(test.window), baseline), []).append(place)
    found = [1.0] * len(tests)
    for places in together.values():
        some = [tests[place] for place in places]
        for place, less in zip(places, _less_often(some, draws), strict=True):
            found[place] = min(1.0, (2.0 * less + 1.0) / (draws + 1.0))
    return found


def _less_often(tests: Sequence[MetricTest], draws: int) -> list[int]:
    """For each test of the same counts, the draws that do not differ in the direction of most; a few at a time."""
    parts: frozenset[Part] = frozenset().union(*(parts_of(test.metric) for test in tests))
    window, baseline = tests[0].window, tests[0].baseline
    below, above = np.zeros(len(tests), dtype=np.int64), np.zeros(len(tests), dtype=np.int64)
    block = (
        at_once(window, parts)
        if isinstance(baseline, float)
        else min(at_once(each, parts) for each in (window, baseline))
    )
    for number, start in enumerate(range(0, draws, block)):
        size = min(block, draws - start)
        now_drawn = drawn(window, size, "window", parts, number)
        before_drawn = baseline if isinstance(baseline, float) else drawn(baseline, size, "baseline", parts, number)
        for place, test in enumerate(tests):
            assert test.metric.compute is not None  # those without are not tested
            now = test.metric.compute(now_drawn)
            before = test.baseline if isinstance(before_drawn, float) else test.metric.compute(before_drawn)
            assert not isinstance(before, Tables)  # they have been drawn
            below[place] += np.sum(now < before)
            above[place] += np.sum(now > before)
    return [draws - int(each) for each in np.maximum(below, above)]
