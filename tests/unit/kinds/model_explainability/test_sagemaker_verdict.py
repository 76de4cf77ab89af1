"""What SageMaker would have said, and what it said so little about: other labels, other features."""

import json

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.kinds.model_explainability.rules.sagemaker import sagemaker_verdicts, violated
from driftline.kinds.model_explainability.rules.violations import add_violations, parse_violations, violations

BASELINE = {"label0": {"a": 0.70, "b": 0.50, "c": 0.05}}
LIVE = {"label0": {"c": 0.70, "b": 0.20, "a": 0.10}}


def test_the_file_has_sagemakers_words() -> None:
    found = sagemaker_verdicts(BASELINE, LIVE)
    text = violations(violated(found)).to_json()

    assert text == json.dumps(
        {
            "version": "1.0",
            "violations": [
                {
                    "label": "label0",
                    "metric_name": "shap",
                    "constraint_check_type": "feature_attribution_drift_check",
                    "description": f"Feature attribution drift {found[0].ndcg!r} exceeds threshold 0.9",
                }
            ],
        },
        indent=4,
    )
    assert found[0].ndcg == pytest.approx(0.687639624122622, abs=1e-15)
    assert parse_violations(text).to_json() == text
    assert found[0].notes == ()


def test_a_change_of_scale_is_no_violation() -> None:
    live = {"label0": {name: value / 3 for name, value in BASELINE["label0"].items()}}

    (found,) = sagemaker_verdicts(BASELINE, live)

    assert (found.ndcg, found.violated, list(violated([found]))) == (1.0, False, [])


def test_labels_are_matched_by_name_in_any_order() -> None:
    baseline = {"no": {"a": 2.0, "b": 1.0}, "yes": {"a": 1.0, "b": 2.0}}

    found = sagemaker_verdicts(baseline, {"yes": {"a": 1.0, "b": 2.0}, "no": {"a": 2.0, "b": 1.0}})

    assert [(each.label, each.live_label, each.ndcg, each.notes) for each in found] == [
        ("no", "no", 1.0, ()),
        ("yes", "yes", 1.0, ()),
    ]


def test_labels_named_by_scores_are_matched_by_place() -> None:
    """As a real file of the SageMaker SDK's JSON monitor has it."""
    (found,) = sagemaker_verdicts({"0.7956783771514893": BASELINE["label0"]}, LIVE)

    assert (found.live_label, round(found.ndcg or 0, 4)) == ("label0", 0.6876)
    assert found.notes == (
        "The label 0.7956783771514893 of the baseline was compared with label0, which has its place.",
    )


def test_a_label_without_counterpart_is_not_judged() -> None:
    _, second = sagemaker_verdicts(BASELINE | {"label1": {"a": 1.0}}, LIVE)

    assert (second.ndcg, second.live_label, second.violated) == (None, None, False)
    assert "label1" in second.notes[0]


def test_features_of_one_file_only_count_as_0_in_the_other() -> None:
    (found,) = sagemaker_verdicts({"x": {"a": 3.0, "gone": 2.0}}, {"x": {"new": 5.0, "a": 4.0}})
    (same,) = sagemaker_verdicts({"x": {"a": 3.0, "gone": 2.0, "new": 0.0}}, {"x": {"a": 4.0, "gone": 0.0, "new": 5.0}})

    assert found.ndcg == same.ndcg
    assert found.notes == (
        "gone is only in the baseline: the value in the other file counts as 0.",
        "new is only in this window: the value in the other file counts as 0.",
    )


def test_many_features_are_not_all_named() -> None:
    (found,) = sagemaker_verdicts({"x": {f"f{i}": 1.0 for i in range(5)}}, {"x": {}})

    assert found.notes[0].startswith("f0, f1, f2 and 2 more are only in the baseline")


def test_negative_values_are_named() -> None:
    (found,) = sagemaker_verdicts({"x": {"a": -3.0, "b": 2.0}}, {"x": {"a": -3.0, "b": 2.0}})

    assert found.ndcg == 1.0
    assert "negative global values" in found.notes[0]


def test_findings_of_other_checks_are_added() -> None:
    finding = Finding(check="rows_check", subject="rows", figure="rows", description="Too few rows.")

    added = parse_violations(add_violations(violations([("label0", 0.5)]).to_json(), [finding])).violations

    assert [(each.label, each.metric_name, each.constraint_check_type) for each in added] == [
        ("label0", "shap", "feature_attribution_drift_check"),
        ("", "rows", "rows_check"),
    ]


@pytest.mark.parametrize("body", ["[]", "{", '{"violations": [{"label": 1}]}'])
def test_another_file(body: str) -> None:
    with pytest.raises(InvalidInputError, match="not the violations of attribution drift"):
        parse_violations(body)
