"""What goes to CloudWatch."""

import json
from typing import Any

import pytest

from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.kinds.model_explainability.published import alarmed_metrics, metrics_of
from driftline.kinds.model_explainability.rules.summary import FeatureSummary
from driftline.kinds.model_explainability.settings import NAMESPACE
from tests.executing import execute_in
from tests.scores import ENDPOINT, FEATURES, KIND, SCHEDULED, SETTINGS, Scores, without_income

SIGNALS = "Driftline/prod"
TOTALS = {"total_number_of_violations", "rows", "explained_rows", "ndcg", "auc"}


def published(**settings: Any) -> list[Metric]:
    scores = Scores({**SETTINGS, **settings})
    scores.baseline(400)
    scores.capture(210, of=without_income)
    scores.run()
    assert {each.namespace for each in scores.metrics.published} <= {NAMESPACE}
    return [metric for each in scores.metrics.published for metric in each.metrics]


def test_sagemakers_names_and_dimensions() -> None:
    assert NAMESPACE == "aws/sagemaker/Endpoints/explainability-metrics"
    found = {metric.name: metric for metric in published()}
    head = {"Endpoint": ENDPOINT, "MonitoringSchedule": f"{ENDPOINT}-{KIND}"}
    assert set(found) == TOTALS | {"ExpectedValue"} | {f"feature_{name}" for name in FEATURES}
    assert found["feature_debt"].dimensions == {
        **head,
        "ExplainabilityMethod": "KernelShap",
        "Label": "label0",
        "ValueType": "GlobalShapValues",
    }
    assert found["ExpectedValue"].dimensions == {
        **head,
        "ExplainabilityMethod": "KernelShap",
        "Label": "label0",
        "ValueType": "ExpectedValue",
    }
    assert all(found[name].dimensions == head for name in TOTALS)
    assert (found["rows"].value, found["explained_rows"].value, found["rows"].unit) == (210, 210, "Count")


def test_nothing_is_published_on_request() -> None:
    assert published(metrics="none") == []


def test_by_default_five_features_those_that_moved_first() -> None:
    scores = Scores()
    scores.baseline(400)
    scores.capture(210)
    summary = scores.run()
    [output] = summary.body.outputs
    many = tuple(
        FeatureSummary(name=f"f{place}", value=1.0 / place, rank=place, named=place in {30, 40})
        for place in range(1, 51)
    )
    body = summary.body.model_copy(update={"outputs": (output.model_copy(update={"features": many}),)})
    wide = summary.model_copy(update={"body": body})

    def features(level: MetricsLevel) -> list[str]:
        return [each.name for each in metrics_of(wide, "s", level) if each.name.startswith("feature_")]

    assert features("top") == ["feature_f30", "feature_f40", "feature_f1", "feature_f2", "feature_f3"]
    assert len(features("all")) == 50
    assert features("none") == []


def test_names_that_emf_takes() -> None:
    lines: list[str] = []
    EmbeddedMetrics(lines.append).publish(NAMESPACE, published(), SCHEDULED)
    told = [json.loads(line) for line in lines]
    assert any("feature_debt" in line for line in told)
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in told} == {NAMESPACE}


@pytest.mark.parametrize("name", ["feature_debt", "ndcg", "auc", "explained_rows"])
def test_alarms_find_the_figure(name: str) -> None:
    scores = Scores({**SETTINGS, "metrics": "none", "alarms": [{"metric": name, "threshold": 0.5}]})
    scores.baseline(400)
    scores.capture(210, of=without_income)
    request = ExecutionRequest(endpoint=ENDPOINT, monitor=KIND, scheduled_time=SCHEDULED, trigger="schedule")
    execute_in(scores.store, request, metrics=scores.metrics, signals_namespace=SIGNALS)
    signals = [each for sent in scores.metrics.published if sent.namespace == SIGNALS for each in sent.metrics]
    [signal] = [metric for metric in signals if metric.name == name]
    summary = scores.run()
    [output] = summary.body.outputs
    expected = {
        "feature_debt": next(each.value for each in output.features if each.name == "debt"),
        "ndcg": output.ndcg,
        "auc": output.auc,
        "explained_rows": 210.0,
    }
    assert signal.value == expected[name]


def test_of_several_outputs_an_alarm_sees_the_worst() -> None:
    scores = Scores()
    scores.baseline(400)
    scores.capture(210)
    summary = scores.run()
    [output] = summary.body.outputs
    features = tuple(each.model_copy(update={"value": -9.0}) for each in output.features)
    worse = output.model_copy(update={"label": "b", "ndcg": 0.25, "auc": 0.875, "features": features})
    body = summary.body.model_copy(update={"outputs": (output, worse)})
    both = summary.model_copy(update={"body": body})
    found = {each.name: each.value for each in alarmed_metrics(both, "s", {"ndcg", "auc", "feature_age", "feature_no"})}
    assert found == {"ndcg": 0.25, "auc": 0.875, "feature_age": -9.0}
