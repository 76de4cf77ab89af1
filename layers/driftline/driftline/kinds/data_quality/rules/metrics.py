"""The metrics of an execution, with SageMaker's names, so that alarms made for Model Monitor keep working.

Per feature `feature_<what>_<feature>`, with the dimensions Endpoint and MonitoringSchedule. Every metric costs money,
so by default only the features that drifted most get theirs.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from driftline.domain.metrics import Metric, StatisticValues
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.kinds.data_quality.rules.check import Verdict
from driftline.kinds.data_quality.rules.comparison import FeatureDrift
from driftline.kinds.data_quality.rules.constraints import Constraints, Switch
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics
from driftline.kinds.data_quality.rules.summary import largest_distance

TOP_FEATURES = 5


def metrics_of(
    verdict: Verdict,
    statistics: Statistics,
    observations: Mapping[str, Observation],
    constraints: Constraints,
    *,
    endpoint: str,
    schedule: str,
    level: MetricsLevel = "top",
    top_features: int = TOP_FEATURES,
) -> list[Metric]:
    """Totals, then features in the order of the statistics.

    Args:
        level: `all` gives every metric of every feature; `top` drift and completeness of the features that drifted
            most; `totals` those of no feature; `none` nothing at all. `emit_metrics` of constraints.json switches
            metrics off as well, for all features or for one.
        schedule: The value of the dimension MonitoringSchedule.
    """
    switch = constraints.monitoring_config.emit_metrics
    dimensions = {"Endpoint": endpoint, "MonitoringSchedule": schedule}
    if level == "none":
        return []
    switches = {feature.name: feature.switch("emit_metrics", switch) for feature in constraints.features}
    emitted = {feature.name for feature in statistics.features if switches.get(feature.name, switch) is Switch.ENABLED}
    drifts = {drift.name: drift for drift in verdict.drifts if drift.name in emitted}
    metrics = list(_totals(verdict, statistics, dimensions)) if switch is Switch.ENABLED else []
    if level == "totals":
        return metrics
    if level == "top":
        ranked = sorted(drifts.values(), key=_severity, reverse=True)  # stable: ties keep the constraints' order
        emitted &= {drift.name for drift in ranked[:top_features]}
    for feature in statistics.features:
        if feature.name in emitted:
            metrics += _feature(feature, drifts.get(feature.name), dimensions)
            if level == "all":
                metrics += _details(feature, observations[feature.name], dimensions)
    return metrics


def alarmed_metrics(
    names: AbstractSet[str],
    verdict: Verdict,
    statistics: Statistics,
    observations: Mapping[str, Observation],
    *,
    endpoint: str,
    schedule: str,
) -> list[Metric]:
    """The metrics with these names, whatever the level and `emit_metrics`.

    An alarm on a metric implies that it is wanted. A metric that this window does not have is not in the result.
    """
    if not names:
        return []
    dimensions = {"Endpoint": endpoint, "MonitoringSchedule": schedule}
    drifts = {drift.name: drift for drift in verdict.drifts}
    metrics = list(_totals(verdict, statistics, dimensions))
    for feature in statistics.features:
        metrics += _feature(feature, drifts.get(feature.name), dimensions)
        metrics += _details(feature, observations[feature.name], dimensions)
    return [metric for metric in metrics if metric.name.strip() in names]


def _severity(drift: FeatureDrift) -> float:
    """How far the value is beyond its threshold, in the worse direction; minus infinity if it is NaN."""
    distance = drift.distance
    beyond = distance.threshold - distance.value if distance.lower_is_worse else distance.value - distance.threshold
    return beyond if beyond == beyond else float("-inf")  # noqa: PLR0124 (NaN differs from itself)


def _totals(verdict: Verdict, statistics: Statistics, dimensions: Mapping[str, str]) -> Iterator[Metric]:
    """SageMaker has total_number_of_violations for model quality only; the others are Driftline's."""
    yield Metric("total_number_of_violations", float(len(verdict.findings)), "Count", dimensions)
    yield Metric("rows", float(statistics.dataset.item_count), "Count", dimensions)
    drifted = sum(drift.distance.drifted for drift in verdict.drifts)
    yield Metric("drifted_features", float(drifted), "Count", dimensions)
    worst = largest_distance(verdict)
    if worst is not None:
        yield Metric("worst_drift", worst, dimensions=dimensions)


def _feature(feature: FeatureStatistics, drift: FeatureDrift | None, dimensions: Mapping[str, str]) -> Iterator[Metric]:
    if drift is not None and drift.distance.value == drift.distance.value:
        yield Metric(f"feature_baseline_drift_{feature.name}", drift.distance.value, dimensions=dimensions)
    if feature.common.completeness is not None:
        yield Metric(f"feature_completeness_{feature.name}", feature.common.completeness, dimensions=dimensions)


def _details(feature: FeatureStatistics, observation: Observation, dimensions: Mapping[str, str]) -> Iterator[Metric]:
    numbers, texts, types = feature.numerical_statistics, feature.string_statistics, observation.types
    if numbers and numbers.sum is not None and numbers.min is not None and numbers.max is not None:
        values = StatisticValues(float(numbers.common.num_present), numbers.sum, numbers.min, numbers.max)
        yield Metric(f"feature_data_{feature.name}", values, dimensions=dimensions)
    distinct = numbers.approximate_num_distinct_values if numbers else texts.distinct_count if texts else None
    counts = {
        "null": feature.common.num_missing,
        "non_null": feature.common.num_present,
        "estimated_unique_values": distinct,
        "fractional_counts": types.fractional,
        "integral_counts": types.integral,
        "string_counts": types.string,
        "boolean_counts": types.boolean,
        "unknown_counts": feature.common.num_missing,
    }
    for what, count in counts.items():
        if count is not None:
            yield Metric(f"feature_{what}_{feature.name}", float(count), "Count", dimensions)
