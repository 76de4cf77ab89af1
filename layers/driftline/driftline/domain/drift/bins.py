"""Two samples of numbers as counts in the same bins: the baseline's deciles, and values that occur often by themselves.

A bin is half open, [edge, next edge); the first one begins at minus infinity and the last one has no end. Small
samples have fewer and larger bins, so that there are rows to count in each. A value that fills a bin by itself is one,
so that a shift from zero to almost zero is seen. A column with few distinct values has a bin for each, and further ones
for what lies between them.
"""

from collections.abc import Mapping
from math import inf

import numpy as np
from numpy.typing import NDArray

from driftline.domain.drift.rank_map import RankMap

MOST = 10
ROWS = 12.5
"""Rows to expect in a bin of the smaller sample: a few more than a test of groups needs (homogeneity.FREQUENT)."""

REPEATED = 10.0
"""Rows with the same value before it is one of a few, and no coincidence."""


def binned(current: RankMap, baseline: RankMap) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """(current, baseline): number of rows by bin, whose name is its bounds."""
    bounds = edges(baseline, parts_of(current.size, baseline.size))
    names = [f"{low!r} to {high!r}" for low, high in zip((-inf, *bounds), (*bounds, inf), strict=True)]
    now, then = (
        np.rint(np.diff(np.concatenate(([0.0], each.shares_below(bounds), [1.0]))) * each.size)
        for each in (current, baseline)
    )
    return dict(zip(names, now.tolist(), strict=True)), dict(zip(names, then.tolist(), strict=True))


def parts_of(size: float, other_size: float) -> int:
    """How many equal parts the baseline is cut into for samples of these sizes."""
    return int(max(1.0, min(MOST, min(size, other_size) // ROWS)))


def edges(baseline: RankMap, parts: int = MOST) -> NDArray[np.float64]:
    """The inner bounds of the bins, ascending."""
    values, size = baseline.values, baseline.size
    counts = np.diff(baseline.ranks, prepend=0.0)
    few = len(values) <= MOST and size >= REPEATED * len(values)
    alone = np.full(len(values), few) | (counts >= max(REPEATED, size / parts))
    bounds: list[float] = []
    place, last = 0, len(values) - 1
    apart = [*np.flatnonzero(alone).tolist(), len(values)]
    for own in apart:
        while place < own:
            # As many values as make up a part, up to the next one that stands by itself.
            before = float(baseline.ranks[place - 1]) if place else 0.0
            end = int(np.searchsorted(baseline.ranks, before + size / parts))
            if end >= own or end == last:
                break
            bounds.append(_after(float(values[end])))
            place = end + 1
        if own <= last:
            bounds += [float(values[own]), _after(float(values[own]))]
        place = own + 1
    return np.unique(bounds)


def _after(value: float) -> float:
    return float(np.nextafter(value, inf))
