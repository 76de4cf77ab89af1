"""Exact statements about shares: an interval of one, and a test of two against each other."""

from math import exp, lgamma, sqrt

import numpy as np

from driftline.domain.inference.distributions import beta_quantile

TAIL = 0.025
"""What a 95 % interval may miss on each side."""

_FARTHEST = 40.0
"""Standard deviations, and terms, behind which a tail adds nothing that a double could hold."""


def clopper_pearson(successes: float, trials: float, tail: float = TAIL) -> tuple[float, float] | None:
    """The interval that misses a share with at most this probability on each side (Clopper and Pearson 1934).

    `trials` may be an effective number; neither has to be whole. None without trials.
    """
    if not trials > 0:
        return None
    lower = beta_quantile(tail, successes, trials - successes + 1) if successes > 0 else 0.0
    upper = beta_quantile(1.0 - tail, successes + 1, trials - successes) if successes < trials else 1.0
    return lower, upper


def more_often(hits: int, rows: int, hits_before: int, rows_before: int) -> float:
    """The probability that chance alone puts so many of all hits, or more, into `rows` (Fisher's exact test).

    `hits` of `rows` are compared with `hits_before` of `rows_before`. Given how many hits there are in all, each way
    to spread them is equally likely if nothing has changed: the level holds for any share and any size.
    """
    return hypergeometric_tail(hits, hits + hits_before, rows, rows + rows_before)


def hypergeometric_tail(least: int, marked: int, drawn: int, total: int) -> float:
    """P(X >= least); X is how many are marked among `drawn` of `total`, of which `marked` are marked."""
    most, fewest = min(marked, drawn), max(0, marked + drawn - total)
    if least <= fewest:
        return 1.0
    if least > most:
        return 0.0
    if least * total <= marked * drawn:
        # Below the mean the other tail is the shorter sum: fewer are marked when more are not.
        return max(0.0, 1.0 - _upper_tail(drawn - least + 1, total - marked, drawn, total))
    return min(1.0, _upper_tail(least, marked, drawn, total))


def _upper_tail(least: int, marked: int, drawn: int, total: int) -> float:
    """From a count at the mean or above it on, each term is the one before times a falling ratio."""
    first = exp(_choices(marked, least) + _choices(total - marked, drawn - least) - _choices(total, drawn))
    share = marked / total
    deviation = sqrt(drawn * share * (1.0 - share))
    last = min(marked, drawn, least + int(_FARTHEST * (deviation + 1.0)))
    counts = np.arange(least, last, dtype=np.float64)
    ratios = (marked - counts) * (drawn - counts) / ((counts + 1.0) * (total - marked - drawn + counts + 1.0))
    return first * (1.0 + float(np.cumprod(ratios).sum()))


def _choices(among: int, chosen: int) -> float:
    """Logarithm of the number of ways to choose."""
    return lgamma(among + 1) - lgamma(chosen + 1) - lgamma(among - chosen + 1)
