"""A feature's distribution in a few hundred bytes, such that any bins can be drawn of it later.

The windows of a trend must be drawn over the same bins, and which bins are good is known only when all windows are
there. So a record keeps no bins of equal width, but 40 bins of known shares between quantiles: where the values are
dense the bins are narrow. Within a bin the rows are taken to be spread evenly, so a share is off by less than one
bin's, 2.7 %. Few distinct values are kept as they are.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np

from driftline.domain.profiles.packing import Floats
from driftline.presentation.distributions import Retained, Shares

BINS = 40
CATEGORIES = 24
LONGEST = 200
"""Characters of a name that are kept; of a longer one the beginning and a digest."""

_TAIL = 0.005
PROBABILITIES: Final = np.concatenate(([0.0, _TAIL], np.linspace(0.025, 0.975, BINS - 3), [1.0 - _TAIL, 1.0]))
"""Of the quantiles that are kept, ends and tails among them: (41,)."""

_DIGITS = 6


class Quantiles(msgspec.Struct, frozen=True, tag="quantiles"):
    """`values`: (41,), ascending, at PROBABILITIES."""

    values: tuple[float, ...]

    def shares_below(self, keys: Floats) -> Floats:
        """Share of the rows below each key."""
        values, first = np.unique(self.values, return_index=True)
        last = np.append(first[1:], len(self.values)) - 1
        after = np.searchsorted(values, keys, side="left")
        inside = np.clip(after, 1, len(values) - 1) if len(values) > 1 else np.zeros(len(keys), dtype=np.intp)
        before = np.maximum(inside - 1, 0)
        # Between two values the rows are spread evenly; on a value that repeats they are all at once.
        # In halves, so that the width of the widest range is still a number.
        start, end = values[before] / 2.0, values[inside] / 2.0
        way = np.clip((keys / 2.0 - start) / np.maximum(end - start, np.finfo(np.float64).tiny), 0.0, 1.0)
        low, high = PROBABILITIES[last[before]], PROBABILITIES[first[inside]]
        shares = low + way * (high - low)
        at = np.minimum(after, len(values) - 1)
        shares = np.where(values[at] == keys, PROBABILITIES[first[at]], shares)
        return np.asarray(np.where(keys > values[-1], 1.0, np.where(keys <= values[0], 0.0, shares)), dtype=np.float64)


class Masses(msgspec.Struct, frozen=True, tag="values"):
    """Few distinct numbers, ascending, with the share of each."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def shares_below(self, keys: Floats) -> Floats:
        """Share of the rows below each key."""
        below = np.concatenate(([0.0], np.cumsum(self.shares)))
        return np.asarray(below[np.searchsorted(np.array(self.values), keys, side="left")], dtype=np.float64)


class Categories(msgspec.Struct, frozen=True, tag="categories"):
    """The most frequent values first; `rest`: the share of all others."""

    names: tuple[str, ...]
    shares: tuple[float, ...]
    rest: float


type Numbers = Quantiles | Masses
type Shape = Quantiles | Masses | Categories


def shape_of(numbers: Shares | None, histogram: Mapping[str, int] | None) -> Shape | None:
    """Of numbers, else of rows by value; None where there is nothing to draw, or too many different texts."""
    if numbers is None:
        return _categories(histogram) if histogram else None
    if isinstance(numbers, Retained) and len(numbers.ranks.values) <= BINS:
        ranks = numbers.ranks
        return Masses(tuple(ranks.values.tolist()), _shorts(np.diff(ranks.ranks, prepend=0.0) / ranks.size))
    return Quantiles(_shorts(numbers.quantiles(PROBABILITIES)))


def kept_name(name: str) -> str:
    """A name that is the same in every window, and short."""
    if len(name) <= LONGEST:
        return name
    digest = sha256(name.encode("utf-8", errors="replace")).hexdigest()[:8]
    return f"{name[: LONGEST - 40]}… ({len(name):,} characters, {digest})"


def _categories(histogram: Mapping[str, int]) -> Categories | None:
    total = sum(histogram.values())
    if not total:
        return None
    ordered = sorted(histogram.items(), key=lambda item: (-item[1], item[0]))
    kept = ordered[:CATEGORIES]
    return Categories(
        tuple(kept_name(name) for name, _ in kept),
        _shorts(np.array([count / total for _, count in kept])),
        short(sum(count for _, count in ordered[CATEGORIES:]) / total),
    )


def short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _shorts(values: Floats) -> tuple[float, ...]:
    return tuple(map(short, values.tolist()))
