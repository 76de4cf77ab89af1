"""Which features' attributions have moved: two-sample Kolmogorov-Smirnov distances of every view."""

import math
from dataclasses import dataclass

import numpy as np

from driftline.kinds.model_explainability.rules.samples import Floats
from driftline.kinds.model_explainability.rules.views import VIEWS

_TERMS = 100
_CERTAIN = 0.2
"""Below it the tail of the Kolmogorov distribution is 1 to all digits."""


@dataclass(frozen=True, slots=True)
class Distance:
    """Of one feature.

    Attributes:
        value: The distance of the view that moved most.
        view: Its name.
        p_value: For the feature: the smallest of its views, times their number.
    """

    value: float
    view: str
    p_value: float


def distances(before: Floats, now: Floats) -> list[Distance]:
    """One for each feature; both of shape (rows, features, views)."""
    found = []
    for feature in range(before.shape[1]):
        each = [_largest_gap(before[:, feature, view], now[:, feature, view]) for view in range(before.shape[2])]
        most = int(np.argmax(each))
        tail = kolmogorov_tail(each[most], len(before), len(now))
        found.append(Distance(each[most], VIEWS[most], min(1.0, tail * len(each))))
    return found


def _largest_gap(before: Floats, now: Floats) -> float:
    """The largest difference of the two distribution functions."""
    ordered, other = np.sort(before), np.sort(now)
    places = np.concatenate((ordered, other))
    below = np.searchsorted(ordered, places, side="right") / len(ordered)
    return float(np.abs(below - np.searchsorted(other, places, side="right") / len(other)).max())


def kolmogorov_tail(distance: float, rows: int, others: int) -> float:
    """The probability of such a distance if nothing has changed: too large, never too small, where values repeat.

    The limiting distribution with Stephens's correction for its size (1970, as in Numerical Recipes, 3rd edition,
    section 14.3.3).
    """
    size = math.sqrt(rows * others / (rows + others))
    value = (size + 0.12 + 0.11 / size) * distance
    if value < _CERTAIN:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2.0 * (k * value) ** 2) for k in range(1, _TERMS))
    return min(1.0, max(0.0, 2.0 * math.fsum(terms)))
