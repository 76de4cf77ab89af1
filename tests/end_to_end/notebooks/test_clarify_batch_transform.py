"""Bias of a transform job of a churn model.

Source: amazon-sagemaker-examples, sagemaker_model_monitor/fairness_and_explainability/
SageMaker-Monitoring-Bias-Drift-for-Batch-Transform.ipynb. The model is its file; captures and labels are where the stack reads them. The job's rows are the features and then the
score, whose place in such a row is what `probability_attribute` says here.
"""

from pathlib import Path

import numpy as np
import pytest

from driftline.domain.instants import format_instant
from driftline.sagemaker import (
    BatchTransformInput,
    CronExpressionGenerator,
    ModelBiasMonitor,
    MonitoringDatasetFormat,
    clarify,
)
from tests.end_to_end.endpoint import HOUR
from tests.end_to_end.notebooks import churn
from tests.end_to_end.notebooks.running import QUIET, REPORT, RESULTS, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

MODEL = "models/churn-jobs/xgb-churn-prediction-model.tar.gz"
HOURLY = CronExpressionGenerator.hourly()
FEATURES = 69


@pytest.fixture
def training(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker" / "training-dataset-with-header.csv"


def configs(around: Around, training: Path) -> tuple[clarify.DataConfig, clarify.ModelConfig]:
    around.bucket.put(MODEL, churn.packed(churn.model(training)))
    all_headers, _ = churn.read(training)
    data_config = clarify.DataConfig(
        s3_data_input_path=around.data_set(training),
        s3_output_path=f"{around.place}/{RESULTS}/jobs",
        label=all_headers[0],
        headers=all_headers,
        dataset_type="text/csv",
    )
    model_config = clarify.ModelConfig(
        model_name=f"{around.place}/{MODEL}",
        instance_type="ml.m5.xlarge",
        instance_count=1,
        content_type="text/csv",
        accept_type="text/csv",
    )
    return data_config, model_config


def run_job(around: Around, name: str, features: churn.Floats, scores: churn.Floats) -> None:
    """With join_source="Input" and generate_inference_id=True."""
    lines = (
        f"{churn.line(row)},{score!r},{name}-{number},{format_instant(HOUR)}\n"
        for number, (row, score) in enumerate(zip(features, scores.tolist(), strict=True))
    )
    around.transform(name, {"test-dataset-input-cols.csv.out": "".join(lines).encode()})


def test_bias_drift(analysing: Around, training: Path) -> None:
    data_config, model_config = configs(analysing, training)
    model_bias_monitor = ModelBiasMonitor(role="role", sagemaker_session=None, max_runtime_in_seconds=1800)
    model_bias_monitor.suggest_baseline(
        bias_config=clarify.BiasConfig(
            label_values_or_threshold=[1], facet_name="Account Length", facet_values_or_threshold=[100]
        ),
        data_config=data_config,
        model_config=model_config,
        model_predicted_label_config=clarify.ModelPredictedLabelConfig(
            probability=0, probability_threshold=churn.THRESHOLD
        ),
    )
    assert model_bias_monitor.latest_baselining_job is not None
    model_bias_monitor.latest_baselining_job.wait(logs=False)
    booster, (_, rows) = churn.model(training), churn.read(training)
    scores = churn.scores(booster, rows[:, 1:])
    assert churn.figures(model_bias_monitor.suggested_constraints().body_dict) == pytest.approx(
        churn.differences(rows[:, 0], scores > churn.THRESHOLD, rows[:, 1] > 100)
    )
    model_bias_monitor.create_monitoring_schedule(
        batch_transform_input=BatchTransformInput(
            data_captured_destination_s3_uri=f"{analysing.place}/capture/bias-jobs",
            destination="/opt/ml/processing/transform",
            dataset_format=MonitoringDatasetFormat.csv(header=False),
            probability_attribute=str(FEATURES),
            probability_threshold_attribute=churn.THRESHOLD,
            start_time_offset="-PT6H",
            end_time_offset="-PT0H",
        ),
        ground_truth_input=f"{analysing.place}/ground-truth/bias-jobs",
        output_s3_uri=f"{analysing.place}/reports",
        schedule_cron_expression=HOURLY,
    )
    analysing.settle()
    assert model_bias_monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"

    # When the job ran, and the labels are random
    labels = np.random.default_rng(2).random(len(rows)) < 0.7
    run_job(analysing, "bias-jobs", rows[:, 1:], scores)
    analysing.labels("bias-jobs", labels.astype(int).tolist())
    analysing.hour_passes("bias-jobs", "model_bias")

    # Then the figures are those of its rows
    report = f"reports/bias-jobs/model_bias/{REPORT}analysis.json"
    assert churn.figures(analysing.bucket.json(report)) == pytest.approx(
        churn.differences(labels, scores > churn.THRESHOLD, rows[:, 1] > 100)
    )
    violations = model_bias_monitor.latest_monitoring_constraint_violations()
    assert violations is not None
    assert "GE" in {each["metric_name"] for each in violations.body_dict["violations"]}
    model_bias_monitor.stop_monitoring_schedule()
    model_bias_monitor.delete_monitoring_schedule()
    analysing.settle()
