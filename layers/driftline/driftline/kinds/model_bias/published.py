"""The CloudWatch metrics of bias, with SageMaker's names and dimensions."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import isinf

from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.summary import (
    BiasBody,
    BiasMetricSummary,
    BiasSummary,
    FacetSummary,
    GroupSummary,
)

INFINITE = 2.0**360
"""What is published for an infinite value: CloudWatch's limit, which SageMaker's pages round to 2.348543e108."""

MOST_AT_TOP = 5
"""So many metrics are published by default, besides those that are violated: each costs money."""

_PREFIX = "bias_metric_"


def metrics_of(summary: BiasSummary, schedule: str, level: MetricsLevel) -> list[Metric]:
    """What is published for people.

    Args:
        schedule: The value of the dimension MonitoringSchedule.
        level: `totals`. `top`: also the metrics that are violated or moved most. `all`. `none`.
    """
    if level == "none":
        return []
    dimensions = {"Endpoint": summary.endpoint, "MonitoringSchedule": schedule}
    if level == "totals":
        return list(_totals(summary, dimensions))
    known = list(_metrics(summary.body))
    chosen = known if level == "all" else _moved_most(known)
    return [*_totals(summary, dimensions), *(_metric(*each, summary.body, dimensions) for each in chosen)]


def alarmed_metrics(summary: BiasSummary, schedule: str, names: AbstractSet[str]) -> list[Metric]:
    """The figures with these names: `bias_metric_DPPL` is that of the group that is furthest from neutral,
    `bias_metric_DPPL_<group>` that of a facet, a group, or the group's name in the document.
    """
    dimensions = {"Endpoint": summary.endpoint, "MonitoringSchedule": schedule}
    found: dict[str, float] = {}
    for facet, group, metric in _metrics(summary.body):
        value = _finite(metric.value or 0.0)
        for subject in ("", facet.name, f"{facet.name}_{group.group}", f"{facet.name} = {group.group}", group.title):
            name = f"{_PREFIX}{metric.name}_{subject}" if subject else f"{_PREFIX}{metric.name}"
            if name not in found or _distance(metric.name, value) > _distance(metric.name, found[name]):
                found[name] = value
    if (known := facet_coverage(summary)) is not None:
        found["facet_coverage"] = known
    figures = [Metric(name, value, dimensions=dimensions) for name, value in found.items()]
    return [metric for metric in (*_totals(summary, dimensions), *figures) if metric.name in names]


def _totals(summary: BiasSummary, dimensions: Mapping[str, str]) -> Iterator[Metric]:
    yield Metric("total_number_of_violations", float(len(summary.violations)), "Count", dimensions)
    yield Metric("rows", float(summary.rows), "Count", dimensions)
    if summary.coverage is not None:
        yield Metric("coverage", summary.coverage, dimensions=dimensions)
    smallest = smallest_coverage(summary.body)
    if smallest is not None:
        yield Metric("smallest_coverage", smallest, dimensions=dimensions)


def smallest_coverage(body: BiasBody) -> float | None:
    """Of all groups that are large enough to be shown: the share of its rows that have a label."""
    shares = [
        each.labelled / each.rows
        for facet in body.facets
        for each in facet.coverage
        if each.value is not None and each.rows >= body.smallest_group
    ]
    return min(shares, default=None)


def facet_coverage(summary: BiasSummary) -> float | None:
    """Of the facet of which the fewest rows have a value: their share. Attributes may come later than captures."""
    if not summary.rows:
        return None
    missing = [sum(each.rows for each in facet.coverage if each.value is None) for facet in summary.body.facets]
    return min((1 - rows / summary.rows for rows in missing), default=None)


type _Of = tuple[FacetSummary, GroupSummary, BiasMetricSummary]


def _metrics(body: BiasBody) -> Iterator[_Of]:
    """Those that have a value, of groups that are large enough to be shown."""
    for facet in body.facets:
        for group in facet.groups:
            for metric in group.metrics:
                if metric.value is not None and not group.small:
                    yield facet, group, metric


def _moved_most(known: Sequence[_Of]) -> list[_Of]:
    violated = [each for each in known if each[2].violated]
    others = [each for each in known if not each[2].violated and each[2].baseline is not None]
    others.sort(key=lambda each: -abs(_finite(each[2].value or 0.0) - _finite(each[2].baseline or 0.0)))
    return violated + others[:MOST_AT_TOP]


def _metric(
    facet: FacetSummary, group: GroupSummary, metric: BiasMetricSummary, body: BiasBody, dimensions: Mapping[str, str]
) -> Metric:
    stage = "Pre-training" if METRICS[metric.name].stage == "pre_training" else "Post-Training"
    return Metric(
        f"{_PREFIX}{metric.name}",
        _finite(metric.value or 0.0),
        dimensions={
            **dimensions,
            "BiasStage": stage,
            "Label": body.label,
            "LabelValue": body.positive,
            "Facet": facet.name,
            "FacetValue": group.group,
        },
    )


def _finite(value: float) -> float:
    if not isinf(value):
        return value
    return INFINITE if value > 0 else -INFINITE


def _distance(name: str, value: float) -> float:
    return abs(value - METRICS[name].neutral)
