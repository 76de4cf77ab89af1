"""How much each feature matters: mean |SHAP| in baseline and window, its share of all, and the ratio of both."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_explainability.rules.samples import Floats, Pair

_Z = 1.959963984540054

CLOSE = 0.1
"""How far a feature's ratio may be from the common one, as a share of it, to count as the same scaling."""

HELD = 0.9
"""The share of all attribution whose features must scale alike for "all attributions" to be a fair summary."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Window over baseline.

    Attributes:
        value: Infinite if the baseline's mean is 0; None if both are.
        interval: 95 %, chance in both samples; None if one of the means is 0.
    """

    value: float | None
    interval: tuple[float, float] | None

    def excludes(self, value: float) -> bool:
        return self.interval is not None and not self.interval[0] <= value <= self.interval[1]


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """Of the features for one output, each an array over the features.

    Attributes:
        baseline, window: Mean |SHAP|.
        baseline_share, window_share: Of the sum over all features; 0 if every attribution is 0.
    """

    baseline: Floats
    window: Floats
    baseline_share: Floats
    window_share: Floats


def importance(pair: Pair, output: int) -> Importance:
    before, now = (np.abs(each.attributions[:, :, output]).mean(axis=0) for each in (pair.baseline, pair.window))
    return Importance(before, now, _shares(before), _shares(now))


def matters(held: Importance, smallest: float) -> NDArray[np.bool_]:
    """Which features matter: all but the least important ones that hold less than `smallest` together.

    What a feature holds is its larger share, of the baseline's and the window's.
    """
    largest = np.maximum(held.baseline_share, held.window_share)
    order = np.argsort(largest, kind="stable")
    found = np.zeros(len(largest), np.bool_)
    found[order] = np.cumsum(largest[order]) >= smallest
    return found


def ratios(pair: Pair, output: int) -> list[Ratio]:
    """One for each feature."""
    before, now = (np.abs(each.attributions[:, :, output]) for each in (pair.baseline, pair.window))
    return [ratio(before[:, feature], now[:, feature]) for feature in range(before.shape[1])]


def ratio(before: Floats, now: Floats) -> Ratio:
    """Of two means of values that are not negative: the delta method on the logarithm of their ratio."""
    first, second = float(before.mean()), float(now.mean())
    if first == 0.0:
        return Ratio(None if second == 0.0 else math.inf, None)
    if second == 0.0:
        return Ratio(0.0, None)
    error = math.sqrt(_relative_variance(before, first) + _relative_variance(now, second))
    value = second / first
    return Ratio(value, (value * math.exp(-_Z * error), value * math.exp(_Z * error)))


def common_scale(pair: Pair, output: int, held: Importance, least: float) -> Ratio | None:
    """The one factor by which all attributions have changed; None if they have not, or not all alike.

    It is the ratio of the sums of |SHAP| over a row's features. Features that together hold HELD of the baseline must
    each be CLOSE to it, or have an interval that contains it.

    Args:
        least: The smallest change of the logarithm that matters.
    """
    before, now = (np.abs(each.attributions[:, :, output]) for each in (pair.baseline, pair.window))
    common = ratio(before.sum(axis=1), now.sum(axis=1))
    if before.shape[1] < 2 or not common.value or common.interval is None:  # noqa: PLR2004 - one feature is no "all"
        return None
    if not common.excludes(1.0) or abs(math.log(common.value)) < least:
        return None
    alike = [_alike(each, common.value) for each in ratios(pair, output)]
    return common if float(held.baseline_share[alike].sum()) >= HELD else None


def _alike(single: Ratio, common: float) -> bool:
    if not single.value or single.interval is None:
        return False
    return abs(single.value / common - 1.0) <= CLOSE or not single.excludes(common)


def _relative_variance(values: Floats, mean: float) -> float:
    return float(values.var(ddof=1)) / len(values) / mean**2 if len(values) > 1 else math.inf


def _shares(means: Floats) -> Floats:
    total = means.sum()
    return means / total if total > 0 else np.zeros_like(means)
