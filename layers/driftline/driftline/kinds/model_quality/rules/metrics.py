"""The metrics of an execution, with SageMaker's names, so that alarms made for Model Monitor keep working."""

from collections.abc import Sequence
from math import isfinite

from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.settings import HEADLINES


def metrics_of(quality: Quality, violations: int, coverage: float | None, endpoint: str, schedule: str) -> list[Metric]:
    """Every defined metric by its key of statistics.json, `total_number_of_violations`, and Driftline's own: `coverage`
    and the interval of the headline.

    Args:
        schedule: The value of the dimension MonitoringSchedule.
    """
    dimensions = {"Endpoint": endpoint, "MonitoringSchedule": schedule}
    metrics = [
        Metric(name, metric.value, dimensions=dimensions)
        for name, metric in quality.metrics.items()
        if isfinite(metric.value)
    ]
    headline = HEADLINES[quality.problem]
    if (value := quality.metrics.get(headline)) and value.interval:
        ends = zip(("lower", "upper"), value.interval, strict=True)
        metrics += [Metric(f"{headline}_{end}", bound, dimensions=dimensions) for end, bound in ends if isfinite(bound)]
    metrics.append(Metric("total_number_of_violations", float(violations), "Count", dimensions))
    if coverage is not None:
        metrics.append(Metric("coverage", coverage, dimensions=dimensions))
    return metrics


def published_at(level: MetricsLevel, metrics: Sequence[Metric], problem: ProblemType) -> Sequence[Metric]:
    """What is published for people, of all metrics."""
    if level == "none":
        return ()
    if level != "totals":
        return metrics
    totals = {"total_number_of_violations", "coverage", HEADLINES[problem]}
    return [metric for metric in metrics if metric.name in totals]
