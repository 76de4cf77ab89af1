"""analysis.json: read and written as Clarify does; and what a report of counts says."""

import json
import math
from pathlib import Path

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules import report as module
from driftline.kinds.model_bias.rules.analysis import Analysis, parse_analysis
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.rules.report import NO_POSITIVE_PREDICTION, report
from tests.unit.kinds.model_bias.support import LABEL, PREDICTED, SEX, counted, criterion

WRITTEN = """{
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "Target",
        "facets": {
            "Sex": [
                {
                    "value_or_threshold": "0",
                    "metrics": [
                        {
                            "name": "AD",
                            "description": "Accuracy Difference (AD)",
                            "value": -0.15156641604010024
                        },
                        {
                            "name": "CDDPL",
                            "description": "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
                            "value": null,
                            "error": "Group variable is empty or not provided"
                        },
                        {
                            "name": "DCR",
                            "description": "Difference in Conditional Rejection (DCR)",
                            "value": 0
                        },
                        {
                            "name": "TE",
                            "description": "Treatment Equality (TE)",
                            "value": "-Infinity"
                        }
                    ]
                }
            ]
        },
        "label_value_or_threshold": "1"
    }
}"""


def test_a_file_is_written_as_it_was_read() -> None:
    found = parse_analysis(WRITTEN)

    assert found.to_json() == WRITTEN
    section = found.post_training_bias_metrics
    assert section is not None
    assert section.facets["Sex"][0].metrics[3].value == -math.inf
    assert found.pre_training_bias_metrics is None


def test_clarifys_own_file_comes_back_byte_for_byte(shared_data: Path) -> None:
    body = (shared_data / "clarify_check_step" / "data_bias" / "good_cases" / "analysis.json").read_text()

    assert parse_analysis(body).to_json() == body


def test_explanations_in_the_file_are_left_out() -> None:
    body = json.loads(WRITTEN) | {"explanations": {"kernel_shap": {}}}

    assert parse_analysis(json.dumps(body)).to_json() == WRITTEN


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("{", "Invalid JSON"),
        ("{}", "no bias metrics"),
        ('{"explanations": {}}', "no bias metrics"),
        (WRITTEN.replace('"-Infinity"', '"much"'), r"post_training_bias_metrics\.facets\.Sex\.0\.metrics\.3\.value"),
    ],
)
def test_another_file_is_refused_with_place_and_remedy(body: str, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what) as raised:
        parse_analysis(body, "baselines/e/m/analysis.json")
    assert raised.value.where == "baselines/e/m/analysis.json"
    assert raised.value.expected
    assert raised.value.mend


def test_both_stages_of_a_model_package_become_one_file() -> None:
    body = json.loads(WRITTEN)
    pre = {"version": "1.0", "pre_training_bias_metrics": body["post_training_bias_metrics"]}

    merged = parse_analysis(json.dumps(pre)).merged(parse_analysis(WRITTEN))

    assert [name for name, _ in merged.sections()] == ["post_training_bias_metrics", "pre_training_bias_metrics"]


def test_a_group_is_found_though_the_largest_value_differs() -> None:
    found = parse_analysis(WRITTEN.replace('"0"', '"(30.0, 60.0]"'))

    assert found.entry("post_training_bias_metrics", "Sex", "(30.0, 61.5]") is not None
    assert found.entry("post_training_bias_metrics", "Sex", "0") is None
    assert found.entry("pre_training_bias_metrics", "Sex", "0") is None


def values(analysis: Analysis, section: str) -> dict[str, object]:
    (entry,) = getattr(analysis, section).facets["x"]
    return {each.name: each.error or each.value for each in entry.metrics}


def test_a_report_has_both_stages_with_their_errors() -> None:
    counts, facet, label = counted(SEX, ["F"], LABEL, PREDICTED)

    found = report(counts, {"x": facet}, label, flips={("x", "F"): 0.25})

    assert not found.problems
    post, pre = (values(found.analysis, f"{stage}_training_bias_metrics") for stage in ("post", "pre"))
    assert list(post) == sorted(post)
    assert len(post) == 13
    assert len(pre) == 8
    assert post["FT"] == 0.25
    assert post["CDDPL"] == pre["CDDL"] == "Group variable is empty or not provided"
    section = found.analysis.pre_training_bias_metrics
    assert section is not None
    assert (section.label, section.label_value_or_threshold) == ("y", "1")


def test_without_configured_values_each_value_is_a_group_in_the_order_of_the_data() -> None:
    counts, facet, label = counted(["b", "a", None, "b", "c"], [], [1, 0, 1, 0, 1])

    def texts(order: list[str]) -> list[str]:
        section = report(counts, {"x": facet}, label, orders={"x": order}).analysis.pre_training_bias_metrics
        assert section is not None
        return [each.value_or_threshold for each in section.facets["x"]]

    assert texts(["b", "a", "c"]) == ["b", "a", "c"]
    assert texts([]) == ["a", "b", "c"]


def test_several_values_are_one_group() -> None:
    counts, facet, label = counted([1, 2, 3, 1], [1, 2], [1, 0, 1, 0])
    section = report(counts, {"x": facet}, label).analysis.pre_training_bias_metrics

    assert section is not None
    assert [each.value_or_threshold for each in section.facets["x"]] == ["1,2"]


def test_a_threshold_that_is_the_largest_value_has_no_interval_and_no_group() -> None:
    counts, facet, label = counted([1.5, 2.5, 3.5], [3.5], [1, 0, 1])
    found = report(counts, {"x": facet}, label).analysis

    section = found.pre_training_bias_metrics
    assert section is not None
    assert section.facets["x"][0].value_or_threshold == ""
    assert values(found, "pre_training_bias_metrics")["DPL"] == "Facet set is empty."


def test_no_positive_prediction_leaves_no_post_training_metric_and_says_why() -> None:
    counts, facet, label = counted(SEX, ["F"], LABEL, [0] * 12)

    found = report(counts, {"x": facet}, label)

    assert found.analysis.post_training_bias_metrics is None
    assert found.analysis.pre_training_bias_metrics is not None
    assert found.problems == (NO_POSITIVE_PREDICTION,)


def test_labels_alone_and_predictions_alone_have_the_metrics_that_need_no_more() -> None:
    labels, facet, label = counted(SEX, ["F"], LABEL)
    predictions, _, _ = counted(SEX, ["F"], None, PREDICTED)
    without_predictions, without_labels = (report(each, {"x": facet}, label) for each in (labels, predictions))

    assert without_predictions.problems == ("predicted_label_column has to be provided for Post training metrics",)
    assert without_labels.analysis.pre_training_bias_metrics is None
    assert values(without_labels.analysis, "post_training_bias_metrics")["DI"] == pytest.approx(10 / 7)


def test_what_one_facet_lacks_stops_no_other() -> None:
    counts, facet, label = counted(SEX, ["F"], LABEL, PREDICTED)
    missing, _ = criterion("z", ["a"], "a")
    unlimited, _ = criterion("x", [1.5, 2.5, 3.5])

    found = report(counts, {"x": facet, "z": missing}, label)
    without_threshold = report(counts, {"x": unlimited}, label)

    assert found.problems == ("Facet column z is not present in the dataset",)
    assert found.analysis.pre_training_bias_metrics is not None
    assert without_threshold.problems[0] == "x: Threshold values must be provided for continuous features"


def test_no_positive_label_is_an_error_in_clarifys_words() -> None:
    counts, facet, label = counted(SEX, ["F"], LABEL, PREDICTED, positives=())

    found = report(counts, {"x": facet}, label)

    assert found.problems == ("Positive label values or thresholds are empty for Label column",)


def test_a_facet_of_too_many_values_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.kinds.model_bias.rules.counts.MOST_VALUES", 2)
    counts, facet, label = counted(["a", "b", "c", "d"], [], [1, 0, 1, 0])

    assert "name the values of the group" in report(counts, {"x": facet}, label).problems[0]


def test_an_empty_state_reports_nothing() -> None:
    _, facet, label = counted(SEX, ["F"], LABEL)

    assert module.report(Counts.empty(), {"x": facet}, label).analysis == Analysis()
