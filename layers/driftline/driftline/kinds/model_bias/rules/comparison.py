"""A window's metrics against the baseline's: two samples, and chance moves both.

Default rule (`driftline`), for each facet, entry and metric with enough rows to be expected (intervals.py):

1. The p-value, two-sided, from draws of the counts of the window and of the baseline (chance.py).
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
from math import isnan
from typing import Literal

from driftline.domain.inference.families import LEVEL, adjusted
from driftline.kinds.model_bias.rules.chance import MetricTest, p_values
from driftline.kinds.model_bias.rules.intervals import Interval, enough_rows
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import D, Tables

TOLERANCE = 0.02
"""The default of the smallest change that matters, in the metric's own unit; for DI as a share of it."""

MOST_ENTRIES = 50
"""So many groups are compared, those with the most rows in the window: every comparison makes the others harder."""

_FEW = "the smallest count that it divides by has {} rows in the {}"
_FEW_EXPECTED = "by the baseline, the smallest count that it divides by should have {:.1f} rows"

_NO_BASELINE = "the baseline has no value"
_TOO_MANY = f"only the {MOST_ENTRIES} groups with the most rows are compared"

type Result = Literal["violation", "improvement", "unchanged", "not_enough_data", "no_value", "not_compared"]


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

    @property
    def rows(self) -> int:
        """Of the group in the window."""
        return max(self.window.size("labels")[D], self.window.size("predictions")[D])


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
    largest = sorted(range(len(entries)), key=lambda place: (-entries[place].rows, place))[:MOST_ENTRIES]
    found: list[Compared] = []
    tests: dict[tuple[int, str], MetricTest] = {}
    keys: dict[int, tuple[int, str]] = {}
    for place, entry in enumerate(entries):
        for name in names:
            described = _described(entry, name)
            if place not in largest and described.result != "no_value":
                described = replace(described, result="not_compared", reason=_TOO_MANY)
            test = _test(entry, METRICS[METRICS[name].compared_as])
            if described.result == "unchanged" and test is None:
                described = replace(described, result="no_value", reason=_NO_BASELINE)
            if described.result == "unchanged" and test is not None:
                # What does not depend on the facet is tested once for all.
                key = (0 if test.metric.name == "GE" else place + 1, test.metric.name)
                tests.setdefault(key, test)
                keys[len(found)] = key
            found.append(described)
    known = dict(zip(tests, adjusted(p_values(list(tests.values()), level), level=level), strict=True))
    for number, key in keys.items():
        least = (tolerances or {}).get(found[number].metric, tolerance)
        found[number] = _decided(found[number], tests[key], known[key], least, level)
    return found


def _test(entry: Entry, metric: Metric) -> MetricTest | None:
    """None if there is no value to compare with."""
    before = _before(metric, entry)
    if before is None or metric.compute is None:
        return None
    return MetricTest(metric, entry.window, entry.baseline if entry.baseline is not None else before)


def _decided(described: Compared, test: MetricTest, p_value: float, tolerance: float, level: float) -> Compared:
    result = _moved(test, tolerance) if p_value <= level else "unchanged"
    if result == "unchanged" and described.reason:
        result = "not_enough_data"  # nothing is found among so few rows, which does not say much
    kept = described if result == "not_enough_data" else replace(described, needed=None, reason="")
    return replace(kept, result=result, p_value=p_value, tested_as=test.metric.name)


def _moved(test: MetricTest, tolerance: float) -> Result:
    """Whether the change matters, and in which direction it goes."""
    metric, baseline = test.metric, test.baseline
    now = float(metric.distance(metric.value(test.window)))
    before = float(metric.distance(baseline if isinstance(baseline, float) else metric.value(baseline)))
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
        why = metric.refusal(entry.window) or (_NO_BASELINE if before is None else "it has no interval")
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
    value = (entry.values or {}).get(metric.name)
    return None if value is None else float(value)
