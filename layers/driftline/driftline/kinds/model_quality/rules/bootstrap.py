"""Intervals by resampling counts, for metrics that have no formula. Seeded: equal counts give equal intervals.

Resampling n rows with replacement is drawing their counts from a multinomial distribution, so neither the rows nor
their number matter: only the number of different cells does.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.estimates import Interval, Share
from driftline.kinds.model_quality.rules.intervals import Z

REPLICATES = 1000
_SEED = 20_260_730
_TAILS = (0.025, 0.975)
_OUTSTANDING = 2.0
_CELLS_AT_ONCE = 2_000_000
_HALVINGS = 30
_MOST_DRAWS = 20_000_000  # a second or two; only hundreds of classes have more than 20,000 cells
_LEAST_REPLICATES = 200


def percentile(
    counts: NDArray[np.int64], metrics: Callable[[NDArray[np.int64]], Floats]
) -> tuple[Floats, Floats] | None:
    """Percentile intervals (Efron 1979) of several metrics of the same counts.

    Args:
        counts: Rows per cell, shape (cells,).
        metrics: From counts of shape (replicates, cells) to values of shape (replicates, metrics).

    Returns:
        Lower and upper ends, each of shape (metrics,); NaN replicates are left out. None without rows.
    """
    rows = int(counts.sum())
    if not rows:
        return None
    generator = np.random.default_rng(_SEED)
    shares = counts / rows
    batch = max(1, _CELLS_AT_ONCE // len(counts))
    replicates = max(_LEAST_REPLICATES, min(REPLICATES, _MOST_DRAWS // len(counts)))
    sizes = [min(batch, replicates - start) for start in range(0, replicates, batch)]
    values = np.concatenate([metrics(generator.multinomial(rows, shares, size=size)) for size in sizes])
    found = [_ends(column) for column in values.T]
    return np.array([each[0] for each in found]), np.array([each[1] for each in found])


def effective_share(value: float, ends: Interval, most: float) -> Share:
    """A metric between 0 and 1 as a share with the bootstrap's spread and without its bias.

    Resampled metrics lie around value + bias: their middle less the value is the bias (Efron and Tibshirani 1993,
    section 10.2). The trials are those at which a share would vary as much, at most `most`.
    """
    lower, upper = ends
    half = (upper - lower) / 2
    centre = min(1.0, max(0.0, 2 * value - (lower + upper) / 2))
    if half <= 0 or not 0 < value < 1:
        return Share(centre * most, most)
    trials = min(most, max(1.0, value * (1 - value) * Z * Z / (half * half)))
    return Share(centre * trials, trials)


def absolute_sum(means: Floats, deviations: Floats) -> Interval:
    """Of the sum of |true means|, whose estimates `means` are normal with these standard deviations.

    The estimated sum is at least the sum with the true signs, which is normal around the truth: the upper end is the
    estimate + z times the root of the summed variances. It is biased upwards, and above 0 even where every true mean
    is 0. So the lower end is the smallest sum of true means, all of one shape, that would give the observed sum with no
    tail below 2.5 % (a test turned round, on simulated estimates). Three shapes are tried, the estimates, the estimates
    shrunk by their noise, and those alone that stand out of it, times a factor: which one is right depends on how many
    true means are 0.
    """
    value = float(np.abs(means).sum())
    if not value:
        return 0.0, 0.0
    sizes = np.abs(means)
    shrunk = means * (1 - np.square(np.divide(deviations, sizes, out=np.ones_like(means), where=sizes > deviations)))
    outstanding = np.where(sizes > _OUTSTANDING * deviations, means, 0.0)
    noise = deviations * np.random.default_rng(_SEED).standard_normal((REPLICATES, len(means)))
    shapes = [shape for shape in (means, shrunk, outstanding) if shape.any()]
    lower = min(_sum_with_tail(shape, noise, value, _TAILS[1]) for shape in shapes)
    return lower, value + Z * float(np.sqrt(deviations @ deviations))


def _sum_with_tail(shape: Floats, noise: Floats, value: float, tail: float) -> float:
    """The sum of |true means| of this shape at which `value` is the quantile of estimated sums; 0 if even 0 is beyond.

    By halving: the larger the true means, the larger the estimated sums.
    """
    unit = shape / np.abs(shape).sum()
    low, high = 0.0, 2.0 * (value + float(np.abs(noise).sum(axis=1).max()))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        sums = np.abs(middle * unit + noise).sum(axis=1)
        low, high = (low, middle) if float(np.quantile(sums, tail)) >= value else (middle, high)
    return high if low else 0.0


def _ends(values: Floats) -> Interval:
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    lower, upper = np.quantile(kept, _TAILS)
    return float(lower), float(upper)
