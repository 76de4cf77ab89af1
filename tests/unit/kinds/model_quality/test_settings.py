"""`comparison` of a model-quality monitor, under its own name and its older one."""

import pytest
from pydantic import ValidationError

from driftline.kinds.model_quality.settings import ModelQualityMonitor


def monitor(**fields: object) -> ModelQualityMonitor:
    stated = {"problem_type": "Regression", "inference_attribute": "0"}
    return ModelQualityMonitor.model_validate(stated | fields)


@pytest.mark.parametrize(
    ("fields", "compared", "as_sagemaker"),
    [
        ({}, None, False),
        ({"comparison": "driftline"}, "driftline", False),
        ({"comparison": "corrected"}, "driftline", False),
        ({"comparison": "sagemaker"}, "sagemaker", True),
        ({"alarm_on": "interval"}, "driftline", False),
        ({"alarm_on": "point"}, "sagemaker", True),
        ({"alarm_on": "point", "comparison": "sagemaker"}, "sagemaker", True),
    ],
)
def test_one_switch_with_two_names(fields: dict[str, object], compared: str | None, as_sagemaker: bool) -> None:
    found = monitor(**fields)
    assert (found.compared, found.as_sagemaker) == (compared, as_sagemaker)


def test_contradicting_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="comparison is driftline, and alarm_on: point means sagemaker"):
        monitor(alarm_on="point", comparison="driftline")


@pytest.mark.parametrize("value", [-0.1, 1.5, True, "a little"])
def test_a_tolerance_is_a_share(value: object) -> None:
    with pytest.raises(ValidationError):
        monitor(tolerance=value)
