"""What goes to CloudWatch."""

import json
from dataclasses import replace

import pytest

from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.domain.metrics import Metric
from tests.loans import SCHEDULED, SETTINGS, Loans, people


def published(**settings: object) -> list[Metric]:
    """Of a window in which no man who repaid was refused: treatment equality divides by nobody."""
    loans = Loans({**SETTINGS, **settings})
    loans.baseline(people(2000, 1))
    loans.observe([replace(each, repaid=1) if each.sex == "Male" else each for each in people(1000, 2)])
    loans.run()
    return [metric for each in loans.metrics.published for metric in each.metrics]


def test_sagemakers_names_and_dimensions() -> None:
    found = {metric.name: metric for metric in published(metrics="all")}
    assert found["bias_metric_DPPL"].dimensions == {
        "Endpoint": "credit",
        "MonitoringSchedule": "credit-model_bias",
        "BiasStage": "Post-Training",
        "Label": "repaid",
        "LabelValue": "1",
        "Facet": "sex",
        "FacetValue": "Female",
    }
    assert found["bias_metric_CI"].dimensions["BiasStage"] == "Pre-training"


def test_an_infinite_value_is_one_that_cloudwatch_takes() -> None:
    [infinite] = [metric for metric in published(metrics="all") if metric.name == "bias_metric_TE"]
    assert infinite.value == -(2.0**360)
    lines: list[str] = []
    EmbeddedMetrics(lines.append).publish("aws/sagemaker/Endpoints/bias-metrics", [infinite], SCHEDULED)
    assert json.loads(lines[0])["bias_metric_TE"] in (infinite.value, [infinite.value])


def test_the_default_publishes_what_is_violated_and_moved_most() -> None:
    found = [metric for metric in published() if metric.name.startswith("bias_metric_")]
    everything = [metric for metric in published(metrics="all") if metric.name.startswith("bias_metric_")]
    assert 5 <= len(found) < len(everything)
    assert {"total_number_of_violations", "coverage", "smallest_coverage"} <= {each.name for each in published()}


def test_nothing_is_published_on_request() -> None:
    assert published(metrics="none") == []


@pytest.mark.parametrize("name", ["bias_metric_DPPL", "bias_metric_DPPL_sex", "bias_metric_DPPL_sex = Female"])
def test_alarms_find_the_figure_by_metric_facet_and_group(name: str) -> None:
    loans = Loans({**SETTINGS, "alarms": [{"metric": name, "threshold": 0.1}]})
    loans.baseline(people(2000, 1))
    loans.observe(people(1000, 2, women_approved=0.25))
    loans.run(signals="Driftline/prod")
    signals = [
        metric for each in loans.metrics.published if each.namespace == "Driftline/prod" for metric in each.metrics
    ]
    [signal] = [metric for metric in signals if metric.name == name]
    assert isinstance(signal.value, float)
    assert signal.value > 0.2
