"""analysis_config.json: both forms are read as they are, and every problem says what, where, expected and the fix."""

import json
from typing import Any

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules.config import CONFIG
from driftline.kinds.model_bias.rules.config_fields import BiasConfig, FacetConfig
from driftline.kinds.model_bias.rules.metrics import POST_TRAINING, PRE_TRAINING

PROCESSING: dict[str, Any] = {
    "dataset_type": "application/json",
    "features": "instances[*].features",
    "headers": ["Age", "Sex", "Target"],
    "label": "instances[*].label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "Sex", "value_or_threshold": [0]}],
    "group_variable": "Age",
    "methods": {
        "report": {"name": "report", "title": "Analysis Report"},
        "pre_training_bias": {"methods": "all"},
        "post_training_bias": {"methods": "all"},
    },
    "predictor": {
        "model_name": "m",
        "instance_type": "ml.m5.xlarge",
        "initial_instance_count": 1,
        "content_template": '{"instances":$records}',
        "label": "predictions[*].predicted_label",
        "probability": "predictions[*].score",
    },
}
MONITORING: dict[str, Any] = {
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "Age", "value_or_threshold": [40]}, {"name_or_index": 1}],
    "headers": ["Age", "Sex", "Target"],
    "label": "Target",
}


def changed(**fields: object) -> dict[str, object]:
    body = MONITORING | fields
    return {name: value for name, value in body.items() if value is not ...}


def test_the_form_of_a_processing_job() -> None:
    assert CONFIG.parse(json.dumps(PROCESSING)) == BiasConfig(
        facets=(FacetConfig("Sex", (0,)),),
        positives=(1,),
        label="instances[*].label",
        group_variable="Age",
        headers=("Age", "Sex", "Target"),
        dataset_type="application/json",
        features="instances[*].features",
        predictor_label="predictions[*].predicted_label",
        predictor_probability="predictions[*].score",
        processing=True,
    )


def test_the_form_of_a_monitor_watches_all_metrics() -> None:
    found = CONFIG.parse(json.dumps(MONITORING))

    assert found.facets == (FacetConfig("Age", (40,)), FacetConfig("Sex"))
    assert (found.pre, found.post) == (PRE_TRAINING, POST_TRAINING)
    assert not found.processing


def test_chosen_metrics_and_columns_by_place() -> None:
    body = changed(
        methods={"post_training_bias": {"methods": ["RD", "DI"]}},
        label=2,
        excluded_columns=[0],
        probability_threshold=0.3,
    )
    found = CONFIG.parse(json.dumps(body))

    assert (found.pre, found.post) == ((), ("DI", "RD"))
    assert (found.label, found.excluded, found.probability_threshold) == ("Target", ("Age",), 0.3)


def test_without_headers_a_place_stays_a_place() -> None:
    found = CONFIG.parse(json.dumps(changed(headers=..., label=2)))

    assert (found.label, found.facets[1].column) == ("2", "1")


@pytest.mark.parametrize(
    ("body", "where", "what", "fix"),
    [
        (changed(facets=[]), "facets", "unknown field", "Rename it to facet."),
        (changed(colour=1), "colour", "unknown field", "Remove it."),
        (changed(facet=...), "facet", "no facet", "Name the column"),
        (changed(facet="Sex"), "facet", "the text 'Sex'", "Name the column"),
        (changed(facet=[{"value_or_threshold": [1]}]), "facet[0]", "no name_or_index", "Add the column"),
        (changed(facet=[{"name_or_index": "Sxe"}]), "facet[0].name_or_index", "not in headers", "Did you mean 'Sex'?"),
        (changed(facet=[{"name_or_index": 3}]), "facet[0].name_or_index", "there is no column 3", "from 0 on"),
        (changed(facet=[{"name_or_index": True}]), "facet[0].name_or_index", "true", "as text"),
        (
            changed(facet=[{"name_or_index": "Sex", "value_or_threshold": 0}]),
            *("facet[0].value_or_threshold", "the number 0", "Write [0]."),
        ),
        (
            changed(facet=[{"name_or_index": "Sex", "value_or_threshold": [None]}]),
            *("facet[0].value_or_threshold[0]", "null", "as in the data"),
        ),
        (changed(facet=[{"name_or_index": "Sex"}, {"name_or_index": 1}]), "facet[1]", "twice", "into one list"),
        (changed(label_values_or_threshold=...), "label_values_or_threshold", "no positive label", "good outcomes"),
        (changed(label_values_or_threshold=1), "label_values_or_threshold", "the number 1", "Write [1]."),
        (changed(label="Tarjet"), "label", "not in headers", "Did you mean 'Target'?"),
        (changed(group_variable="Zip"), "group_variable", "not in headers", "add it to headers"),
        (changed(headers="Age"), "headers", "the text 'Age'", '["first", "second"]'),
        (changed(headers=["Age", "Sex", "Sex", "Target"]), "headers", "'Sex' occurs twice", "Rename"),
        (changed(probability_threshold=1.5), "probability_threshold", "no probability", "0.5"),
        (changed(probability_threshold="0.5"), "probability_threshold", "the text '0.5'", "0.5"),
        (changed(dataset_type="text/cvs"), "dataset_type", "'text/cvs'", "Did you mean text/csv?"),
        (changed(methods=[]), "methods", "a list without an entry", "Write { }"),
        (changed(methods={"shap": {}}), "methods", "no bias metrics", '"post_training_bias"'),
        (
            changed(methods={"pre_training_bias": {"methods": ["RD"]}}),
            *("methods.pre_training_bias.methods", "'RD' is not a metric of this stage", "Remove it."),
        ),
        (
            changed(methods={"pre_training_bias": {"methods": ["KLL"]}}),
            *("methods.pre_training_bias.methods", "'KLL' is not a metric", "Did you mean KL?"),
        ),
        (
            changed(methods={"pre_training_bias": {"methods": 3}}),
            *("methods.pre_training_bias.methods", "the number 3", 'Write "all".'),
        ),
        (changed(features={}), "features", "an object", "into quotes"),
    ],
)
def test_a_problem_has_its_place_and_its_fix(body: dict[str, object], where: str, what: str, fix: str) -> None:
    found = CONFIG.problems(json.dumps(body))

    place, problem = next(((each.where, each) for each in found if each.where == where), ("", None))
    assert place == where, found
    assert problem is not None
    assert what in problem.what
    assert fix in problem.mend
    assert problem.expected
    with pytest.raises(InvalidInputError) as raised:
        CONFIG.parse(json.dumps(body), "baselines/e/m/analysis_config.json")
    assert raised.value.where.startswith("baselines/e/m/analysis_config.json: ")


def test_all_problems_are_found_at_once() -> None:
    body = changed(label="Tarjet", label_values_or_threshold=1, probability_threshold=7, colour=1)

    assert {each.where for each in CONFIG.problems(json.dumps(body))} == {
        *("label", "label_values_or_threshold", "probability_threshold", "colour"),
    }


@pytest.mark.parametrize(("body", "what"), [("{", "not JSON"), ("[]", "a list without an entry at the top")])
def test_no_object_is_a_problem(body: str, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        CONFIG.parse(body)
