"""Transform jobs of a churn model: data quality, and model quality by the ids that the job made.

Sources: amazon-sagemaker-examples, sagemaker_model_monitor/model_monitor_batch_transform/
SageMaker-ModelMonitoring-Batch-Transform-Data-Quality-On-schedule.ipynb and …-Model-Quality-On-schedule.ipynb. Captures
and labels are where the stack reads them, and the first job joins input and output, too.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from sklearn import metrics

from driftline.domain.instants import format_instant
from driftline.sagemaker import (
    BatchTransformInput,
    CronExpressionGenerator,
    DefaultModelMonitor,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
)
from driftline.sagemaker.dataset_format import DatasetFormat
from tests.end_to_end.endpoint import HOUR
from tests.end_to_end.notebooks.running import QUIET, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py


@pytest.fixture
def churn(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker"


def rows(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text().splitlines()))


def text(lines: Sequence[Sequence[object]]) -> bytes:
    return "".join(",".join(map(str, line)) + "\n" for line in lines).encode()


def test_data_quality_on_schedule(around: Around, churn: Path, tmp_path: Path) -> None:
    # Given training data in the order of the job's rows: features, and then the prediction
    header, *training = rows(churn / "training-dataset-with-header.csv")
    data = tmp_path / "training-inputs-with-header.csv"
    data.write_bytes(text([[*line[1:], line[0]] for line in (header, *training)]))
    results = "s3://bucket/sagemaker/DEMO-ModelMonitor/baselining/results"

    my_default_monitor = DefaultModelMonitor(
        role="role", instance_count=1, instance_type="ml.m5.xlarge", volume_size_in_gb=20, max_runtime_in_seconds=3600
    )
    my_default_monitor.suggest_baseline(
        baseline_dataset=around.data_set(data),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri=results,
        wait=True,
    )
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="DEMO-batch-data-quality",
        batch_transform_input=BatchTransformInput(
            data_captured_destination_s3_uri=f"{around.place}/capture/churn-batch",
            destination="/opt/ml/processing/input",
            dataset_format=MonitoringDatasetFormat.csv(header=False),
        ),
        output_s3_uri="s3://bucket/sagemaker/DEMO-ModelMonitor/reports",
        statistics=f"{results}/statistics.json",
        constraints=f"{results}/constraints.json",
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    around.settle()
    assert my_default_monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"

    # When the job of the hour ran over other customers
    test = rows(churn / "test-dataset.csv")
    around.transform("churn-batch", {"test-dataset-input-cols.csv.out": text([[*line[1:], line[0]] for line in test])})
    around.hour_passes("churn-batch", "data_quality")

    # Then its rows are judged by name
    latest_execution = my_default_monitor.list_executions()[-1]
    latest_execution.wait(logs=False)
    assert latest_execution.describe()["ProcessingJobStatus"] == "Completed"
    statistics = my_default_monitor.latest_monitoring_statistics()
    assert statistics is not None
    assert statistics.body_dict["dataset"]["item_count"] == len(test)
    features = {each["name"]: each for each in statistics.body_dict["features"]}
    assert list(features) == [*header[1:], header[0]]
    assert features["Account Length"]["numerical_statistics"]["sum"] == sum(int(line[1]) for line in test)
    my_default_monitor.delete_monitoring_schedule()
    around.settle()


def test_model_quality_on_schedule(around: Around, churn: Path) -> None:
    results = "s3://bucket/sagemaker/DEMO-ModelMonitor/baselining/results"
    my_default_monitor = ModelQualityMonitor(
        role="role", instance_count=1, instance_type="ml.m5.xlarge", volume_size_in_gb=30, max_runtime_in_seconds=1800
    )
    my_default_monitor.suggest_baseline(
        baseline_dataset=around.data_set(churn / "validation_with_predictions.csv"),
        problem_type="BinaryClassification",
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri=results,
        ground_truth_attribute="label",
        inference_attribute="prediction",
        wait=True,
    )
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="DEMO-batch-model-quality",
        batch_transform_input=BatchTransformInput(
            data_captured_destination_s3_uri=f"{around.place}/capture/churn-scores",
            destination="/opt/ml/processing/input",
            dataset_format=MonitoringDatasetFormat.csv(header=False),
            probability_attribute="69",  # the features come first
            probability_threshold_attribute=0.5,
            start_time_offset="-PT6H",
            end_time_offset="-PT0H",
        ),
        ground_truth_input=f"{around.place}/ground-truth/churn-scores",
        output_s3_uri="s3://bucket/sagemaker/DEMO-ModelMonitor/reports",
        problem_type="BinaryClassification",
        constraints=f"{results}/constraints.json",
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    test = rows(churn / "test-dataset.csv")
    labels = [int(line[0]) for line in test]
    scores = [round(abs(label - number % 10 / 12), 3) for number, label in enumerate(labels)]
    joined = [
        [*line[1:], score, f"churn-scores-{number}", format_instant(HOUR)]
        for number, (line, score) in enumerate(zip(test, scores, strict=True))
    ]
    around.transform("churn-scores", {"test-dataset-input-cols.csv.out": text(joined)})
    around.labels("churn-scores", labels)
    around.hour_passes("churn-scores", "model_quality")

    latest = my_default_monitor.latest_monitoring_statistics()
    assert latest is not None
    assert latest.body_dict["dataset"]["item_count"] == len(test)
    accuracy = latest.body_dict["binary_classification_metrics"]["accuracy"]["value"]
    assert accuracy == pytest.approx(metrics.accuracy_score(labels, [int(score > 0.5) for score in scores]))
    my_default_monitor.delete_monitoring_schedule()
    around.settle()
