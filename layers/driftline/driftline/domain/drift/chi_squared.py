"""Pearson's chi-square test of a histogram against its baseline, with Deequ's regrouping of rare categories.

Two modes. `sagemaker` is Deequ's goodness-of-fit test: the baseline's shares count as exact, and categories that the
baseline lacks are left out. `driftline` is the test of homogeneity of the 2 x k table: the baseline is a sample too,
and new categories count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, isnan, nan
from typing import Self

from driftline.domain.drift.distance import Comparison, ComparisonMethod, Direction, Distance
from driftline.domain.inference.distributions import chi_square_tail
from driftline.domain.inference.families import adjusted

LEVEL = 0.001
"""The share of quiet windows in which any feature of a monitor may drift, where nobody chose a limit. In its tail the
chi-square approximation of small counts is up to several times too light: it takes no more than a test with 0.002.
"""

_CATEGORIES_OF_A_TEST = 2
_SMALL_OF_TWO = 10.0
_SMALL = 5.0
_TOLERATED_SHARE = 0.2


def chi_squared_distance(
    current: Mapping[str, int],
    baseline: Mapping[str, int],
    method: ComparisonMethod,
    threshold: float,
    mode: Comparison,
) -> Distance:
    """Robust decides by the p-value (drift when below the threshold), Simple by the statistic (drift when above).

    Deequ returns the p-value for Robust and the statistic for Simple; how SageMaker compares it is not known. A
    p-value above the threshold indicates equal distributions, so the other reading would alarm on identical data. With
    fewer than two categories left after regrouping there is no test: everything is NaN, and nothing drifted.
    """
    statistic, p_value = (
        goodness_of_fit(current, baseline) if mode is Comparison.SAGEMAKER else homogeneity(current, baseline)
    )
    robust = method is ComparisonMethod.ROBUST
    value = p_value if robust else statistic
    n, m = sum(current.values()), sum(baseline.values())
    shares = {key: current.get(key, 0) / n - baseline.get(key, 0) / m for key in {**baseline, **current}}
    location = max(shares, key=lambda key: abs(shares[key]))
    moved = Direction.HIGHER if shares[location] > 0 else Direction.LOWER
    return Distance(
        method=f"ChiSquared {method.value}",
        statistic=statistic,
        value=value,
        n=float(n),
        m=float(m),
        threshold=threshold,
        interval=None,
        direction=moved if shares[location] else Direction.NONE,
        location=location,
        drifted=value < threshold if robust else value > threshold,
        p_value=p_value,
        lower_is_worse=robust,
        comparable=False,
    )


def in_one_family(distances: Sequence[Distance]) -> list[Distance]:
    """Tests of all features of one window by the p-value, adjusted for each other; features without a test stay."""
    defined = [distance.value for distance in distances if not isnan(distance.value)]
    p_values = iter(adjusted(defined, level=LEVEL))
    return [distance if isnan(distance.value) else _at_level(distance, next(p_values)) for distance in distances]


def _at_level(distance: Distance, p_value: float) -> Distance:
    return replace(distance, value=p_value, p_value=p_value, threshold=LEVEL, drifted=p_value < LEVEL)


def goodness_of_fit(sample: Mapping[str, int], expected: Mapping[str, int]) -> tuple[float, float]:
    """(statistic, p-value) of the sample against the expected shares, as Deequ's `categoricalChiSquareTest`.

    (NaN, NaN) with fewer than two categories, also in the sample: a window with one category of the baseline is not
    tested.
    """
    known = sum(count for key, count in sample.items() if key in expected)
    total = sum(expected.values())
    groups = [_Group((key,), expected[key] / total * known, (float(sample.get(key, 0)),)) for key in expected]
    regrouped = _regroup(groups)
    # Deequ's regrouping writes the merged category into the sample, whether it was there before or not.
    seen = sum(len(group.keys) > 1 or group.keys[0] in sample for group in regrouped)
    seen += sum(key not in expected for key in sample)
    if known == 0 or len(regrouped) < _CATEGORIES_OF_A_TEST or seen < _CATEGORIES_OF_A_TEST:
        return nan, nan
    statistic = sum((group.observed[0] - group.expected) ** 2 / group.expected for group in regrouped)
    return statistic, chi_square_tail(len(regrouped) - 1, statistic)


def homogeneity(first: Mapping[str, int], second: Mapping[str, int]) -> tuple[float, float]:
    """(statistic, p-value) of the hypothesis that both histograms come from one distribution; (NaN, NaN) as above.

    Categories are regrouped by the expected count of the smaller sample, which is the one that limits the test.
    """
    n, m = sum(first.values()), sum(second.values())
    groups = []
    for key in {**second, **first}:
        pair = (float(first.get(key, 0)), float(second.get(key, 0)))
        if sum(pair):
            groups.append(_Group((key,), sum(pair) * min(n, m) / (n + m), pair))
    regrouped = _regroup(groups)
    if len(regrouped) < _CATEGORIES_OF_A_TEST:
        return nan, nan
    statistic = 0.0
    for group in regrouped:
        for observed, size in zip(group.observed, (n, m), strict=True):
            wanted = sum(group.observed) * size / (n + m)
            statistic += (observed - wanted) ** 2 / wanted
    return statistic, chi_square_tail(len(regrouped) - 1, statistic)


@dataclass(frozen=True, slots=True)
class _Group:
    """Categories that are tested as one."""

    keys: tuple[str, ...]
    expected: float
    observed: tuple[float, ...]

    def merge(self, other: Self) -> Self:
        observed = tuple(a + b for a, b in zip(self.observed, other.observed, strict=True))
        return type(self)(self.keys + other.keys, self.expected + other.expected, observed)


def _regroup(groups: list[_Group]) -> list[_Group]:
    """Merges the smallest expected category into the second smallest until enough are large.

    Two categories: none may be expected below 10 (Cochran 1952). More: at most a fifth of them, rounded down, below 5
    (Moore & McCabe 1999, p. 734).
    """
    ordered = sorted(groups, key=lambda group: group.expected)
    while len(ordered) > 1:
        if len(ordered) == _CATEGORIES_OF_A_TEST:
            enough = ordered[0].expected >= _SMALL_OF_TWO
        else:
            small = sum(group.expected < _SMALL for group in ordered)
            enough = small <= floor(_TOLERATED_SHARE * len(ordered))
        if enough:
            return ordered
        smallest, second, *rest = ordered
        ordered = sorted([smallest.merge(second), *rest], key=lambda group: group.expected)
    return ordered
