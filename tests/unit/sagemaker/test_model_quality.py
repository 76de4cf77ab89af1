"""The notebook of SageMaker's tutorial on model quality, typed as calls, over a folder and over a bucket.

"Amazon SageMaker Model Quality Monitor" of amazon-sagemaker-examples: a churn model, its validation data with predictions
as the baseline. scikit-learn says what the metrics are.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from sklearn import metrics

from driftline.adapters.aws.s3 import S3Store
from driftline.domain.errors import InvalidInputError
from driftline.sagemaker import (
    BaseliningJob,
    CronExpressionGenerator,
    DatasetFormat,
    EndpointInput,
    ModelQualityMonitor,
    Session,
)
from tests.aws import fake_aws

ENDPOINT = "DEMO-xgb-churn-model-quality-monitor"
CUTOFF = 0.8
"""Of the tutorial's column `prediction`; its schedule says 0.5."""

HOUR = "2026/03/02/10"
INPUT = EndpointInput(
    ENDPOINT, "/opt/ml/processing/input_data", probability_attribute="0", probability_threshold_attribute=0.5
)


@pytest.fixture
def data(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker" / "validation_with_predictions.csv"


def rows(data: Path) -> list[tuple[float, int]]:
    """(probability, label)"""
    with data.open() as file:
        return [(float(each["probability"]), int(each["label"])) for each in csv.DictReader(file)]


def suggested(monitor: ModelQualityMonitor, data: Path) -> BaseliningJob:
    return monitor.suggest_baseline(
        baseline_dataset=str(data),
        dataset_format=DatasetFormat.csv(header=True),
        problem_type="BinaryClassification",
        inference_attribute="prediction",
        probability_attribute="probability",
        ground_truth_attribute="label",
        job_name="churn-validation",
    )


def captured(place: Path, found: list[tuple[float, int]]) -> None:
    """What data capture and the people with the labels write; the second half of the labels is wrong by one step."""
    capture = place / "capture" / ENDPOINT / "AllTraffic" / HOUR / "a.jsonl"
    labels = place / "ground-truth" / ENDPOINT / HOUR / "a.jsonl"
    for path in (capture, labels):
        path.parent.mkdir(parents=True)
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    capture.write_text(
        "".join(
            json.dumps(
                {
                    "captureData": {
                        "endpointInput": {**side, "mode": "INPUT", "data": "1,2"},
                        "endpointOutput": {**side, "mode": "OUTPUT", "data": str(probability)},
                    },
                    "eventMetadata": {
                        "eventId": f"event-{number}",
                        "inferenceId": str(number),
                        "inferenceTime": "2026-03-02T10:15:00Z",
                    },
                    "eventVersion": "0",
                }
            )
            + "\n"
            for number, (probability, _) in enumerate(found)
        )
    )
    labels.write_text(
        "".join(
            json.dumps(
                {
                    "groundTruthData": {"data": str(label), "encoding": "CSV"},
                    "eventMetadata": {"eventId": str(number)},
                    "eventVersion": "0",
                }
            )
            + "\n"
            for number, (_, label) in enumerate(found)
        )
    )


def expected(found: list[tuple[float, int]], threshold: float) -> dict[str, float]:
    truth = [label for _, label in found]
    predicted = [int(probability > threshold) for probability, _ in found]
    return {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "precision": metrics.precision_score(truth, predicted),
        "recall": metrics.recall_score(truth, predicted),
        "f1": metrics.f1_score(truth, predicted),
        "auc": metrics.roc_auc_score(truth, [probability for probability, _ in found]),
    }


def figures(body: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    found = body["binary_classification_metrics"]
    return {name: found[name]["value"] for name in ("accuracy", "precision", "recall", "f1", "auc")}


def test_the_baseline_and_the_window_have_scikit_learns_figures(tmp_path: Path, data: Path) -> None:
    found = rows(data)
    monitor = ModelQualityMonitor(sagemaker_session=Session(tmp_path))
    job = suggested(monitor, data)
    assert figures(job.baseline_statistics().body_dict) == pytest.approx(expected(found, CUTOFF))

    monitor.create_monitoring_schedule(
        monitor_schedule_name="churn-quality",
        endpoint_input=INPUT,
        problem_type="BinaryClassification",
        ground_truth_input=str(tmp_path / "ground-truth" / ENDPOINT),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    assert (tmp_path / "monitors" / f"{ENDPOINT}.yaml").read_text() == (
        f"endpoint: {ENDPOINT}\n"
        "monitors:\n"
        "  model_quality:\n"
        '    schedule: "cron(0 * ? * * *)"\n'
        "    problem_type: BinaryClassification\n"
        "    schedule_name: churn-quality\n"
        '    probability_attribute: "0"\n'
        "    probability_threshold_attribute: 0.5\n"
        "    metrics: totals\n"
    )
    assert not (tmp_path / "monitors" / "churn-validation.yaml").exists(), "no endpoint is called as a job"

    wrong = [(probability, 1 - label if number % 2 else label) for number, (probability, label) in enumerate(found)]
    captured(tmp_path, wrong)
    (execution,) = monitor.run_schedule_now()
    assert execution.describe()["MonitoringExecutionStatus"] == "CompletedWithViolations"
    statistics = monitor.latest_monitoring_statistics()
    violations = monitor.latest_monitoring_constraint_violations()
    assert statistics is not None
    assert violations is not None
    assert figures(statistics.body_dict) == pytest.approx(expected(wrong, 0.5))
    assert "accuracy" in {each["metric_name"] for each in violations.body_dict["violations"]}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket="stack")
        monkeypatch.setenv("DRIFTLINE_STORE", "s3://stack")
        yield S3Store("stack")


def test_over_a_bucket_nothing_is_uploaded_that_the_stack_would_refuse(store: S3Store, data: Path) -> None:
    """A data set whose endpoint has no document cannot be read by the stack."""
    monitor = ModelQualityMonitor()
    suggested(monitor, data)
    assert not [each.key for each in store.list("") if "/input/" in each.key or each.key.startswith("monitors/")]
    monitor.create_monitoring_schedule(INPUT, f"s3://stack/ground-truth/{ENDPOINT}/", "BinaryClassification")
    baseline = {each.key.rsplit("/", 1)[-1] for each in store.list(f"baselines/{ENDPOINT}/model_quality/")}
    files = {"statistics.json", "constraints.json", "estimates.json", "predictions.json"}
    assert baseline == files | {"suggestion.json"}, "without the last one, constraints are judged as SageMaker's own"


def test_what_a_schedule_lacks_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    monitor = ModelQualityMonitor(sagemaker_session=Session(tmp_path))
    there = str(tmp_path / "ground-truth" / ENDPOINT)
    for arguments, message in (
        ((INPUT, "s3://elsewhere/labels", "BinaryClassification"), r"labels are not read there.*ground-truth"),
        ((INPUT, None, "BinaryClassification"), "labels are not read there"),
        ((INPUT, there, None), r"problem_type: missing"),
        ((INPUT, there, "Clustering"), "monitors.model_quality.problem_type"),
        ((ENDPOINT, there, "Regression"), "inference_attribute"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            monitor.create_monitoring_schedule(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_that_cannot_be_read_leaves_nothing(tmp_path: Path, data: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monitor = ModelQualityMonitor(sagemaker_session=Session(place))
    with pytest.raises(InvalidInputError, match=r"labels"):
        monitor.suggest_baseline(
            data, DatasetFormat.csv(header=True), "Regression", "prediction", ground_truth_attribute="labels"
        )
    with pytest.raises(InvalidInputError, match="problem_type"):
        monitor.suggest_baseline(data, DatasetFormat.csv(header=True), "Clustering", "prediction")
    assert list(place.iterdir()) == []
