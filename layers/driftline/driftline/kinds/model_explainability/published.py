"""The CloudWatch metrics of attributions, with SageMaker's names and dimensions."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.kinds.model_explainability.rules.summary import ExplainabilitySummary, FeatureSummary, OutputSummary
from driftline.kinds.model_explainability.settings import EXPECTED, PREFIX

MOST_AT_TOP = 5
"""So many features of each output are published by default: each costs money."""

METHOD = "KernelShap"
"""SageMaker's only value of ExplainabilityMethod."""


def metrics_of(summary: ExplainabilitySummary, schedule: str, level: MetricsLevel) -> list[Metric]:
    """What is published for people.

    Args:
        schedule: The value of the dimension MonitoringSchedule.
        level: `totals`. `top`: also the features that contribute most or moved. `all`. `none`.
    """
    if level == "none":
        return []
    dimensions = {"Endpoint": summary.endpoint, "MonitoringSchedule": schedule}
    found = list(_totals(summary, dimensions))
    if level == "totals":
        return found
    for output in summary.body.outputs:
        chosen = output.features if level == "all" else _top(output)
        found += (_attribution(output.label, each, dimensions) for each in chosen if each.value is not None)
        if output.expected_value is not None:
            found.append(
                Metric(EXPECTED, output.expected_value, dimensions=_dimensions(output.label, EXPECTED, dimensions))
            )
    return found


def alarmed_metrics(summary: ExplainabilitySummary, schedule: str, names: AbstractSet[str]) -> list[Metric]:
    """The figures with these names; of several outputs the one furthest from no change, or the largest attribution."""
    dimensions = {"Endpoint": summary.endpoint, "MonitoringSchedule": schedule}
    largest: dict[str, float] = {}
    for output in summary.body.outputs:
        if output.expected_value is not None:
            largest[EXPECTED] = max(output.expected_value, largest.get(EXPECTED, output.expected_value), key=abs)
        for each in output.features:
            if each.value is not None:
                name = f"{PREFIX}{each.name.strip()}"
                largest[name] = max(each.value, largest.get(name, each.value), key=abs)
    figures = (Metric(name, value, dimensions=dimensions) for name, value in largest.items())
    return [metric for metric in (*_totals(summary, dimensions), *figures) if metric.name in names]


def _totals(summary: ExplainabilitySummary, dimensions: Mapping[str, str]) -> Iterator[Metric]:
    body = summary.body
    yield Metric("total_number_of_violations", float(len(summary.violations)), "Count", dimensions)
    yield Metric("rows", float(summary.rows), "Count", dimensions)
    yield Metric("explained_rows", float(body.explained_rows), "Count", dimensions)
    if ranked := [each.ndcg for each in body.outputs if each.ndcg is not None]:
        yield Metric("ndcg", min(ranked), dimensions=dimensions)
    if told_apart := [each.auc for each in body.outputs if each.auc is not None]:
        yield Metric("auc", max(told_apart), dimensions=dimensions)
    if body.fidelity is not None:
        yield Metric("fidelity", body.fidelity.r2, dimensions=dimensions)


def _top(output: OutputSummary) -> Sequence[FeatureSummary]:
    named = [each for each in output.features if each.named]
    others = [each for each in output.features if not each.named]
    return [*named, *others[: max(MOST_AT_TOP - len(named), 0)]]


def _attribution(label: str, feature: FeatureSummary, dimensions: Mapping[str, str]) -> Metric:
    return Metric(
        f"{PREFIX}{feature.name.strip()}",
        feature.value or 0.0,
        dimensions=_dimensions(label, "GlobalShapValues", dimensions),
    )


def _dimensions(label: str, value_type: str, dimensions: Mapping[str, str]) -> Mapping[str, str]:
    return {**dimensions, "ExplainabilityMethod": METHOD, "Label": label, "ValueType": value_type}
