"""Thresholds that would switch a check off are refused where the constraints are read, with the fix."""

import json

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.data_quality.rules.constraints import parse_constraints

REFUSED = ["NaN", "Infinity", "-0.1", "5"]


def _constraints(**fields: str) -> str:
    distribution = {name: value for name, value in fields.items() if "comparison" in name or "drift" in name}
    rest = {name: value for name, value in fields.items() if name not in distribution}
    text = json.dumps({"features": [], "monitoring_config": {**rest, "distribution_constraints": distribution}})
    for value in fields.values():
        if value[-1:].isdigit() or value in {"NaN", "Infinity"}:
            text = text.replace(f'"{value}"', value)
    return text


@pytest.mark.parametrize("threshold", REFUSED)
@pytest.mark.parametrize(
    "field",
    [
        "comparison_threshold",
        "categorical_comparison_threshold",
        "datatype_check_threshold",
        "domain_content_threshold",
    ],
)
def test_thresholds_that_switch_a_check_off(field: str, threshold: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_constraints(_constraints(**{field: threshold}), "baselines/shop/data_quality/constraints.json")
    assert field in caught.value.what
    assert caught.value.where == "baselines/shop/data_quality/constraints.json"


@pytest.mark.parametrize("threshold", ["0", "0.1", "1"])
def test_thresholds_inside_their_range(threshold: str) -> None:
    read = parse_constraints(_constraints(comparison_threshold=threshold, domain_content_threshold=threshold))
    assert read.monitoring_config.distribution_constraints.comparison_threshold == float(threshold)


def test_a_chi_square_statistic_may_be_above_1() -> None:
    simple = _constraints(
        categorical_comparison_threshold="7.8", comparison_method="Simple", categorical_drift_method="ChiSquared"
    )
    assert parse_constraints(simple).monitoring_config.distribution_constraints.categorical_threshold == 7.8
    with pytest.raises(InvalidInputError, match="no distance is above 1"):
        parse_constraints(simple.replace("Simple", "Robust"))
