"""Every metric of every group of a window as a figure, with its interval and the baseline's value."""

from driftline.domain.executions.figure import Figure
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.summary import BiasBody


def figures_of(body: BiasBody) -> list[Figure]:
    """In the order of summary.json, of groups that are large enough to be shown by value."""
    return [
        Figure(
            subject_of(facet.name, group.group),
            metric.name,
            metric.value,
            metric.interval,
            baseline=metric.baseline,
            n=float(metric.rows),
        )
        for facet in body.facets
        for group in facet.groups
        if not group.small
        for metric in group.metrics
    ]
