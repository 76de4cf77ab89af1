"""Quantiles and tails of the distributions that tests and intervals need."""

from collections.abc import Callable
from math import erfc, exp, inf, isinf, lgamma, log, log1p, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_PRECISION = 1e-15
_MOST_TERMS = 100_000
_TINY = 1e-300
_STEPS = 200


def normal_quantile(share: float) -> float:
    """The value that a standard normal variable does not exceed with this probability, 0 < share < 1."""
    return _NORMAL.inv_cdf(share)


def normal_tail(value: float) -> float:
    """P(Z > value); 0 and 1 at the infinities."""
    return erfc(value / sqrt(2.0)) / 2.0


def beta_share(value: float, a: float, b: float) -> float:
    """P(B <= value) of a beta variable: the regularised incomplete beta function I_value(a, b).

    Lentz's continued fraction, as in Numerical Recipes, 3rd edition, section 6.4.
    """
    if value <= 0.0:
        return 0.0
    if value >= 1.0:
        return 1.0
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(value) + b * log1p(-value))
    if value < (a + 1.0) / (a + b + 2.0):
        return scale * _beta_fraction(value, a, b) / a
    return 1.0 - scale * _beta_fraction(1.0 - value, b, a) / b


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value that a beta variable does not exceed with this probability, to the last digits."""
    return _root(lambda value: beta_share(value, a, b) - share, 0.0, 1.0)


def student_tail(value: float, degrees: float) -> float:
    """P(T > value) of Student's t; the normal tail for infinitely many degrees of freedom."""
    if isinf(degrees):
        return normal_tail(value)
    both = beta_share(degrees / (degrees + value * value), degrees / 2.0, 0.5)
    return both / 2.0 if value > 0.0 else 1.0 - both / 2.0


def student_quantile(share: float, degrees: float) -> float:
    """The value that Student's t does not exceed with this probability, 0 < share < 1."""
    if isinf(degrees):
        return normal_quantile(share)
    tail = min(share, 1.0 - share)
    ratio = beta_quantile(2.0 * tail, degrees / 2.0, 0.5)
    size = sqrt(degrees * (1.0 / ratio - 1.0)) if ratio > 0.0 else inf
    return size if share > 0.5 else -size  # noqa: PLR2004 - the median


def chi_square_tail(degrees: float, statistic: float) -> float:
    """P(X > statistic) of a chi-square variable: the upper incomplete gamma function Q(degrees / 2, statistic / 2).

    Series below a + 1, Lentz's continued fraction above, as in Numerical Recipes, 3rd edition, section 6.2.
    """
    a, x = degrees / 2.0, statistic / 2.0
    if x <= 0.0:
        return 1.0
    scale = exp(a * log(x) - x - lgamma(a))
    return 1.0 - scale * _gamma_series(a, x) if x < a + 1.0 else scale * _gamma_fraction(a, x)


def chi_square_quantile(share: float, degrees: float) -> float:
    """The value that a chi-square variable does not exceed with this probability, 0 < share < 1."""
    most = degrees + 100.0
    while chi_square_tail(degrees, most) > 1.0 - share:
        most *= 2.0
    return _root(lambda value: 1.0 - share - chi_square_tail(degrees, value), 0.0, most)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, _MOST_TERMS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 / _away_from_zero(1.0 + numerator * d)
            c = _away_from_zero(1.0 + numerator / c)
            fraction *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            break
    return fraction


def _gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for step in range(1, _MOST_TERMS):
        term *= x / (a + step)
        total += term
        if term < total * _PRECISION:
            break
    return total


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    fraction = d
    for step in range(1, _MOST_TERMS):
        numerator = -step * (step - a)
        b += 2.0
        d = 1.0 / _away_from_zero(numerator * d + b)
        c = _away_from_zero(b + numerator / c)
        fraction *= d * c
        if abs(d * c - 1.0) < _PRECISION:
            break
    return fraction


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero, by false position that halves the end which stays (Illinois)."""
    below, above = rising(low), rising(high)
    if below >= 0.0:
        return low
    if above <= 0.0:
        return high
    side = 0
    for step in range(_STEPS):
        # Every third step halves, so that flat ends cannot hold the search up.
        middle = (low + high) / 2.0 if step % 3 == 2 else (low * above - high * below) / (above - below)  # noqa: PLR2004
        if not low < middle < high:
            middle = (low + high) / 2.0
        if high - low <= 4e-16 * high or middle in {low, high}:
            break
        found = rising(middle)
        if found == 0.0:
            return middle
        if found < 0.0:
            low, below = middle, found
            above = above / 2.0 if side < 0 else above
            side = -1
        else:
            high, above = middle, found
            below = below / 2.0 if side > 0 else below
            side = 1
    return (low + high) / 2.0
