"""Ranks of the values in a KLL sketch, in SageMaker's way and with true weights.

A sketch is a list of levels; an item at level L stands for 2**L rows (Deequ's QuantileNonSample).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.domain.drift.distance import Comparison
from driftline.domain.profiles.kll import K

type Levels = Sequence[Sequence[float] | NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class RankMap:
    """An empirical distribution function.

    Attributes:
        values: Distinct values, ascending.
        ranks: Inclusive rank of each value: rows at or below it.
        error: Maximum error of a share, because the sketch retains some values only.
    """

    values: NDArray[np.float64]
    ranks: NDArray[np.float64]
    error: float = 0.0

    @property
    def size(self) -> float:
        """The largest rank, which the comparison uses as the number of rows."""
        return float(self.ranks[-1]) if len(self.ranks) else 0.0

    def shares_at(self, keys: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the rows at or below each key."""
        return self._look_up(keys, "right")

    def shares_below(self, keys: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the rows strictly below each key."""
        return self._look_up(keys, "left")

    def _look_up(self, keys: NDArray[np.float64], side: str) -> NDArray[np.float64]:
        before = np.searchsorted(self.values, keys, side="right" if side == "right" else "left")
        padded = np.concatenate(([0.0], self.ranks))
        return np.asarray(padded[before] / self.size, dtype=np.float64)


def _items(levels: Levels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """All items in level order, with the weight of each."""
    values = [np.asarray(level, dtype=np.float64) for level in levels]
    weights = [np.full(len(level), 2.0**height) for height, level in enumerate(levels)]
    if not values:
        return np.empty(0), np.empty(0)
    # Java's -0.0 and 0.0 compare as equal keys here; adding zero makes them one.
    return np.concatenate(values) + 0.0, np.concatenate(weights)


def _error(levels: Levels) -> float:
    """Rank error of a KLL sketch of k = 2048 with 99 % confidence, as a share; none while it retains all values.

    2.296 / k^0.9723, fitted by the authors of Apache DataSketches (KllSketch.getNormalizedRankError).
    """
    return 2.296 / K**0.9723 if any(len(level) for level in levels[1:]) else 0.0


def true_ranks(levels: Levels) -> RankMap:
    """Every retained item counts with its full weight, so the largest rank is the number of present rows."""
    values, weights = _items(levels)
    distinct, group = np.unique(values, return_inverse=True)
    ranks = np.cumsum(np.bincount(group, weights=weights, minlength=len(distinct)))
    return RankMap(distinct, ranks, _error(levels))


def collapsed_ranks(levels: Levels) -> RankMap:
    """SageMaker's rank map, which keeps one weight per distinct value: that of its last, highest level.

    Deequ's QuantileNonSample.getRankMap puts the sorted items into a map keyed by value, so duplicates overwrite each
    other. Ranks and the largest rank are sums over distinct values, not rows: flags, counts and codes can hardly drift.
    """
    values, weights = _items(levels)
    order = np.argsort(values, kind="stable")  # stable: equal values stay in level order, the last one wins
    values, weights = values[order], weights[order]
    last = np.ones(len(values), dtype=bool)
    last[:-1] = values[1:] != values[:-1]
    return RankMap(values[last], np.cumsum(weights[last]), _error(levels))


def rank_map(levels: Levels, mode: Comparison) -> RankMap:
    return collapsed_ranks(levels) if mode is Comparison.SAGEMAKER else true_ranks(levels)
