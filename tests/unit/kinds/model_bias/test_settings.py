"""What a document may say of a bias monitor, and the errors for what it may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from driftline.kinds.model_bias.rules.metrics import POST_TRAINING, PRE_TRAINING
from driftline.kinds.model_bias.settings import METRICS, ModelBiasMonitor
from driftline.kinds.model_bias.settings import POST_TRAINING as POST
from driftline.kinds.model_bias.settings import PRE_TRAINING as PRE

LEAST: dict[str, Any] = {
    "facets": [{"column": "Sex", "values": ["Female"]}],
    "positive_label": "1",
    "inference_attribute": "0",
}


def monitor(**fields: Any) -> ModelBiasMonitor:
    return ModelBiasMonitor.model_validate(LEAST | fields)


def test_the_light_half_names_the_metrics_that_the_rules_have() -> None:
    assert (PRE, POST) == (PRE_TRAINING, POST_TRAINING)


def test_facets_by_value_by_threshold_and_together() -> None:
    women = {
        "column": "Sex",
        "values": ["Female"],
        "and": [{"column": "Age", "threshold": 60.0}],
        "name": "older women",
    }
    facets = monitor(facets=[{"column": "Sex"}, {"column": "Age", "threshold": 40.0}, women]).facets
    assert [facet.columns for facet in facets] == [("Sex",), ("Age",), ("Sex", "Age")]


def test_positive_outcomes_are_labels_or_lie_above_a_threshold() -> None:
    assert monitor().positives == ("1",)
    assert monitor(positive_label=["good", "fine"]).positives == ("good", "fine")
    assert monitor(positive_label=None, positive_threshold=50_000.0).positives == (50_000.0,)


def test_labels_are_waited_for_as_long_as_windows_are_evaluated_again() -> None:
    found = monitor(max_label_delay="P30D")
    assert found.label_delay == found.max_revisions_age


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"facets": []}, "positive_label without facets"),
        ({"facets": [{"column": "Age", "values": [1], "threshold": 2.0}]}, "both values and a threshold"),
        ({"facets": [{"column": "Sex", "and": [{"column": "Age", "threshold": 60.0}]}]}, "`and` and without values"),
        ({"positive_label": None}, "not one of positive_label and positive_threshold"),
        ({"positive_threshold": 1.0}, "not one of positive_label and positive_threshold"),
        ({"inference_attribute": None}, "no inference_attribute and no probability_attribute"),
        ({"watched": ["CDDPL"]}, "CDDPL without a group_variable"),
        ({"watched": ["XYZ"]}, "Input should be"),
        ({"limits": {"DI": {}}}, "neither min nor max"),
        ({"limits": {"DI": {"min": 2.0, "max": 1.0}}}, "min 2 is above max 1"),
        (
            {"facets": [{"column": "a", "name": "x"}, {"column": "b", "name": "x"}]},
            "two facets have one name",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        monitor(**fields)


@pytest.mark.parametrize("name", ["violations", "bias_metric_DPPL", "bias_metric_DPPL_Sex=Female", "smallest_coverage"])
def test_alarms_can_be_on_any_metric_of_any_group(name: str) -> None:
    assert monitor().has_figure(name)


def test_a_metric_that_does_not_exist_is_no_figure() -> None:
    assert not monitor().has_figure("bias_metric_DPP")
    assert monitor().figure_hint("bias_metric_DPP").startswith("Did you mean DP")
    assert all(monitor().has_figure(f"bias_metric_{name}") for name in METRICS)
