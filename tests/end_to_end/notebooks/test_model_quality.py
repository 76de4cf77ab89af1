"""Model quality of a churn model: labels meet their inferences, and its figures are scikit-learn's.

Source: amazon-sagemaker-examples, sagemaker_model_monitor/model_quality/model_quality_churn_sdk.ipynb. Its path of the
ground truth is the stack's own here.
"""

import csv
from pathlib import Path

import pytest
from sklearn import metrics

from driftline.sagemaker import CronExpressionGenerator, EndpointInput, ModelQualityMonitor
from driftline.sagemaker.dataset_format import DatasetFormat
from tests.end_to_end.notebooks.running import QUIET, REPORT, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

ENDPOINT = "DEMO-xgb-churn-model-quality-monitor"


def test_the_churn_notebook(around: Around, shared_data: Path) -> None:
    churn_model_quality_monitor = ModelQualityMonitor(
        role="arn:aws:iam::123456789012:role/notebook",
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size_in_gb=20,
        max_runtime_in_seconds=1800,
        sagemaker_session=None,
    )
    validation = shared_data / "churn_sagemaker" / "validation_with_predictions.csv"
    job = churn_model_quality_monitor.suggest_baseline(
        job_name="DEMO-xgb-churn-model-baseline-job",
        baseline_dataset=str(validation),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri="s3://bucket/baselining/results",
        problem_type="BinaryClassification",
        inference_attribute="prediction",
        probability_attribute="probability",
        ground_truth_attribute="label",
    )
    job.wait(logs=False)
    baseline_job = churn_model_quality_monitor.latest_baselining_job
    assert baseline_job is not None
    with validation.open() as file:
        rows = list(csv.DictReader(file))
    labels = [int(each["label"]) for each in rows]
    binary_metrics = baseline_job.baseline_statistics().body_dict["binary_classification_metrics"]
    assert binary_metrics["recall"]["value"] == pytest.approx(
        metrics.recall_score(labels, [int(each["prediction"]) for each in rows])
    )
    constraints = baseline_job.suggested_constraints().body_dict["binary_classification_constraints"]
    assert constraints["recall"]["comparison_operator"] == "LessThanThreshold"

    churn_model_quality_monitor.create_monitoring_schedule(
        monitor_schedule_name="DEMO-xgb-churn-monitoring-schedule",
        endpoint_input=EndpointInput(
            endpoint_name=ENDPOINT,
            probability_attribute="0",
            probability_threshold_attribute=0.5,
            destination="/opt/ml/processing/input_data",
        ),
        output_s3_uri="s3://bucket/baselining/results",
        problem_type="BinaryClassification",
        ground_truth_input=f"{around.place}/ground-truth/{ENDPOINT}",
        constraints=baseline_job.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    around.settle()
    assert churn_model_quality_monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"
    assert churn_model_quality_monitor.list_executions() == []

    # The notebook's labels are made up: 70 % are positive, whatever the model says.
    made_up = [int(number % 10 < 7) for number in range(len(rows))]
    around.captures(ENDPOINT, (("1,2", each["probability"]) for each in rows))
    around.labels(ENDPOINT, made_up)
    around.hour_passes(ENDPOINT, "model_quality")

    summary = churn_model_quality_monitor.describe_schedule()["LastMonitoringExecutionSummary"]
    assert isinstance(summary, dict)
    assert summary["MonitoringExecutionStatus"] == "CompletedWithViolations"
    latest_execution = churn_model_quality_monitor.list_executions()[-1]
    assert latest_execution.output.destination == f"{around.place}/reports/{ENDPOINT}/model_quality/{REPORT}"
    latest = churn_model_quality_monitor.latest_monitoring_statistics()
    violations = churn_model_quality_monitor.latest_monitoring_constraint_violations()
    assert latest is not None
    assert violations is not None
    found = latest.body_dict["binary_classification_metrics"]
    predicted = [int(float(each["probability"]) > 0.5) for each in rows]
    for name, score in (("recall", metrics.recall_score), ("precision", metrics.precision_score)):
        assert found[name]["value"] == pytest.approx(score(made_up, predicted))
    assert "recall" in {each["metric_name"] for each in violations.body_dict["violations"]}

    churn_model_quality_monitor.delete_monitoring_schedule()
    around.settle()
    assert around.schedules(ENDPOINT) == []
