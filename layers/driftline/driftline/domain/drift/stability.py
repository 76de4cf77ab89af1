"""The drift of all features of a window by tests: what chance does not explain, and is large enough to matter.

Each feature has a p-value (homogeneity.py) and a size, the population stability index. The p-values of a window are
adjusted for their number. What chance explains counts as no distance at all, so that the distance alone decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from driftline.domain.drift.bins import binned
from driftline.domain.drift.distance import ComparisonMethod, Distance
from driftline.domain.drift.homogeneity import Homogeneity, compare_histograms, raw_stability_index, stability_index
from driftline.domain.drift.linf import categorical_distance, numeric_distance
from driftline.domain.drift.rank_map import RankMap
from driftline.domain.inference.families import adjusted

METHOD = "PSI"

SMALLEST = 0.05
"""The smallest drift that matters: half of 0.1, below which the field's rule of thumb sees no change worth a look."""

LEVEL = 0.002
"""The share of quiet windows in which any feature of a monitor may drift.

A fifth of what all checks of a monitor may take together (families.LEVEL), so that there is room for the others. It
costs little: the shift that is found in half of the windows would be a tenth smaller at 1 % with 200 rows, and no
smaller from 1,000 rows on.
"""

_DECILE = 0.1 * 0.9
"""Variance of the share of a tenth, in one row."""


def numeric_stability(current: RankMap, baseline: RankMap) -> Distance:
    """Numbers in the baseline's bins; both maps must have at least one value."""
    found = compare_histograms(*binned(current, baseline), effective_size(current), effective_size(baseline))
    return _of(found, numeric_distance(current, baseline, ComparisonMethod.SIMPLE, SMALLEST))


def categorical_stability(current: Mapping[str, int], baseline: Mapping[str, int]) -> Distance:
    """Histograms of texts; both must have at least one row."""
    found = compare_histograms(current, baseline, sum(current.values()), sum(baseline.values()))
    return _of(found, categorical_distance(current, baseline, ComparisonMethod.SIMPLE, SMALLEST))


def effective_size(ranks: RankMap) -> float:
    """How many rows would make a tenth's share as uncertain as these and their sketch together do.

    Both ends of a bin have the sketch's error, whose bound is taken for its standard deviation.
    """
    return 1.0 / (1.0 / ranks.size + 2.0 * ranks.error**2 / _DECILE)


def in_one_family(distances: Sequence[Distance]) -> list[Distance]:
    """The features of one window, with p-values that are adjusted for each other, and the decisions."""
    p_values = adjusted([distance.p_value or 0.0 for distance in distances], level=LEVEL)
    return [_decided(distance, p_value) for distance, p_value in zip(distances, p_values, strict=True)]


def _decided(distance: Distance, p_value: float) -> Distance:
    value = distance.value if p_value <= LEVEL else 0.0
    return replace(distance, value=value, p_value=p_value, drifted=value > distance.threshold)


def _of(found: Homogeneity, farthest: Distance) -> Distance:
    """With the place and direction of the largest difference of the distribution functions, or of the shares."""
    sizes = {stability_index(groups): raw_stability_index(groups) for groups in (found.groups, found.rarest)}
    value = max(sizes)
    return replace(
        farthest,
        method=METHOD,
        statistic=sizes[value],
        value=value,
        interval=None,
        drifted=False,
        p_value=found.p_value,
    )
