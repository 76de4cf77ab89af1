"""The smallest changes that the drift check finds, for a size of window and of baseline.

Counts in bins are drawn for a row of changes, with a fixed seed; which change is found in half, or in 90 %, of the
windows is read off in between. 500 windows for each change place it within about 2 %.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import erf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from driftline.domain.drift.bins import parts_of
from driftline.domain.drift.distance import C_ALPHA
from driftline.domain.drift.stability import LEVEL, SMALLEST
from driftline.domain.inference.distributions import chi_square_quantile

SHARE = 0.2
"""Of the category that grows: one of five, of which the others keep their proportions."""

_WINDOWS = 500
_STEPS = 5
_FINE = 60
_NORMAL = NormalDist()

type Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """A change, by how often it is found: in half of the windows, and in nine of ten."""

    half: float
    most: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """Attributes: window, baseline: rows; features: how many are tested together."""

    window: int
    baseline: int
    features: int = 1


def shift_by_distance(sizes: Sizes, threshold: float) -> Found:
    """A shift of a normal variable, in standard deviations, that Robust finds."""
    needed = _needed(sizes, threshold)
    first = 2.0 * _NORMAL.inv_cdf(min(0.99, (1.0 + needed) / 2.0))
    cuts = [_NORMAL.inv_cdf(part / _FINE) for part in range(1, _FINE)]
    return _found(partial(_shifted, cuts), partial(_beyond_distance, needed), 0.0, first, sizes)


def category_by_distance(sizes: Sizes, threshold: float) -> Found:
    """The share that a category of 20 % must reach so that LInfinity Robust finds it."""
    needed = _needed(sizes, threshold)
    return _found(_grown, partial(_beyond_share, needed), SHARE, needed, sizes)


def shift_by_test(sizes: Sizes) -> Found:
    """A shift of a normal variable, in standard deviations, that `drift: psi` finds among `features`."""
    parts = parts_of(sizes.window, sizes.baseline)
    cuts = [_NORMAL.inv_cdf(part / parts) for part in range(1, parts)]
    # PSI of a shift by d standard deviations is about d squared.
    return _found(partial(_shifted, cuts), partial(_beyond_test, sizes), 0.0, sqrt(_psi_needed(sizes, parts)), sizes)


def category_by_test(sizes: Sizes) -> Found:
    """The share that a category of 20 % must reach so that `drift: psi` finds it among `features`."""
    variance = SHARE * (1.0 - SHARE)
    return _found(_grown, partial(_beyond_test, sizes), SHARE, sqrt(_psi_needed(sizes, 5) * variance), sizes)


def _needed(sizes: Sizes, threshold: float) -> float:
    n, m = sizes.window, sizes.baseline
    return threshold + C_ALPHA * sqrt((n + m) / (n * m))


def _psi_needed(sizes: Sizes, groups: int) -> float:
    n, m = sizes.window, sizes.baseline
    return max(SMALLEST, (_critical(sizes.features, groups) - groups + 1) * (1.0 / n + 1.0 / m))


@cache
def _critical(features: int, groups: int) -> float:
    """The smallest chi-square that is found among as many features."""
    return chi_square_quantile(1.0 - LEVEL / features, groups - 1)


def _found(
    shares: Callable[[float], tuple[Shares, Shares]],
    beyond: Callable[[Shares, Shares], Shares],
    origin: float,
    expected: float,
    sizes: Sizes,
) -> Found:
    """Changes around the expected one are drawn; where the median and the lower tenth cross zero is what is found.

    Args:
        shares: (baseline, window) of a change.
        beyond: By how much counts of (baseline, window) exceed what is needed.
        origin: What no change is.
    """
    random = np.random.default_rng(20_130_308)
    changes = origin + expected * np.linspace(0.7, 1.5, _STEPS)
    baselines = random.multinomial(sizes.baseline, shares(origin)[0], _WINDOWS).astype(np.float64)
    middle, lower = [], []
    for change in changes.tolist():
        _, now = shares(min(change, 0.999) if origin else change)
        windows = random.multinomial(sizes.window, now, _WINDOWS).astype(np.float64)
        low, half = np.quantile(beyond(baselines, windows), (0.1, 0.5))
        middle.append(float(half))
        lower.append(float(low))
    return Found(_crossing(changes, middle), _crossing(changes, lower))


def _crossing(changes: Shares, margins: list[float]) -> float:
    """Where a rising course is zero; its end if it is zero nowhere."""
    return float(np.interp(0.0, np.maximum.accumulate(margins), changes))


def _shifted(cuts: list[float], shift: float) -> tuple[Shares, Shares]:
    """Shares of a normal variable between the cuts, before and after it has moved up."""
    both = (np.array([(1.0 + erf((cut - by) / sqrt(2.0))) / 2.0 for cut in cuts]) for by in (0.0, shift))
    then, now = (np.diff(np.concatenate(([0.0], below, [1.0]))) for below in both)
    return then, now


def _grown(share: float) -> tuple[Shares, Shares]:
    others = round(1.0 / SHARE) - 1
    return np.array([SHARE] * (others + 1)), np.array([share, *[(1.0 - share) / others] * others])


def _beyond_distance(needed: float, then: Shares, now: Shares) -> Shares:
    below = np.cumsum(now, axis=1) / now.sum(1, keepdims=True) - np.cumsum(then, axis=1) / then.sum(1, keepdims=True)
    return np.asarray(np.abs(below).max(axis=1) - needed)


def _beyond_share(needed: float, then: Shares, now: Shares) -> Shares:
    return np.asarray(np.abs(now / now.sum(1, keepdims=True) - then / then.sum(1, keepdims=True)).max(axis=1) - needed)


def _beyond_test(sizes: Sizes, then: Shares, now: Shares) -> Shares:
    """As homogeneity.py for frequent values: the smaller margin of test and effect, in units of PSI."""
    n, m, groups = sizes.window, sizes.baseline, then.shape[1]
    expected = (then + now) / (n + m)
    sides = ((now, n), (then, m))
    pearson = sum(((rows - expected * size) ** 2 / (expected * size)).sum(1) for rows, size in sides)
    likelihood = sum(2.0 * (rows * np.log(np.maximum(rows, 1e-9) / (expected * size))).sum(1) for rows, size in sides)
    chance = 1.0 / n + 1.0 / m
    p, q = (now + 0.5) / (n + groups / 2), (then + 0.5) / (m + groups / 2)
    index = ((p - q) * np.log(p / q)).sum(1) - (groups - 1) * chance - SMALLEST
    return np.asarray(np.minimum((np.minimum(pearson, likelihood) - _critical(sizes.features, groups)) * chance, index))
