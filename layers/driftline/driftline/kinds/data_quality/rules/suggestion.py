"""The constraints that a data set suggests, by SageMaker's rules."""

from collections.abc import Collection, Mapping, Sequence

from driftline.domain.drift.distance import CategoricalMethod
from driftline.kinds.data_quality.rules.constraints import (
    Constraints,
    DistributionConstraints,
    FeatureConstraints,
    MonitoringConfig,
    NumConstraints,
    Overrides,
    StringConstraints,
    Switch,
)
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

MOST_UNIQUE = 0.1
"""Domains are suggested when at most this share of the distinct values occurs once (Deequ's CategoricalRangeRule)."""

SUGGESTED_CONFIG = MonitoringConfig(
    distribution_constraints=DistributionConstraints(
        categorical_comparison_threshold=0.1, categorical_drift_method=CategoricalMethod.L_INFINITY
    )
)


def suggest_constraints(
    statistics: Statistics, config: MonitoringConfig = SUGGESTED_CONFIG, mixed: Collection[str] = ()
) -> Constraints:
    """One set of constraints per feature, in the order of the statistics.

    Args:
        mixed: Names of the String features that have numbers among their texts. SageMaker's suggestion does not know
            them, and the data set's own rows fail its type check.
    """
    features = tuple(_suggest(feature, mixed=feature.name in mixed) for feature in statistics.features)
    return Constraints(features=features, monitoring_config=config)


def with_excluded(constraints: Constraints, names: Sequence[str]) -> Constraints:
    """The constraints of all columns of a data set, in its order: those left out are named and switched off.

    Columns of CSV payloads are found by their place among these names.
    """
    off = Overrides(evaluate_constraints=Switch.DISABLED, emit_metrics=Switch.DISABLED)
    known = {feature.name: feature for feature in constraints.features}
    features = (
        known.get(name) or FeatureConstraints(name=name, inferred_type="Unknown", overrides=off) for name in names
    )
    return constraints.model_copy(update={"features": tuple(features)})


def mixed_features(observations: Mapping[str, Observation]) -> tuple[str, ...]:
    """Names of the features with texts and numbers."""
    return tuple(name for name, each in observations.items() if each.types.texts and each.types.numbers)


def _suggest(feature: FeatureStatistics, *, mixed: bool) -> FeatureConstraints:
    numbers = feature.numerical_statistics
    domains = _domains(feature.histogram)
    non_negative = numbers is not None and numbers.min is not None and numbers.min >= 0
    return FeatureConstraints(
        name=feature.name,
        inferred_type=feature.inferred_type,
        accepts_numbers=mixed,
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
