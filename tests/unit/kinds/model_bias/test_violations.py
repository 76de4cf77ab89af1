"""constraint_violations.json of bias drift: SageMaker's rule, keys, order and words."""

import math
from pathlib import Path

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules.analysis import Analysis, Entry, MetricValue, Section, parse_analysis
from driftline.kinds.model_bias.rules.violations import parse_violations, violations

BASELINE = {
    "AD": -0.1516,
    "CDDPL": 0.28176563733194276,
    "DAR": -0.0951,
    "DCA": -0.528,
    "DCR": 0.0279,
    "DI": 0.1780,
    "GE": 0.0841,
    "RD": 0.1308,
    "SD": 0.1047,
    "TE": 2.916666666666667,
}
LIVE = {
    "AD": 0.0528,
    "CDDPL": 0.374894782529513,
    "DAR": -0.3469,
    "DCA": -36.69,
    "DCR": -0.0765,
    "DI": 0.0831,
    "GE": 0.9455,
    "RD": 0.1725,
    "SD": 0.2742,
    "TE": math.inf,
}
"""A real run of SageMaker, as far as its values are published."""


def analysis(values: dict[str, float | None], text: str = "0") -> Analysis:
    metrics = tuple(MetricValue(name=name, value=value) for name, value in values.items())
    entry = Entry(value_or_threshold=text, metrics=metrics)
    return Analysis(
        post_training_bias_metrics=Section(label="Target", facets={"Sex": (entry,)}, label_value_or_threshold="1")
    )


def test_a_real_run_is_flagged_as_sagemaker_did() -> None:
    found = violations(analysis({**LIVE}), analysis({**BASELINE})).violations

    assert [each.metric_name for each in found] == ["CDDPL", "DAR", "DCA", "DCR", "GE", "RD", "SD", "TE"]
    assert found[0].description == (
        "Metric value 0.374894782529513 doesn't meet the baseline constraint requirement 0.28176563733194276"
    )
    assert found[-1].description == (
        "Metric value Infinity doesn't meet the baseline constraint requirement 2.916666666666667"
    )


def test_the_bad_case_of_clarify_has_one_violation_and_the_good_one_none(shared_data: Path) -> None:
    good, bad = (
        parse_analysis((shared_data / "clarify_check_step" / "data_bias" / case / "analysis.json").read_bytes())
        for case in ("good_cases", "bad_cases")
    )

    assert violations(good, good).violations == ()
    (only,) = violations(good, bad).violations
    assert (only.facet, only.facet_value, only.metric_name) == ("F1", "(0.5, 0.9936148802477393]", "KS")


def test_keys_have_sagemakers_order() -> None:
    found = violations(analysis({"RD": 0.2}), analysis({"RD": -0.1}))

    assert found.to_json() == (
        '{\n    "version": "1.0",\n    "violations": [\n        {\n            "facet": "Sex",\n'
        '            "facet_value": "0",\n            "metric_name": "RD",\n'
        '            "constraint_check_type": "bias_drift_check",\n'
        '            "description": "Metric value 0.2 doesn\'t meet the baseline constraint requirement -0.1"\n'
        "        }\n    ]\n}"
    )
    assert parse_violations(found.to_json()) == found


@pytest.mark.parametrize(("live", "before"), [(None, 0.1), (0.1, None), (0.1, 0.1), (0.1, -0.1), (math.inf, -math.inf)])
def test_no_value_on_a_side_and_equal_sizes_are_fine(live: float | None, before: float | None) -> None:
    assert violations(analysis({"RD": live}), analysis({"RD": before})).violations == ()


def test_only_watched_metrics_and_known_groups_are_looked_at() -> None:
    live, before = analysis({"AD": 0.2, "RD": 0.2}), analysis({"AD": 0.1, "RD": 0.1})

    assert [each.metric_name for each in violations(live, before, watched=["RD"]).violations] == ["RD"]
    assert violations(analysis({"RD": 0.2}, "1"), before).violations == ()


def test_another_file_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"violations\.0\.facet"):
        parse_violations('{"violations": [{"feature_name": "age"}]}')
