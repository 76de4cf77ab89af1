"""95 % intervals that need nothing but a few sums. Each returns (lower, upper), or None where there is none."""

import math

import numpy as np

from driftline.domain.profiles.packing import Floats

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

type Interval = tuple[float, float]


def wilson(successes: float, trials: float) -> Interval | None:
    """Of a proportion (Wilson 1927): the proportions that a score test at 5 % does not reject.

    Never outside [0, 1], and of use with 0 or all successes. `trials` may be an effective sample size.
    """
    if not trials > 0:
        return None
    share = successes / trials
    centre = share + Z * Z / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    scale = 1 + Z * Z / trials
    lower = 0.0 if successes <= 0 else max(0.0, (centre - spread) / scale)
    upper = 1.0 if successes >= trials else min(1.0, (centre + spread) / scale)
    return lower, upper


def f_score(true_positives: float, false_positives: float, false_negatives: float, beta: float) -> Interval | None:
    """Of F = T / (T + N), T = (1 + b^2) TP, N = b^2 FN + FP.

    The delta method on multinomial counts gives var(F) = F^2 (1-F)^2 (S / N^2 + 1 / TP), S = b^4 FN + FP. The interval
    is Wilson's for the sample size at which a proportion F has that variance, n = (T+N)^2 / (T S / N + (1+b^2) N);
    with N = 0 or T = 0 its limit, the smaller one where it depends on the direction.
    """
    square = beta * beta
    hits = (1 + square) * true_positives
    misses = square * false_negatives + false_positives
    if not hits + misses > 0:
        return None
    spread = (square * square * false_negatives + false_positives) / misses if misses else max(square, 1.0)
    size = (hits + misses) ** 2 / (hits * spread + (1 + square) * misses)
    return wilson(size * hits / (hits + misses), size)


def mean(value: float, variance: float, rows: int) -> Interval | None:
    """Of a mean, by the central limit theorem and Student's t; `variance`: the population variance of the rows."""
    if rows < 2 or not math.isfinite(variance):  # noqa: PLR2004, one row has no variance
        return None
    spread = student(rows - 1) * math.sqrt(max(variance, 0.0) / (rows - 1))
    return value - spread, value + spread


def positive_mean(value: float, variance: float, rows: int) -> Interval | None:
    """Of the mean of numbers that are not negative: `mean` of its logarithm (delta method), so it stays above 0.

    Errors are skewed: on the logarithm's scale the interval is right more often than a symmetric one.
    """
    if rows < 2 or not math.isfinite(variance) or not value > 0:  # noqa: PLR2004, one row has no variance
        return (0.0, 0.0) if value == 0 and rows > 1 else None
    factor = math.exp(min(700.0, student(rows - 1) * math.sqrt(max(variance, 0.0) / (rows - 1)) / value))
    return value / factor, value * factor


def student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t, by the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5).

    Off by less than 1 % from 3 degrees of freedom on; the first two are given.
    """
    if degrees <= 2:  # noqa: PLR2004, the two that are given
        return (12.706204736174707, 4.302652729749464)[max(0, degrees - 1)]
    z, v = Z, float(degrees)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / v + second / v**2 + third / v**3 + fourth / v**4


def auc_variance(negative: Floats, positive: Floats) -> tuple[float, float]:
    """(area, variance) of the ROC curve by DeLong, DeLong, Clarke-Pearson (1988), from counts per ascending score.

    A positive's component is the share of negatives below its score (ties count one half), a negative's the share of
    positives above; the variance is var(positives' components) / P + var(negatives') / N, with P-1 and N-1.
    NaN where a class has no row; the variance is NaN where one has a single row.
    """
    negatives, positives = float(negative.sum()), float(positive.sum())
    if not negatives or not positives:
        return math.nan, math.nan
    below = (np.cumsum(negative) - negative / 2) / negatives
    above = (positives - np.cumsum(positive) + positive / 2) / positives
    area = float(positive @ below / positives)
    if min(negatives, positives) < 2:  # noqa: PLR2004, one row has no variance
        return area, math.nan
    spread_positives = float(positive @ (below - area) ** 2) / (positives - 1) / positives
    spread_negatives = float(negative @ (above - area) ** 2) / (negatives - 1) / negatives
    return area, spread_positives + spread_negatives


def auc(negative: Floats, positive: Floats) -> Interval | None:
    """DeLong's, on the scale of log(area / (1 - area)), where it stays inside [0, 1] (Pepe 2003, section 5.2.5).

    An area of exactly 0 or 1 has no variance: then Wilson's with as many trials as the smaller class has rows.
    """
    area, variance = auc_variance(negative, positive)
    if math.isnan(area):
        return None
    if not 0 < area < 1 or not variance > 0:
        size = float(min(negative.sum(), positive.sum()))
        return wilson(area * size, size)
    centre = math.log(area / (1 - area))
    spread = Z * math.sqrt(variance) / (area * (1 - area))
    return _logistic(centre - spread), _logistic(centre + spread)


def median_ranks(rows: int) -> tuple[float, float] | None:
    """Shares of the order statistics around the median (binomial, normal approximation); None below six rows."""
    if rows < 6:  # noqa: PLR2004 - no pair of order statistics covers 95 %
        return None
    spread = Z * math.sqrt(rows) / 2
    return max(1.0, math.floor(rows / 2 - spread)) / rows, min(rows, math.ceil(rows / 2 + spread) + 1) / rows


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
