"""analysis.json: Clarify's layout to the byte, lenient reading, clear refusals."""

import json
import math

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.partial_dependence import NOT_SUPPORTED, PartialDependence
from driftline.kinds.model_explainability.rules.analysis import (
    Analysis,
    Explanations,
    LabelExplanation,
    PdpEntry,
    label_names,
    parse_analysis,
)

CLARIFY = """{
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {
                "global_shap_values": {
                    "Age": 0.059,
                    "Workclass": 0.0093
                },
                "expected_value": 0.2506232
            }
        },
        "pdp": [
            {
                "feature_name": "Age",
                "data_type": "numerical",
                "feature_values": [
                    20.4,
                    23.2
                ],
                "data_distribution": [
                    0.32,
                    0.68
                ],
                "model_predictions": [
                    [
                        0.69,
                        0.49
                    ]
                ],
                "label_headers": [
                    "label0"
                ]
            },
            {
                "feature_name": "text",
                "data_type": "free_text",
                "error": "Detected data type is not supported for PDP. PDP can only be computed for numerical or categorical columns"
            }
        ]
    }
}"""
"""As Clarify's documentation and notebooks show it."""


def test_what_clarify_wrote_is_written_again() -> None:
    assert parse_analysis(CLARIFY).to_json() == CLARIFY


def test_our_own_results_have_clarifys_layout() -> None:
    data = [[30.5, "not so good at all"], [40.25, "a very nice thing"], [50.0, "it is broken now"]]
    curves = PartialDependence(data, grid_resolution=2).curves(lambda cells: cells[:, 0].astype(np.float64))
    entries = [each.clarify_entry(name, ["label0"]) for name, each in zip(("Age", "text"), curves, strict=True)]
    shap = {"label0": LabelExplanation(global_shap_values={"Age": 1.5, "text": 0.0}, expected_value=40.0)}
    pdp = tuple(PdpEntry.model_validate(each) for each in entries)

    body = json.loads(Analysis(explanations=Explanations(kernel_shap=shap, pdp=pdp)).to_json())

    assert list(body) == ["version", "explanations"]
    assert list(body["explanations"]) == ["kernel_shap", "pdp"]
    assert body["explanations"]["pdp"] == [
        {
            "feature_name": "Age",
            "data_type": "numerical",
            "feature_values": [35.375, 45.125],
            "data_distribution": [1 / 3, 2 / 3],
            "model_predictions": [[35.375, 45.125]],
            "label_headers": ["label0"],
        },
        {"feature_name": "text", "data_type": "free_text", "error": NOT_SUPPORTED},
    ]
    assert parse_analysis(json.dumps(body)).explanations.kernel_shap["label0"].values == {"Age": 1.5, "text": 0.0}


def test_other_sections_are_kept() -> None:
    bias = {"label": "Target", "facets": {"Sex": [{"value_or_threshold": "0", "metrics": [{"value": "Infinity"}]}]}}
    body = {"version": "1.0", "post_training_bias_metrics": bias} | json.loads(CLARIFY)

    found = parse_analysis(json.dumps(body))

    assert found.others == {"post_training_bias_metrics": bias}
    written = json.loads(found.to_json())
    assert written == body
    assert list(written) == ["version", "post_training_bias_metrics", "explanations"]


def test_reading_is_lenient() -> None:
    body = {
        "explanations": {
            "kernel_shap": {
                "0.7956783771514893": {
                    "global_shap_values": {"Age": 3, "Sex": None, "Job": "Infinity", "Zip": "-Infinity"},
                    "unknown": [1],
                }
            },
            "asymmetric": {},
        }
    }

    label = parse_analysis(json.dumps(body)).explanations.kernel_shap["0.7956783771514893"]

    assert label.values == {"Age": 3.0, "Job": math.inf, "Zip": -math.inf}
    assert label.expected_value is None


def test_infinities_are_strings_and_nan_is_null() -> None:
    values = {"a": math.inf, "b": -math.inf}
    text = Analysis(
        explanations=Explanations(
            kernel_shap={"x": LabelExplanation(global_shap_values=values, expected_value=math.nan)}
        )
    ).to_json()

    body = json.loads(text, parse_constant=pytest.fail)
    assert body["explanations"]["kernel_shap"]["x"] == {
        "global_shap_values": {"a": "Infinity", "b": "-Infinity"},
        "expected_value": None,
    }


def test_texts_keep_their_tokens() -> None:
    label = {
        "global_shap_values": {"review": 0.5},
        "expected_value": 0.1,
        "global_top_shap_text": {"review": {"ok": 0.5}},
    }
    body = {"version": "1.0", "explanations": {"kernel_shap": {"label0": label}}}

    assert json.loads(parse_analysis(json.dumps(body)).to_json()) == body


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        ("{}", "it has no explanations, but nothing"),
        (
            '{"version": "1.0", "pre_training_bias_metrics": {}}',
            "it has no explanations, but pre_training_bias_metrics",
        ),
        ('{"explanations": 3}', "explanations: "),
        ('{"explanations": {}}', "no SHAP values"),
        ('{"explanations": {"kernel_shap": {"l": {"global_shap_values": {}}}}}', "no SHAP values"),
        ('{"explanations": {"kernel_shap": {"l": {}}}}', "explanations.kernel_shap.l.global_shap_values"),
        (
            '{"explanations": {"kernel_shap": {"l": {"global_shap_values": {"a": "high"}}}}}',
            "explanations.kernel_shap.l.global_shap_values.a",
        ),
    ],
)
def test_what_is_wrong_has_its_place(body: str, what: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        parse_analysis(body, "baselines/e/m/analysis.json")

    assert what in raised.value.what
    assert raised.value.where == "baselines/e/m/analysis.json"
    assert raised.value.expected
    assert raised.value.mend


def test_partial_dependence_alone_can_be_read() -> None:
    body = json.loads(CLARIFY)
    del body["explanations"]["kernel_shap"]

    assert len(parse_analysis(json.dumps(body), needs_shap=False).explanations.pdp) == 2


def test_names_of_labels() -> None:
    assert label_names(2) == ("label0", "label1")
    assert label_names(2, ("no", "yes")) == ("no", "yes")
    with pytest.raises(InvalidInputError, match="2 outputs, but 1 in label_headers"):
        label_names(2, ("no",))
