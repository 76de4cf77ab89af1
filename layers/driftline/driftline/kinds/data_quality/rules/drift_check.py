"""Whether the distribution of a feature has moved."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from driftline.domain.drift import chi_squared
from driftline.domain.drift.distance import (
    BucketShift,
    CategoricalMethod,
    Comparison,
    ComparisonMethod,
    Direction,
    Distance,
    DriftMethod,
)
from driftline.domain.drift.stability import in_one_family
from driftline.domain.executions.finding import Finding, Move
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.rules.comparison import FeatureDrift, NotCompared, compare
from driftline.kinds.data_quality.rules.constraints import DistributionConstraints, Switch
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

SUGGESTED_THRESHOLD = 0.1
_SUGGESTED = (ComparisonMethod.ROBUST, SUGGESTED_THRESHOLD, CategoricalMethod.L_INFINITY, SUGGESTED_THRESHOLD)


def is_suggested(options: DistributionConstraints) -> bool:
    """Whether nobody chose how drift is compared: these are the options that SageMaker and Driftline suggest."""
    return (
        options.comparison_method,
        options.comparison_threshold,
        options.categorical_drift_method,
        options.categorical_threshold,
    ) == _SUGGESTED


def check_drift(
    statistics: FeatureStatistics,
    observation: Observation,
    baseline: Statistics | None,
    options: DistributionConstraints,
    mode: Comparison,
    method: DriftMethod = DriftMethod.DISTANCE,
) -> FeatureDrift | NotCompared | None:
    """The comparison of one feature; None where the drift check as a whole is off, which a note says."""
    if baseline is None or options.perform_comparison is not Switch.ENABLED:
        return None
    reference = baseline.by_name.get(statistics.name)
    if reference is None:
        return NotCompared(statistics.name, "the baseline's statistics lack this feature")
    return compare(statistics, observation, reference, options, mode, method)


def decided(
    drifts: Sequence[FeatureDrift], method: DriftMethod, options: DistributionConstraints, mode: Comparison
) -> list[FeatureDrift]:
    """The features of one window. Tests are adjusted for their number; distances decide feature by feature.

    A p-value of chi-square's test at the limit that is suggested for distances is nobody's choice: of thirty features
    that have not changed, three would be below 0.1. Its limit is a level of all features together instead.
    """
    if method is DriftMethod.PSI:
        return _with(drifts, in_one_family([drift.distance for drift in drifts]))
    if mode is Comparison.SAGEMAKER or options.categorical_threshold != SUGGESTED_THRESHOLD:
        return list(drifts)
    tests = [drift for drift in drifts if drift.distance.lower_is_worse]
    judged = {each.name: each for each in _with(tests, chi_squared.in_one_family([each.distance for each in tests]))}
    return [judged.get(drift.name, drift) for drift in drifts]


def _with(drifts: Sequence[FeatureDrift], distances: Sequence[Distance]) -> list[FeatureDrift]:
    return [replace(drift, distance=distance) for drift, distance in zip(drifts, distances, strict=True)]


def drift_finding(drift: FeatureDrift) -> Finding:
    distance = drift.distance
    if distance.lower_is_worse:
        text = f"Baseline drift p-value: {java_double(distance.value)} is below threshold: "
    else:
        text = f"Baseline drift distance: {java_double(distance.value)} exceeds threshold: "
    text += java_double(distance.threshold)
    return Finding(
        subject=drift.name,
        check=CheckType.BASELINE_DRIFT.value,
        description=text,
        measure="p_value" if distance.lower_is_worse else "distance",
        figure="p-value" if distance.lower_is_worse else "drift",
        observed=defined(distance.value),
        required=distance.threshold,
        side="at_least" if distance.lower_is_worse else "at_most",
        statistic=defined(distance.statistic) if distance.statistic != distance.value else None,
        method=distance.method,
        interval=distance.interval,
        n=distance.n,
        p_value=defined(distance.p_value),
        direction=distance.direction.value if distance.direction is not Direction.NONE else None,
        moves=tuple(move_of(shift) for shift in drift.top_buckets),
    )


def move_of(shift: BucketShift) -> Move:
    return Move(lower=shift.lower, upper=shift.upper, value=shift.value, baseline=shift.baseline, current=shift.current)


def defined(value: float | None) -> float | None:
    """None for what JSON has no number for."""
    return None if value is None or isnan(value) else value
