"""A census data set: bias metrics and explanations by a processing job's calls, from S3 to S3.

Source: amazon-sagemaker-examples, sagemaker-clarify/fairness_and_explainability/fairness_and_explainability.ipynb. The
model's file answers for the model, because no endpoint is started for one of SageMaker's models, and its SHAP values are
exact.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import xgboost

from driftline.sagemaker import clarify
from driftline.sagemaker.clarify import ModelPredictedLabelConfig
from tests.answering import answering
from tests.end_to_end.notebooks import churn
from tests.end_to_end.notebooks.running import QUIET, RESULTS, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

ROWS = 3_000
THRESHOLD = 0.8
HEADERS = [
    "Target",
    "Age",
    "Workclass",
    "fnlwgt",
    "Education",
    "Education-Num",
    "Marital Status",
    "Occupation",
    "Relationship",
    "Ethnic group",
    "Sex",
    "Capital Gain",
    "Capital Loss",
    "Hours per week",
    "Country",
]
MODEL = f"{RESULTS}/census/model.tar.gz"
TRAIN = f"{RESULTS}/census/train_data.csv"


@pytest.fixture(scope="module")
def training_data(shared_data: Path) -> churn.Floats:
    """The label first, and texts as the numbers of their order: women 0, men 1."""
    rows = duckdb.read_parquet(str(shared_data / "adult" / "adults.parquet")).limit(ROWS).fetchall()
    columns = [list(column) for column in zip(*[(row[-1], *row[:-1]) for row in rows], strict=True)]
    encoded = [
        column if isinstance(column[0], int) else np.unique([str(each) for each in column], return_inverse=True)[1]
        for column in columns
    ]
    return np.array(encoded, dtype=float).T


@pytest.fixture(scope="module")
def booster(training_data: churn.Floats) -> xgboost.Booster:
    data = xgboost.DMatrix(training_data[:, 1:], label=training_data[:, 0], feature_names=HEADERS[1:])
    settings = {"max_depth": 5, "eta": 0.2, "gamma": 4, "min_child_weight": 6, "objective": "binary:logistic"}
    return xgboost.train({**settings, "nthread": 1, "seed": 1}, data, num_boost_round=30)


@pytest.fixture
def census(analysing: Around, training_data: churn.Floats, booster: xgboost.Booster) -> Around:
    """What the notebook uploads."""
    analysing.bucket.put(TRAIN, "".join(f"{churn.line(row)}\n" for row in training_data).encode())
    analysing.bucket.put(MODEL, churn.packed(booster))
    return analysing


def clarify_processor() -> clarify.SageMakerClarifyProcessor:
    return clarify.SageMakerClarifyProcessor(
        role="role", instance_count=1, instance_type="ml.m5.xlarge", sagemaker_session=None
    )


def data_config(census: Around, result: str) -> clarify.DataConfig:
    return clarify.DataConfig(
        s3_data_input_path=f"{census.place}/{TRAIN}",
        s3_output_path=f"{census.place}/{RESULTS}/census/{result}",
        label="Target",
        headers=HEADERS,
        dataset_type="text/csv",
    )


def bias_config() -> clarify.BiasConfig:
    return clarify.BiasConfig(
        label_values_or_threshold=[1], facet_name="Sex", facet_values_or_threshold=[0], group_name="Age"
    )


def by_metric(analysis: dict[str, Any], section: str) -> dict[str, float]:
    [group] = analysis[section]["facets"]["Sex"]
    assert [each["error"] for each in group["metrics"] if "error" in each] == []
    return {each["name"]: each["value"] for each in group["metrics"]}


def conditional_disparity(positive: Any, women: Any, groups: Any) -> float:
    """CDDL, or CDDPL of predictions: women's share of what is refused minus that of what is granted, by group."""

    def disparity(granted: Any, of_women: Any) -> float:
        refused_share = of_women[~granted].mean() if (~granted).any() else 0.0
        granted_share = of_women[granted].mean() if granted.any() else 0.0
        return float(refused_share - granted_share)

    found = [
        (np.sum(groups == each), disparity(positive[groups == each], women[groups == each])) for each in set(groups)
    ]
    return float(sum(number * value for number, value in found) / len(groups))


def test_bias_of_labels_and_of_the_models_file(
    census: Around, training_data: churn.Floats, booster: xgboost.Booster
) -> None:
    made = clarify_processor()
    made.run_bias(
        data_config=data_config(census, "clarify-bias"),
        bias_config=bias_config(),
        model_config=clarify.ModelConfig(
            model_name=f"{census.place}/{MODEL}",
            instance_type="ml.m5.xlarge",
            instance_count=1,
            accept_type="text/csv",
            content_type="text/csv",
        ),
        model_predicted_label_config=ModelPredictedLabelConfig(probability_threshold=THRESHOLD),
        pre_training_methods="all",
        post_training_methods="all",
    )
    assert made.latest_job is not None
    assert made.latest_job.describe()["ProcessingJobStatus"] == "Completed"
    folder = f"{RESULTS}/census/clarify-bias/"
    assert {each.removeprefix(folder) for each in census.bucket.everything(folder)} == set(made.latest_job.files)
    analysis = census.bucket.json(f"{folder}analysis.json")
    women, ages = training_data[:, 10] == 0, training_data[:, 1]
    labels, predicted = training_data[:, 0] == 1, churn.scores(booster, training_data[:, 1:]) > THRESHOLD
    counted = churn.differences(labels, predicted, women)
    of_labels = by_metric(analysis, "pre_training_bias_metrics")
    assert of_labels["DPL"] == pytest.approx(counted["DPL"])
    assert of_labels["CDDL"] == pytest.approx(conditional_disparity(labels, women, ages))
    of_predictions = by_metric(analysis, "post_training_bias_metrics")
    assert of_predictions["DPPL"] == pytest.approx(counted["DPPL"])
    assert of_predictions["AD"] == pytest.approx(counted["AD"])
    assert of_predictions["CDDPL"] == pytest.approx(conditional_disparity(predicted, women, ages))


def test_bias_of_an_endpoint_is_that_of_its_models_file(
    census: Around, training_data: churn.Floats, booster: xgboost.Booster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint is somewhere else than the stack; it answers a probability to a line of features."""

    def answer(body: str) -> tuple[int, bytes]:
        rows = np.array(list(csv.reader(io.StringIO(body))), dtype=float)
        return 200, "".join(f"{score!r}\n" for score in churn.scores(booster, rows).tolist()).encode()

    made = clarify_processor()
    with answering(answer) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", endpoint.address)
        made.run_post_training_bias(
            data_config=data_config(census, "clarify-endpoint"),
            data_bias_config=bias_config(),
            model_config=clarify.ModelConfig(endpoint_name="census", accept_type="text/csv", content_type="text/csv"),
            model_predicted_label_config=ModelPredictedLabelConfig(probability_threshold=THRESHOLD),
        )
    assert sum(len(body.splitlines()) for body in endpoint.bodies) == ROWS
    women = training_data[:, 10] == 0
    predicted = churn.scores(booster, training_data[:, 1:]) > THRESHOLD
    counted = churn.differences(training_data[:, 0] == 1, predicted, women)
    analysis = census.bucket.json(f"{RESULTS}/census/clarify-endpoint/analysis.json")
    found = by_metric(analysis, "post_training_bias_metrics")
    assert {name: found[name] for name in ("DPPL", "AD")} == pytest.approx(
        {name: counted[name] for name in ("DPPL", "AD")}
    )


def test_explanations(census: Around, training_data: churn.Floats, booster: xgboost.Booster) -> None:
    made = clarify_processor()
    made.run_explainability(
        data_config=data_config(census, "clarify-explainability"),
        model_config=clarify.ModelConfig(
            model_name=f"{census.place}/{MODEL}", instance_type="ml.m5.xlarge", instance_count=1
        ),
        explainability_config=clarify.SHAPConfig(
            baseline=[training_data[0, 1:].tolist()],
            num_samples=15,
            agg_method="mean_abs",
            save_local_shap_values=True,
        ),
    )
    folder = f"{RESULTS}/census/clarify-explainability/"
    files = census.bucket.everything(folder)
    contributions = booster.predict(
        xgboost.DMatrix(training_data[:, 1:], feature_names=HEADERS[1:]), pred_contribs=True
    )[:, :-1]
    assert churn.attributions(json.loads(files[f"{folder}analysis.json"])) == pytest.approx(
        churn.mean_contributions(booster, training_data[:, 1:]), abs=1e-5
    )

    # And the notebook takes one of the rows
    header, *local_explanations = csv.reader(files[f"{folder}explanations_shap/out.csv"].decode().splitlines())
    feature_names = [name.removesuffix("_label0") for name in header]
    assert feature_names == HEADERS[1:]
    assert len(local_explanations) == ROWS
    selected_example = 111
    assert [float(value) for value in local_explanations[selected_example]] == pytest.approx(
        contributions[selected_example].tolist(), abs=1e-5
    )
