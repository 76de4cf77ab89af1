"""What 95 % intervals of areas, F scores and medians are made of, from counts."""

import math
from collections.abc import Callable

from driftline.domain.inference.areas import Area
from driftline.domain.inference.distributions import student_quantile
from driftline.domain.inference.proportions import TAIL

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

LEAST_OF_MEDIAN = 6
"""With fewer rows no pair of order statistics covers 95 %."""

_HALVINGS = 60

type Interval = tuple[float, float]

_HALF = 0.5
"""A row that could be of either kind."""


def f_size(true_positives: float, false_positives: float, false_negatives: float, beta: float) -> float:
    """The number of trials at which a proportion F = T / (T + N) has F's variance; 0 where F is undefined.

    T = (1 + b^2) TP, N = b^2 FN + FP. The delta method on multinomial counts gives var(F) = F^2 (1-F)^2 (S / N^2 +
    1 / TP), S = b^4 FN + FP, so n = (T+N)^2 / (T S / N + (1+b^2) N). Half a row is added to FN and FP where S is
    divided by N: of one or two misses chance decides the kind, and the other kind may weigh four times as much.
    """
    square = beta * beta
    hits = (1 + square) * true_positives
    misses = square * false_negatives + false_positives
    if not hits + misses > 0:
        return 0.0
    missed, wrong = false_negatives + _HALF, false_positives + _HALF
    spread = (square * square * missed + wrong) / (square * missed + wrong)
    return (hits + misses) ** 2 / (hits * spread + (1 + square) * misses)


def auc(found: Area, effect: float = 1.0) -> Interval:
    """The wider, on each side, of DeLong's and Newcombe's fifth method (2006); an area of 0 or 1 has Newcombe's only.

    DeLong's: on the scale of log(area / (1 - area)), where it stays inside [0, 1] (Pepe 2003, section 5.2.5), with
    Student's t. Newcombe's: the areas at which Hanley and McNeil's variance does not exclude the observed one.

    Args:
        effect: The design effect, by which the number of rows is divided.
    """
    lower, upper = _newcombe(found.value, found.positives / effect, found.negatives / effect)
    if 0 < found.value < 1 and found.variance > 0:
        value = found.value
        spread = student_quantile(1.0 - TAIL, found.degrees) * math.sqrt(found.variance * effect)
        centre, width = math.log(value / (1 - value)), spread / (value * (1 - value))
        lower, upper = min(lower, _logistic(centre - width)), max(upper, _logistic(centre + width))
    return lower, upper


def _newcombe(value: float, positives: float, negatives: float) -> Interval:
    """The roots of (value - t)^2 = z^2 V(t), V(t) = t (1-t) (1 + s ((1-t) / (2-t) + t / (1+t))) / (P N).

    s = (P + N) / 2 - 1: with as many positives as negatives, Hanley and McNeil's variance.
    """
    larger = (positives + negatives) / 2 - 1

    def inside(tried: float) -> bool:
        mixed = (1 - tried) / (2 - tried) + tried / (1 + tried)
        variance = tried * (1 - tried) * (1 + larger * mixed) / (positives * negatives)
        return (value - tried) ** 2 <= Z * Z * variance

    return _farthest(inside, value, 0.0), _farthest(inside, value, 1.0)


def _farthest(inside: Callable[[float], bool], start: float, end: float) -> float:
    """The farthest value from `start` towards `end` that is still inside, by halving."""
    near, far = start, end
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if inside(middle) else (near, middle)
    return far


def median_ranks(rows: float) -> tuple[float, float] | None:
    """Shares of the order statistics around the median (binomial, normal approximation); None below six rows.

    `rows` may be an effective number.
    """
    if rows < LEAST_OF_MEDIAN:
        return None
    spread = Z * math.sqrt(rows) / 2
    return max(1.0, math.floor(rows / 2 - spread)) / rows, min(rows, math.ceil(rows / 2 + spread) + 1) / rows


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
