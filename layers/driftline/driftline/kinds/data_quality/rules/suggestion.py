"""The constraints that a data set suggests, by SageMaker's rules."""

from collections.abc import Mapping

from driftline.domain.drift.distance import CategoricalMethod
from driftline.kinds.data_quality.rules.constraints import (
    Constraints,
    DistributionConstraints,
    FeatureConstraints,
    MonitoringConfig,
    NumConstraints,
    StringConstraints,
)
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

MOST_UNIQUE = 0.1
"""Domains are suggested when at most this share of the distinct values occurs once (Deequ's CategoricalRangeRule)."""

SUGGESTED_CONFIG = MonitoringConfig(
    distribution_constraints=DistributionConstraints(
        categorical_comparison_threshold=0.1, categorical_drift_method=CategoricalMethod.L_INFINITY
    )
)


def suggest_constraints(statistics: Statistics, config: MonitoringConfig = SUGGESTED_CONFIG) -> Constraints:
    """One set of constraints per feature, in the order of the statistics."""
    features = tuple(_suggest(feature) for feature in statistics.features)
    return Constraints(features=features, monitoring_config=config)


def _suggest(feature: FeatureStatistics) -> FeatureConstraints:
    numbers = feature.numerical_statistics
    domains = _domains(feature.histogram)
    non_negative = numbers is not None and numbers.min is not None and numbers.min >= 0
    return FeatureConstraints(
        name=feature.name,
        inferred_type=feature.inferred_type,
        completeness=feature.common.completeness,
        num_constraints=NumConstraints(is_non_negative=non_negative) if numbers else None,
        string_constraints=StringConstraints(domains=domains) if domains else None,
    )


def _domains(histogram: Mapping[str, int] | None) -> tuple[str, ...] | None:
    """All categories, in the order of the histogram; None when too many of them occur only once."""
    if not histogram:
        return None
    unique = sum(count == 1 for count in histogram.values())
    return tuple(histogram) if unique / len(histogram) <= MOST_UNIQUE else None
