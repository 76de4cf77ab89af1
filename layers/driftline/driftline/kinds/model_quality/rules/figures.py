"""Every metric of a window as a figure, with its interval and the threshold of its constraint."""

from driftline.domain.executions.figure import Figure
from driftline.kinds.model_quality.rules.summary import QualitySummary


def figures_of(summary: QualitySummary) -> list[Figure]:
    """In the order of summary.json."""
    rows = float(summary.measured_rows or summary.evaluated_rows)
    return [
        Figure("", metric.name, metric.value, metric.interval, required=metric.baseline, n=rows)
        for metric in summary.body.metrics
    ]
