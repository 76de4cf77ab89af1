"""The metrics of an execution, with SageMaker's names, so that alarms made for Model Monitor keep working."""

from math import isfinite

from driftline.domain.metrics import Metric
from driftline.kinds.model_quality.rules.quality import Quality

NAMESPACE = "aws/sagemaker/Endpoints/model-metrics"
"""SageMaker's namespace of model quality metrics of endpoints; without a leading slash."""


HEADLINES = {"Regression": "mae", "BinaryClassification": "f1", "MulticlassClassification": "weighted_f1"}
"""By problem type, the metric whose 95 % interval is published as well, as `<metric>_lower` and `<metric>_upper`.

Only one, because every metric costs money. The names are Driftline's."""


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
