"""A window's metrics against the baseline's: two samples, and chance moves both.

Default rule (`driftline`), for each facet, entry and metric with enough rows to be expected (intervals.py):

1. The p-value, two-sided: how often the draws of the window and of the baseline (draws.py) differ in the other
   direction than most. A few draws settle it where chance explains the difference easily; else there are
   DRAWS_PER_TEST x tests / level of them, so that the level is resolved.
2. All p-values of the run are adjusted together (families.py): at most LEVEL of the windows in which nothing changed
   have a discovery.
3. The change has to matter: by more than the tolerance away from the neutral value, compared with the baseline, or to
   the other side of it by more than the tolerance. A change towards the neutral value is an improvement.

Metrics that state the same fact are compared once: the divergences of labels as DPL, which has a sign. GE, which does
not depend on the facet, is compared once for all facets.

SageMaker's rule: abs(window) > abs(baseline), for every metric that has a value in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, isnan
from typing import Literal

import numpy as np

from driftline.domain.inference.families import LEVEL, adjusted
from driftline.kinds.model_bias.rules.draws import drawn
from driftline.kinds.model_bias.rules.intervals import Interval, enough_rows, parts_of
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import Tables

TOLERANCE = 0.02
"""The default of the smallest change that matters, in the metric's own unit; for DI as a share of it."""

DRAWS_PER_TEST = 20
FEW_DRAWS = (1_000, 10_000)
"""Draws of the first stages, which settle most tests."""

_SETTLED = 5.0
"""A p-value that is so many times the largest one that could be significant is settled: draws do not err by that much.
"""

_FEW = "the smallest count that it divides by has {} rows in the {}"
_FEW_EXPECTED = "by the baseline, the smallest count that it divides by should have {:.1f} rows"

type Result = Literal["violation", "improvement", "unchanged", "not_enough_data", "no_value"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One group of one facet, in the window and in the baseline.

    Attributes:
        facet: Name of the facet.
        group: Its value or threshold, as in files.
        baseline: None if only the values are known.
        values: The baseline's values by metric, if `baseline` is None; they count as exact.
    """

    facet: str
    group: str
    window: Tables
    baseline: Tables | None = None
    values: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison says of one metric of one entry.

    Attributes:
        value, baseline: None if it has none.
        interval, baseline_interval: 95 %.
        result: By the default rule.
        reason: Why there is no value, or which rows are too few.
        p_value: Adjusted for all tests of the run; None if it was not tested.
        tested_as: The metric that was tested in its place.
        rows: Rows that it was computed from.
        needed: About how many rows of the window it would take; None if there are enough, or it is unknown.
        sagemaker: Whether SageMaker's rule flags it.
    """

    facet: str
    group: str
    metric: str
    value: float | None
    baseline: float | None
    interval: Interval | None = None
    baseline_interval: Interval | None = None
    result: Result = "unchanged"
    reason: str = ""
    p_value: float | None = None
    tested_as: str = ""
    rows: int = 0
    needed: int | None = None
    sagemaker: bool = False


def sagemaker_flags(live: float | None, baseline: float | None) -> bool:
    """SageMaker's rule; a metric without a value on either side is skipped. Infinities count, equal is fine."""
    if live is None or baseline is None or isnan(live) or isnan(baseline):
        return False
    return abs(live) > abs(baseline)


def compare(
    entries: Sequence[Entry],
    names: Sequence[str],
    tolerance: float = TOLERANCE,
    tolerances: Mapping[str, float] | None = None,
    level: float = LEVEL,
) -> list[Compared]:
    """One result for each entry and metric, in this order.

    Args:
        names: The metrics that are watched.
        tolerances: By metric, where it is not the common one.
        level: The share of quiet windows that may ring.
    """
    described = [_described(entry, name) for entry in entries for name in names]
    places = [(entry, name) for entry in entries for name in names]
    tests: dict[tuple[int, str], _Test] = {}
    for (entry, name), each in zip(places, described, strict=True):
        if each.result == "unchanged":
            test = _Test(entry, METRICS[METRICS[name].compared_as])
            tests.setdefault(test.key, test)
    p_values = _p_values(list(tests.values()), level)
    by_key = dict(zip(tests, adjusted(p_values, level=level), strict=True))
    decided = []
    for (entry, name), each in zip(places, described, strict=True):
        if each.result != "unchanged":
            decided.append(each)
            continue
        test = _Test(entry, METRICS[METRICS[name].compared_as])
        least = (tolerances or {}).get(name, tolerance)
        result = test.moved(least) if by_key[test.key] <= level else "unchanged"
        if result == "unchanged" and each.reason:
            result = "not_enough_data"  # nothing is found among so few rows, which does not say much
        known = each if result == "not_enough_data" else replace(each, needed=None, reason="")
        decided.append(replace(known, result=result, p_value=by_key[test.key], tested_as=test.metric.name))
    return decided


@dataclass(frozen=True, slots=True)
class _Test:
    entry: Entry
    metric: Metric

    @property
    def key(self) -> tuple[int, str]:
        """The same for all entries if the metric does not depend on the facet."""
        return (0 if self.metric.name == "GE" else id(self.entry), self.metric.name)

    def moved(self, tolerance: float) -> Result:
        """Whether the change matters, and in which direction it goes."""
        now = float(self.metric.distance(_value(self.metric, self.entry.window) or 0.0))
        before = float(self.metric.distance(_before(self.metric, self.entry) or 0.0))
        if abs(now) - abs(before) > tolerance or (now * before < 0 and abs(now) > tolerance):
            return "violation"
        return "improvement" if abs(before) - abs(now) > tolerance else "unchanged"


def _described(entry: Entry, name: str) -> Compared:
    """All that is known before chance is asked."""
    metric = METRICS[name]
    value, before = _value(metric, entry.window), _before(metric, entry)
    found = Compared(
        entry.facet,
        entry.group,
        name,
        value,
        before,
        rows=sum(entry.window.size(metric.basis)),
        sagemaker=sagemaker_flags(value, before),
    )
    if value is None or before is None or metric.compute is None:
        why = metric.refusal(entry.window) or ("the baseline has no value" if before is None else "it has no interval")
        return replace(found, result="no_value", reason=why)
    if entry.baseline is not None and not (of_baseline := enough_rows(metric, entry.baseline)).observed:
        reason = _FEW.format(of_baseline.smallest, "baseline")
        return replace(found, result="not_enough_data", reason=reason)
    rows = enough_rows(metric, entry.window, entry.baseline)
    found = replace(found, needed=None if rows.observed and rows.testable else rows.needed)
    if not rows.observed:
        found = replace(found, reason=_FEW.format(rows.smallest, "window"))
    elif not rows.testable:
        found = replace(found, reason=_FEW_EXPECTED.format(rows.expected))
    return found if rows.testable else replace(found, result="not_enough_data")


def _value(metric: Metric, tables: Tables) -> float | None:
    if metric.compute is None or metric.refusal(tables) is not None:
        return None
    return float(metric.value(tables))


def _before(metric: Metric, entry: Entry) -> float | None:
    if entry.baseline is not None:
        return _value(metric, entry.baseline)
    return (entry.values or {}).get(metric.name)


def _p_values(tests: Sequence[_Test], level: float) -> list[float]:
    """In stages with more and more draws; a stage leaves out the tests that the stages before have settled."""
    found = [1.0] * len(tests)
    open_ = list(range(len(tests)))
    enough = ceil(DRAWS_PER_TEST * len(tests) / level)
    for draws in (*(each for each in FEW_DRAWS if each < enough), enough):
        for place, p_value in zip(open_, _drawn_p_values([tests[each] for each in open_], draws), strict=True):
            found[place] = p_value
        # As many tests as are still open can be significant, and only with p-values up to this one.
        bound = level * len(open_) / len(tests) if tests else level
        open_ = [place for place in open_ if found[place] <= _SETTLED * bound]
    return found


def _drawn_p_values(tests: Sequence[_Test], draws: int) -> list[float]:
    """Two-sided, in the order of the tests; tests of one entry share its draws."""
    by_entry: dict[int, list[int]] = {}
    for place, test in enumerate(tests):
        by_entry.setdefault(id(test.entry), []).append(place)
    found = [1.0] * len(tests)
    for places in by_entry.values():
        entry = tests[places[0]].entry
        parts = frozenset().union(*(parts_of(tests[place].metric) for place in places))
        window = drawn(entry.window, draws, "window", parts)
        baseline = drawn(entry.baseline, draws, "baseline", parts) if entry.baseline is not None else None
        for place in places:
            metric = tests[place].metric
            assert metric.compute is not None  # those without are not tested
            now = metric.compute(window)
            before = metric.compute(baseline) if baseline is not None else float(_before(metric, entry) or 0.0)
            below, above = int(np.sum(now < before)), int(np.sum(now > before))
            found[place] = min(1.0, (2.0 * (draws - max(below, above)) + 1.0) / (draws + 1.0))
    return found
