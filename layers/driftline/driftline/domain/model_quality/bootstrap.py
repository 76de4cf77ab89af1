"""Intervals by resampling counts, for metrics that have no formula. Seeded: equal counts give equal intervals.

Resampling n rows with replacement is drawing their counts from a multinomial distribution, so neither the rows nor
their number matter: only the number of different cells does.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from driftline.domain.model_quality.intervals import Interval
from driftline.domain.profiles.packing import Floats

REPLICATES = 1000
_SEED = 20_260_730
_TAILS = (0.025, 0.975)
_CELLS_AT_ONCE = 2_000_000


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
    batch = max(1, _CELLS_AT_ONCE // max(1, len(counts)))
    sizes = [min(batch, REPLICATES - start) for start in range(0, REPLICATES, batch)]
    values = np.concatenate([metrics(generator.multinomial(rows, shares, size=size)) for size in sizes])
    found = [_ends(column) for column in values.T]
    return np.array([each[0] for each in found]), np.array([each[1] for each in found])


def absolute_sum(means: Floats, deviations: Floats) -> Interval:
    """Of the sum of |means|, whose parts are normal with these standard deviations: the basic bootstrap.

    The sum of absolute values is biased upwards, and a resampled one once more; 2 * value - quantile takes the bias
    out instead of adding it. Never below 0.
    """
    generator = np.random.default_rng(_SEED)
    value = float(np.abs(means).sum())
    draws = np.abs(means + deviations * generator.standard_normal((REPLICATES, len(means)))).sum(axis=1)
    lower, upper = _ends(draws)
    return max(0.0, 2 * value - upper), max(0.0, 2 * value - lower)


def _ends(values: Floats) -> Interval:
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    lower, upper = np.quantile(kept, _TAILS)
    return float(lower), float(upper)
