"""The baseline's and the window's distribution over the same bins or values, so that they can be drawn together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf, log10, nextafter
from typing import Protocol

import numpy as np

from driftline.domain.drift.rank_map import RankMap, true_ranks
from driftline.domain.profiles.packing import Floats

BINS = 30
"""About so many bins; their width is a round number."""

MOST_BARS = 24
"""Up to so many distinct values each get a bar of their own, numbers or categories."""

_TAIL = 0.005
"""Share of the rows at either end that may be left out of the picture, if the picture gains by it."""

_GAIN = 1.5
"""The whole range is shown unless it is so many times as wide as the range without the tails."""

LARGEST = 1e300
"""What is larger, infinities in files of others among it, has no place on an axis."""

_SMALLEST = 1e-300
"""Widths below it are those of numbers that cannot be told apart on an axis."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_PROBABILITIES = np.linspace(0.0, 1.0, 41)


class Shares(Protocol):
    """A distribution function."""

    def shares_below(self, keys: Floats) -> Floats:
        """Share of the rows strictly below each key."""
        ...

    def quantiles(self, probabilities: Floats) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Retained:
    """Of the values that a KLL sketch retained."""

    ranks: RankMap

    def shares_below(self, keys: Floats) -> Floats:
        return self.ranks.shares_below(keys)

    def quantiles(self, probabilities: Floats) -> Floats:
        """The smallest value with at least this share of the rows at or below it."""
        places = np.searchsorted(self.ranks.ranks / self.ranks.size, probabilities - 1e-12)
        return self.ranks.values[np.minimum(places, len(self.ranks.values) - 1)]


@dataclass(frozen=True, slots=True)
class Bucketed:
    """Of a file without a sketch: rows are spread evenly within each bucket. `edges`: (k + 1,), `below`: (k + 1,)."""

    edges: Floats
    below: Floats

    def shares_below(self, keys: Floats) -> Floats:
        return np.interp(keys, self.edges, self.below, left=0.0, right=1.0)

    def quantiles(self, probabilities: Floats) -> Floats:
        return np.interp(probabilities, self.below, self.edges)


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares by value: categories, or numbers with few distinct ones. `rest`: shares of values without a bar."""

    values: tuple[str, ...]
    baseline: tuple[float, ...] | None
    current: tuple[float, ...] | None
    rest: tuple[float, float, int] | None = None


@dataclass(frozen=True, slots=True)
class Bins:
    """Shares of the bins [edge i, edge i + 1), and below the first and above the last; None: there are no values."""

    edges: tuple[float, ...]
    baseline: tuple[float, ...] | None
    current: tuple[float, ...] | None
    below: tuple[float, float]
    above: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Values at the same probabilities, ascending: the distribution functions turned on their side."""

    probabilities: tuple[float, ...]
    baseline: tuple[float, ...] | None
    current: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """What there is to draw: nothing, bars, or bins with quantiles."""

    bars: Bars | None = None
    bins: Bins | None = None
    quantiles: Quantiles | None = None


def of_numbers(current: Shares | None, baseline: Shares | None) -> Distribution:
    """Bars of few distinct values, else bins; there must be one side at least."""
    sides = [side for side in (baseline, current) if side is not None]
    quantiles = Quantiles(
        tuple(_PROBABILITIES.tolist()),
        tuple(baseline.quantiles(_PROBABILITIES).tolist()) if baseline else None,
        tuple(current.quantiles(_PROBABILITIES).tolist()) if current else None,
    )
    distinct = _distinct(sides)
    if distinct is not None:
        return Distribution(bars=_by_value(distinct, current, baseline), quantiles=quantiles)
    return Distribution(bins=_bins(current, baseline), quantiles=quantiles)


def _bins(current: Shares | None, baseline: Shares | None) -> Bins:
    edges = bin_edges([side for side in (baseline, current) if side is not None])
    return Bins(
        tuple(edges.tolist()),
        _within(baseline, edges),
        _within(current, edges),
        (_below(baseline, edges), _below(current, edges)),
        (_above(baseline, edges), _above(current, edges)),
    )


def bins_of(current: Sequence[float], baseline: Sequence[float] = ()) -> Bins:
    """Of numbers themselves; there must be one of the window."""
    return _bins(retained(current), retained(baseline) if baseline else None)


def retained(values: Sequence[float]) -> Retained:
    return Retained(true_ranks([sorted(values)]))


def _distinct(sides: Sequence[Shares]) -> Floats | None:
    """All values of both sides, if they are few; None where a sketch lacks, or there are many."""
    retained = [side.ranks.values for side in sides if isinstance(side, Retained)]
    if len(retained) < len(sides):
        return None
    values = np.unique(np.concatenate(retained))
    return values if len(values) <= MOST_BARS else None


def _by_value(values: Floats, current: Shares | None, baseline: Shares | None) -> Bars:
    ends = np.append(values[1:], np.inf)
    names = tuple(
        f"{value:g}" if f"{value:g}" == repr(value).removesuffix(".0") else repr(value) for value in values.tolist()
    )

    def shares(side: Shares | None) -> tuple[float, ...] | None:
        return tuple((side.shares_below(ends) - side.shares_below(values)).tolist()) if side else None

    return Bars(names, shares(baseline), shares(current))


def of_categories(current: Mapping[str, int] | None, baseline: Mapping[str, int] | None) -> Distribution:
    """Rows by value. The most frequent values of either side come first; what has no bar is added up."""
    if not current and not baseline:
        return Distribution()
    now, then = _normalised(current), _normalised(baseline)
    values = sorted({*now, *then}, key=lambda value: (-max(now.get(value, 0.0), then.get(value, 0.0)), value))
    kept, rest = values[:MOST_BARS], values[MOST_BARS:]
    left = sum(then.get(value, 0.0) for value in rest), sum(now.get(value, 0.0) for value in rest), len(rest)
    bars = Bars(
        tuple(kept),
        tuple(then.get(value, 0.0) for value in kept) if then else None,
        tuple(now.get(value, 0.0) for value in kept) if now else None,
        left if rest else None,
    )
    return Distribution(bars=bars)


def _normalised(histogram: Mapping[str, int] | None) -> dict[str, float]:
    total = sum(histogram.values()) if histogram else 0
    return {value: count / total for value, count in histogram.items()} if histogram and total else {}


def bin_edges(sides: Sequence[Shares]) -> Floats:
    """Ascending edges at multiples of a round width, over all values or over all but the tails."""
    ends = np.array([0.0, _TAIL, 1.0 - _TAIL, 1.0])
    quantiles = np.array([side.quantiles(ends) for side in sides])
    lowest, low, high, highest = (
        quantiles[:, 0].min(), quantiles[:, 1].min(), quantiles[:, 2].max(), quantiles[:, 3].max()
    )  # fmt: skip
    if high <= low or highest - lowest <= _GAIN * (high - low):
        low, high = lowest, highest
    width = _round_width(high / BINS - low / BINS)
    first = float(np.floor(low / width))
    count = max(1, int(np.ceil(high / width) - first))
    edges: Floats = (first + np.arange(count + 1, dtype=np.float64)) * width
    # Beside large numbers the steps of doubles may be wider than the bins.
    edges = np.unique(np.append(edges[edges > low], min(edges[0], low)))
    if high == highest and edges[-1] <= high:
        # A value on the last edge belongs into a bin.
        edges = np.append(edges, max(edges[-1] + width, nextafter(high, inf)))
    return edges


def _round_width(width: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least as wide."""
    if width < _SMALLEST:
        return 1.0 if width <= 0.0 else _SMALLEST
    power = 10.0 ** floor(log10(width))
    return next(step * power for step in (*_STEPS, 20.0) if step * power >= width * (1.0 - 1e-9))


def _within(side: Shares | None, edges: Floats) -> tuple[float, ...] | None:
    return tuple(np.diff(side.shares_below(edges)).tolist()) if side else None


def _below(side: Shares | None, edges: Floats) -> float:
    return float(side.shares_below(edges[:1])[0]) if side else 0.0


def _above(side: Shares | None, edges: Floats) -> float:
    return 1.0 - float(side.shares_below(edges[-1:])[0]) if side else 0.0
