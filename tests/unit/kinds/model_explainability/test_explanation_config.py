"""analysis_config.json: both forms are read as they are, and every problem says what, where, expected and the fix."""

import json
from typing import Any

import pytest

from driftline.domain.analysis_config.dataset import DatasetConfig
from driftline.domain.analysis_config.predictor import PredictorConfig
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.aggregation import Aggregation
from driftline.domain.predictions.questions import Question
from driftline.kinds.model_explainability.rules.config import CONFIG
from driftline.kinds.model_explainability.rules.config_baseline import rows_of_file
from driftline.kinds.model_explainability.rules.config_fields import ExplanationConfig, PdpConfig, ShapConfig

PROCESSING: dict[str, Any] = {
    "dataset_type": "text/csv",
    "headers": ["Target", "Age", "Sex", "id"],
    "label": "Target",
    "joinsource_name_or_index": "id",
    "methods": {
        "report": {"name": "report", "title": "Analysis Report"},
        "shap": {
            "baseline": [[39, "male"], [None, "female"]],
            "num_samples": 100,
            "agg_method": "median",
            "use_logit": True,
            "seed": 7,
            "save_local_shap_values": True,
            "features_to_explain": ["Sex"],
        },
        "pdp": {"grid_resolution": 20, "features": ["Age", 2]},
    },
    "predictor": {
        "model_name": "m",
        "instance_type": "ml.m5.xlarge",
        "initial_instance_count": 1,
        "accept_type": "text/csv",
        "probability": 1,
        "label_headers": ["no", "yes"],
    },
}
MONITORING: dict[str, Any] = {
    "methods": {"shap": {"baseline": "s3://bucket/baseline.csv", "num_samples": 50}},
    "predictor": {
        "endpoint_name": "shadow",
        "content_type": "application/jsonlines",
        "content_template": '{"data":$features}',
        "label": "predictions[*].score",
    },
    "headers": ["Age", "Sex"],
}


def with_shap(**fields: object) -> dict[str, object]:
    return {**MONITORING, "methods": {"shap": {"num_samples": 50} | fields}}


def with_pdp(**fields: object) -> dict[str, object]:
    return {**MONITORING, "methods": {"pdp": fields}}


def with_predictor(**fields: object) -> dict[str, object]:
    return {**MONITORING, "predictor": MONITORING["predictor"] | fields}


def test_the_form_of_a_processing_job() -> None:
    assert CONFIG.parse(json.dumps(PROCESSING)) == ExplanationConfig(
        data=DatasetConfig(type="text/csv", headers=("Target", "Age", "Sex", "id"), label="Target", joinsource="id"),
        predictor=PredictorConfig(
            model="m",
            instance_type="ml.m5.xlarge",
            instance_count=1,
            accept_type="text/csv",
            probability="1",
            label_headers=("no", "yes"),
        ),
        shap=ShapConfig(
            baseline=((39, "male"), (None, "female")),
            num_samples=100,
            aggregation=Aggregation.MEDIAN,
            use_logit=True,
            seed=7,
            save_local_values=True,
            features=("Sex",),
        ),
        pdp=PdpConfig(20, ("Age", "Sex")),
    )


def test_the_form_of_a_monitor() -> None:
    found = CONFIG.parse(json.dumps(MONITORING))

    assert found.shap == ShapConfig(baseline_uri="s3://bucket/baseline.csv", num_samples=50)
    assert found.pdp is None
    assert found.data.feature_names == ("Age", "Sex")
    assert found.predictor.scores == "predictions[*].score"
    assert found.predictor.question() == Question(
        "shadow", "application/jsonlines", content_template='{"data":$features}'
    )


def test_a_probability_goes_before_a_label() -> None:
    predictor = CONFIG.parse(json.dumps(with_predictor(probability="score"))).predictor

    assert (predictor.scores, predictor.label) == ("score", "predictions[*].score")


def test_without_a_content_type_the_endpoint_is_asked_as_the_data_are() -> None:
    predictor = PredictorConfig(endpoint="e")

    assert predictor.question("application/json") == Question("e", "application/json")
    assert predictor.question("application/x-parquet") == Question("e", "text/csv")
    assert PredictorConfig().question() is None


def test_shap_without_fields_has_clarifys_defaults() -> None:
    found = CONFIG.parse(json.dumps({"methods": {"shap": {}, "pdp": {}}}))

    assert found.shap == ShapConfig(aggregation=Aggregation.MEAN_ABS)
    assert found.pdp == PdpConfig(grid_resolution=15, top_k_features=10)


@pytest.mark.parametrize(
    ("dataset", "baseline"),
    [
        ({"dataset_type": "text/csv"}, [[39, "male"]]),
        ({"dataset_type": "text/csv"}, [39, "male"]),
        ({"dataset_type": "application/jsonlines"}, [{"features": [39, "male"]}]),
        ({"dataset_type": "application/jsonlines", "features": "data.values"}, [{"data": {"values": [39, "male"]}}]),
        ({"dataset_type": "application/jsonlines"}, [{"Sex": "male", "Age": 39}]),
        (
            {"dataset_type": "application/json", "features": "instances[*].features"},
            {"instances": [{"features": [39, "male"]}]},
        ),
        ({"dataset_type": "application/json", "features": "instances[*]"}, {"instances": [{"Sex": "male", "Age": 39}]}),
    ],
)
def test_a_baseline_has_the_form_of_the_data(dataset: dict[str, object], baseline: object) -> None:
    found = CONFIG.parse(json.dumps(with_shap(baseline=baseline) | dataset))

    assert found.shap is not None
    assert found.shap.baseline == ((39, "male"),)


@pytest.mark.parametrize(
    ("dataset", "body"),
    [
        ({"type": "text/csv"}, b"39,male\n41,\n"),
        ({"type": "text/csv"}, b"\xef\xbb\xbfAge,Sex\n39,male\n41,\n"),
        ({}, b"39,male\r\n41,\r\n"),
        ({"type": "application/jsonlines"}, b'{"features": ["39", "male"]}\n\n["41", ""]\n'),
        ({"type": "application/json", "features": "rows"}, b'{"rows": [["39", "male"], ["41", ""]]}'),
    ],
)
def test_baseline_rows_in_a_file_of_their_own(dataset: dict[str, Any], body: bytes) -> None:
    data = DatasetConfig(headers=("Age", "Sex", "Target"), label="Target", **dataset)

    assert rows_of_file(body, data, "s3://b/baseline.csv") == (("39", "male"), ("41", ""))


@pytest.mark.parametrize(
    ("kind", "body", "what"),
    [
        ("text/csv", b"", "no baseline row"),
        ("text/csv", b"1,2,3\n", "3 values for 2 features"),
        ("text/csv", b"\xff", "codec"),
        ("text/csv", b'"1', "not CSV"),
        ("application/json", b"{", "it cannot be read"),
        ("application/jsonlines", b"3\nx", "it cannot be read"),
    ],
)
def test_damaged_files_of_baseline_rows(kind: str, body: bytes, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what) as raised:
        rows_of_file(body, DatasetConfig(type=kind, headers=("Age", "Sex")), "s3://b/baseline")

    assert raised.value.where.startswith("s3://b/baseline")


def test_the_label_of_json_is_the_last_header() -> None:
    body = {
        "dataset_type": "application/json",
        "features": "instances[*].features",
        "headers": ["Age", "Sex", "Target"],
        "label": "instances[*].label",
        "methods": {"shap": {"baseline": {"instances": [{"features": [1, 2]}]}}},
    }

    assert CONFIG.parse(json.dumps(body)).data.feature_names == ("Age", "Sex")


@pytest.mark.parametrize(
    ("body", "where", "what", "fix"),
    [
        (MONITORING | {"methods": {}}, "methods", "no explanations are asked for, but nothing", "Add"),
        (MONITORING | {"methods": {"report": {}}}, "methods", "but report", "Add"),
        (
            MONITORING | {"methods": {"shap": {}, "shapley": {}}},
            "methods.shapley",
            "an unknown field",
            "Rename it to shap.",
        ),
        (MONITORING | {"methods": {"shap": 3}}, "methods.shap", "the number 3", "Write { }"),
        (
            MONITORING | {"methods": {"shap": {}, "asymmetric_shapley_value": {}}},
            *("methods.asymmetric_shapley_value", "forecasts", "Use shap"),
        ),
        (MONITORING | {"time_series_data_config": {}}, "time_series_data_config", "forecasts", "Remove it"),
        (MONITORING | {"dataset_type": "application/x-image"}, "dataset_type", "images", "another tool"),
        (MONITORING | {"header": []}, "header", "an unknown field", "Rename it to headers."),
        (MONITORING | {"joinsource_name_or_index": "Id"}, "joinsource_name_or_index", "not in headers", "add it"),
        (with_shap(text_config={"granularity": "token"}), "methods.shap.text_config", "parts of texts", "Remove"),
        (with_shap(image_config={"model_type": "x"}), "methods.shap.image_config", "parts of images", "Remove"),
        (
            with_shap(baseline=[[1, 2]], num_clusters=3),
            "methods.shap.num_clusters",
            "Baseline and num_clusters cannot be provided together. Please specify one of the two.",
            "Remove one",
        ),
        (with_shap(baseline=[]), "methods.shap.baseline", "a list without an entry", "Leave it out"),
        (with_shap(baseline=3), "methods.shap.baseline", "the number 3", "Leave it out"),
        (with_shap(baseline=""), "methods.shap.baseline", "an empty text", "Leave it out"),
        (with_shap(baseline=[[1]]), "methods.shap.baseline[0]", "1 value for 2 features", "without the label"),
        (with_shap(baseline=[[1, 2], "x"]), "methods.shap.baseline[1]", "the text 'x'", "Write numbers"),
        (with_shap(baseline=[[1, [2]]]), "methods.shap.baseline[0]", "a list", "Write numbers"),
        (with_shap(baseline={"rows": [[1, 2]]}), "methods.shap.baseline", "a document", "instances[*].features"),
        (
            with_shap(baseline={"rows": [[1, 2]]}) | {"features": "instances[*]"},
            *("methods.shap.baseline", "finds no rows", "instances[*].features"),
        ),
        (
            {"methods": {"shap": {"baseline": [[1, 2], [1]]}}},
            *("methods.shap.baseline[1]", "not as long as the first row: 1, not 2", "in every row"),
        ),
        (with_shap(num_samples=0), "methods.shap.num_samples", "the number 0", "Leave it out"),
        (with_shap(num_samples="many"), "methods.shap.num_samples", "the text 'many'", "Leave it out"),
        (with_shap(num_clusters=1.5), "methods.shap.num_clusters", "the number 1.5", "Leave it out"),
        (with_shap(agg_method="mean-abs"), "methods.shap.agg_method", "'mean-abs'", "Did you mean mean_abs?"),
        (with_shap(seed=-1), "methods.shap.seed", "the number -1", "Leave it out"),
        (with_shap(use_logit="yes"), "methods.shap.use_logit", "the text 'yes'", "Leave it out for false."),
        (with_shap(nsamples=3), "methods.shap.nsamples", "an unknown field", "Rename it to num_samples."),
        (with_shap(features_to_explain=["Agee"]), "methods.shap.features_to_explain[0]", "not in headers", "'Age'"),
        (with_shap(features_to_explain=["Age", 0]), "methods.shap.features_to_explain", "twice", "Remove one"),
        (
            with_shap(features_to_explain=["Sex"]) | {"label": "Sex"},
            *("methods.shap.features_to_explain", "'Sex' is not a feature", "Remove it."),
        ),
        (
            with_pdp(grid_resolution=10),
            *(
                "methods.pdp.features",
                "PDP features must be provided when ShapConfig is not provided",
                "Name the features",
            ),
        ),
        (with_pdp(features=["Age"], grid_resolution=0), "methods.pdp.grid_resolution", "the number 0", "default"),
        (with_pdp(features=["Age"], top_k_features=0), "methods.pdp.top_k_features", "the number 0", "default"),
        (with_pdp(features="Age"), "methods.pdp.features", "the text 'Age'", '["first", "second"]'),
        (with_predictor(endpoint="e"), "predictor.endpoint", "an unknown field", "Rename it to endpoint_name."),
        (with_predictor(content_type="image/png"), "predictor.content_type", "images and arrays", "another tool"),
        (with_predictor(content_type="text/cvs"), "predictor.content_type", "'text/cvs'", "Did you mean text/csv?"),
        (with_predictor(content_template="{}"), "predictor.content_template", "no place for the features", "$records"),
        (with_predictor(label_headers=["a", "a"]), "predictor.label_headers", "'a' occurs twice", "Rename"),
        (with_predictor(initial_instance_count=0), "predictor.initial_instance_count", "the number 0", "default"),
        (with_predictor(custom_attributes=[]), "predictor.custom_attributes", "a list", "into quotes"),
    ],
)
def test_a_problem_has_its_place_and_its_fix(body: dict[str, object], where: str, what: str, fix: str) -> None:
    found = CONFIG.problems(json.dumps(body))

    problem = next((each for each in found if each.where == where), None)
    assert problem is not None, found
    assert what in problem.what
    assert fix in problem.mend
    assert problem.expected
    with pytest.raises(InvalidInputError) as raised:
        CONFIG.parse(json.dumps(body), "analyses/a/analysis_config.json")
    assert raised.value.where.startswith("analyses/a/analysis_config.json: ")


def test_all_problems_are_found_at_once() -> None:
    body = with_shap(seed=-1, baseline=3, agg_method="sum") | {"colour": 1, "headers": 3}

    assert {each.where for each in CONFIG.problems(json.dumps(body))} == {
        *("colour", "headers", "methods.shap.seed", "methods.shap.baseline", "methods.shap.agg_method"),
    }


@pytest.mark.parametrize(("body", "what"), [("{", "not JSON"), ("[]", "a list without an entry at the top")])
def test_no_object_is_a_problem(body: str, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        CONFIG.parse(body)
