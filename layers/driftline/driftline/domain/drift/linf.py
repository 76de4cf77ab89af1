"""Largest difference of two distributions: of the distribution functions (numbers) or of the shares (categories)."""

from collections.abc import Mapping

import numpy as np

from driftline.domain.drift.distance import (
    BucketShift,
    ComparisonMethod,
    Direction,
    Distance,
    correct,
    interval,
)
from driftline.domain.drift.rank_map import RankMap


def numeric_distance(current: RankMap, baseline: RankMap, method: ComparisonMethod, threshold: float) -> Distance:
    """Two-sample Kolmogorov-Smirnov distance over the union of the retained values.

    Both maps must have at least one value. Source: Deequ's Distance.scala, `numericalDistance`.
    """
    keys = np.union1d(current.values, baseline.values)
    difference = current.shares_at(keys) - baseline.shares_at(keys)
    widest = int(np.argmax(np.abs(difference)))
    statistic = float(abs(difference[widest]))
    n, m = current.size, baseline.size
    value = correct(statistic, n, m, method)
    # A smaller share at or below the key means that the values increased.
    return Distance(
        method=method.value,
        statistic=statistic,
        value=value,
        n=n,
        m=m,
        threshold=threshold,
        interval=interval(statistic, n, m, sketch_error=current.error + baseline.error),
        direction=_direction(-float(difference[widest])),
        location=float(keys[widest]),
        drifted=value > threshold,
    )


def categorical_distance(
    current: Mapping[str, int], baseline: Mapping[str, int], method: ComparisonMethod, threshold: float
) -> Distance:
    """Largest difference of a category's share; categories that only one side has count as 0 on the other.

    Both histograms must have at least one row. Source: Deequ's Distance.scala, `categoricalDistance`.
    """
    n, m = sum(current.values()), sum(baseline.values())
    differences = {key: current.get(key, 0) / n - baseline.get(key, 0) / m for key in {**baseline, **current}}
    location = max(differences, key=lambda key: abs(differences[key]))  # ties: the baseline's order
    statistic = abs(differences[location])
    value = correct(statistic, n, m, method)
    return Distance(
        method=f"LInfinity {method.value}",
        statistic=statistic,
        value=value,
        n=float(n),
        m=float(m),
        threshold=threshold,
        interval=interval(statistic, n, m, regions=len(differences)),
        direction=_direction(differences[location]),
        location=location,
        drifted=value > threshold,
    )


def _direction(difference: float) -> Direction:
    if difference == 0.0:
        return Direction.NONE
    return Direction.HIGHER if difference > 0.0 else Direction.LOWER


def numeric_shifts(current: RankMap, baseline: RankMap, parts: int = 10) -> list[BucketShift]:
    """Shares of the baseline's equal-width buckets, and of the values outside them, then and now.

    Pass maps with true weights, whatever the mode of comparison: the shares are about rows.
    """
    low, high = float(baseline.values[0]), float(baseline.values[-1])
    edges = np.unique(np.linspace(low, high, parts + 1))
    beyond = np.nextafter(edges[-1:], np.inf)  # the last bucket includes its upper bound
    bounds = np.concatenate((edges[:-1], beyond)) if len(edges) > 1 else np.concatenate((edges, beyond))
    shown = edges if len(edges) > 1 else np.array([low, high])
    cumulative = [np.concatenate(([0.0], each.shares_below(bounds), [1.0])) for each in (baseline, current)]
    then, now = (np.diff(each) for each in cumulative)
    lowers = [None, *(float(edge) for edge in shown)]
    uppers = [*(float(edge) for edge in shown), None]
    return [
        BucketShift(lower, upper, None, float(before), float(after))
        for lower, upper, before, after in zip(lowers, uppers, then, now, strict=True)
    ]


def categorical_shifts(current: Mapping[str, int], baseline: Mapping[str, int]) -> list[BucketShift]:
    n, m = sum(current.values()), sum(baseline.values())
    return [
        BucketShift(None, None, key, baseline.get(key, 0) / m, current.get(key, 0) / n)
        for key in {**baseline, **current}
    ]


def most_moved(shifts: list[BucketShift], count: int = 3) -> tuple[BucketShift, ...]:
    """The buckets whose share changed most, if it changed at all; ties keep their order."""
    moved = [shift for shift in shifts if shift.current != shift.baseline]
    return tuple(sorted(moved, key=lambda shift: -abs(shift.current - shift.baseline))[:count])
