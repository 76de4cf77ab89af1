"""95 % intervals of the metrics, all from the same draws; and whether a metric has enough rows to be judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np

from driftline.kinds.model_bias.rules.draws import Part, Stream, at_once, drawn
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import Figure, Tables

type Interval = tuple[float, float]

DRAWS = 4_000
SMALLEST_CELL = 10
"""A metric is tested only if every count that it divides by can be expected to have so many rows."""

_TAILS = (0.025, 0.975)


def parts_of(metric: Metric) -> frozenset[Part]:
    """The tables that a metric is computed from."""
    if metric.name in {"CDDL", "CDDPL"}:
        return frozenset({"labels_by" if metric.basis == "labels" else "predictions_by"})
    return frozenset({metric.basis})


def intervals(
    tables: Tables, names: Iterable[str], stream: Stream = "window", draws: int = DRAWS
) -> dict[str, Interval]:
    """By metric; metrics that have no value, and the flip test, have none.

    The percentiles of the draws, stretched to the value: with no or with all rows of a kind it lies at the end. A
    divergence has no sign, so its draws never come near 0; it may be 0 if the difference that it stands for may be.
    """
    metrics = [METRICS[name] for name in names]
    computed = [each for each in metrics if each.compute is not None and each.refusal(tables) is None]
    signed = {each.fact: METRICS[each.fact] for each in computed if each.fact}
    needed: frozenset[Part] = frozenset().union(*(parts_of(each) for each in (*computed, *signed.values())))
    if needed:
        draws = min(draws, at_once(tables, needed))  # fewer only with hundreds of strata
    sample = drawn(tables, draws, stream, needed)
    found: dict[str, Interval] = {}
    for metric in computed:
        lower, upper = _ends(metric, sample, tables)
        if metric.fact and metric.fact in signed:
            low, high = _ends(signed[metric.fact], sample, tables)
            lower = min(lower, 0.0) if low <= 0.0 <= high else lower
        found[metric.name] = lower, upper
    return found


def side_intervals(metric: Metric, tables: Tables, draws: int = DRAWS) -> tuple[Interval, Interval] | None:
    """Of the figures of a and d that the metric compares; None if it does not."""
    if metric.sides is None or metric.refusal(tables) is not None:
        return None
    sample = metric.sides(drawn(tables, draws, "window", parts_of(metric)))
    values = metric.sides(tables)
    a, d = (_stretched(_percentiles(each), float(value)) for each, value in zip(sample, values, strict=True))
    return a, d


@dataclass(frozen=True, slots=True)
class Enough:
    """Whether a metric has enough rows.

    Attributes:
        smallest: The smallest count that it divides by.
        expected: What the baseline's shares make that count in so many rows; the same as `smallest` without a baseline.
        rows: How many rows it has.
        needed: About how many rows it would take; None if that is unknown, because a cell is empty.
    """

    smallest: int
    expected: float
    rows: int
    needed: int | None

    @property
    def observed(self) -> bool:
        """Whether there are enough in fact."""
        return self.smallest >= SMALLEST_CELL

    @property
    def testable(self) -> bool:
        """Whether enough were to be expected.

        What is expected does not depend on what is found. Testing only windows that happen to have enough rows of a
        kind would test those in which there are too many of them; and a window that has lost them all would be quiet.
        """
        return self.expected >= SMALLEST_CELL


def enough_rows(metric: Metric, tables: Tables, baseline: Tables | None = None) -> Enough:
    """The smallest-cell rule."""
    smallest, rows = int(metric.divides_by(tables).min()), sum(tables.size(metric.basis))
    share = _smallest_share(metric, tables if baseline is None else baseline)
    expected = share * rows if baseline is not None else float(smallest)
    if min(expected, smallest) >= SMALLEST_CELL:
        return Enough(smallest, expected, rows, rows)
    return Enough(smallest, expected, rows, max(rows + 1, ceil(SMALLEST_CELL / share)) if share else None)


def _smallest_share(metric: Metric, tables: Tables) -> float:
    rows = sum(tables.size(metric.basis))
    return float(metric.divides_by(tables).min()) / rows if rows else 0.0


def _ends(metric: Metric, sample: Tables, tables: Tables) -> Interval:
    assert metric.compute is not None  # those without have no interval
    return _stretched(_percentiles(metric.compute(sample)), float(metric.compute(tables)))


def _percentiles(values: Figure) -> Interval:
    lower, upper = np.quantile(values, _TAILS)
    return float(lower), float(upper)


def _stretched(ends: Interval, value: float) -> Interval:
    return min(ends[0], value), max(ends[1], value)
