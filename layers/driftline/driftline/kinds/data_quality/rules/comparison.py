"""The drift check of one feature: which distance, between what, and why there is none."""

from dataclasses import dataclass

from driftline.domain.drift.chi_squared import chi_squared_distance
from driftline.domain.drift.distance import BucketShift, CategoricalMethod, Comparison, Distance, DriftMethod
from driftline.domain.drift.linf import (
    categorical_distance,
    categorical_shifts,
    most_moved,
    numeric_distance,
    numeric_shifts,
)
from driftline.domain.drift.rank_map import Levels, rank_map, true_ranks
from driftline.domain.drift.single_precision import in_one_precision
from driftline.domain.drift.stability import categorical_stability, numeric_stability
from driftline.kinds.data_quality.rules.constraints import DistributionConstraints
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import NUMERIC_TYPES, FeatureStatistics

NO_SKETCH = "the baseline's statistics have no sketch"


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """A compared feature.

    Attributes:
        new_categories: Values that the baseline's histogram lacks, most frequent first.
    """

    name: str
    distance: Distance
    top_buckets: tuple[BucketShift, ...]
    new_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A feature without a drift check, and the reason."""

    name: str
    reason: str


def compare(
    current: FeatureStatistics,
    observation: Observation,
    baseline: FeatureStatistics,
    options: DistributionConstraints,
    mode: Comparison,
    method: DriftMethod = DriftMethod.DISTANCE,
) -> FeatureDrift | NotCompared:
    """Numbers are compared by their sketches, strings by their histograms."""
    name = current.name
    if current.common.num_present == 0:
        return NotCompared(name, "no values in the window")
    if baseline.inferred_type in NUMERIC_TYPES:
        return _compare_numbers(current, baseline, options, mode, method)
    if baseline.inferred_type == "String":
        return _compare_strings(current, observation, baseline, options, mode, method)
    return NotCompared(name, "the baseline has no values")


def _compare_numbers(
    current: FeatureStatistics,
    baseline: FeatureStatistics,
    options: DistributionConstraints,
    mode: Comparison,
    method: DriftMethod,
) -> FeatureDrift | NotCompared:
    if baseline.levels is None:
        return NotCompared(current.name, NO_SKETCH)
    if current.levels is None:
        return NotCompared(
            current.name, f"the baseline is {baseline.inferred_type}, the window {current.inferred_type}"
        )
    now: Levels = current.levels
    then: Levels = baseline.levels
    if mode is Comparison.DRIFTLINE:
        now, then = in_one_precision(now, then)
    ranks, before = rank_map(now, mode), rank_map(then, mode)
    if method is DriftMethod.PSI:
        distance = numeric_stability(ranks, before)
    else:
        distance = numeric_distance(ranks, before, options.comparison_method, options.comparison_threshold)
    shifts = numeric_shifts(true_ranks(now), true_ranks(then))
    return FeatureDrift(current.name, distance, most_moved(shifts))


def _compare_strings(
    current: FeatureStatistics,
    observation: Observation,
    baseline: FeatureStatistics,
    options: DistributionConstraints,
    mode: Comparison,
    drift_method: DriftMethod,
) -> FeatureDrift | NotCompared:
    then, now = baseline.histogram, current.histogram or observation.categories
    if then is None:
        return NotCompared(current.name, "the baseline has no histogram (more than 120 distinct values)")
    if now is None:
        return NotCompared(current.name, "the window has no histogram (more than 120 distinct values)")
    method, threshold = options.comparison_method, options.categorical_threshold
    if drift_method is DriftMethod.PSI:
        distance = categorical_stability(now, then)
    elif options.categorical_drift_method is CategoricalMethod.CHI_SQUARED:
        distance = chi_squared_distance(now, then, method, threshold, mode)
    else:
        distance = categorical_distance(now, then, method, threshold)
    new = sorted((value for value in now if value not in then), key=lambda value: (-now[value], value))
    return FeatureDrift(current.name, distance, most_moved(categorical_shifts(now, then)), tuple(new))
