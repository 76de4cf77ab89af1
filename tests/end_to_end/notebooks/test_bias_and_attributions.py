"""Bias and attributions of a churn model: a baseline by its file, executions by the stack.

Source: amazon-sagemaker-examples, sagemaker_model_monitor/fairness_and_explainability/
SageMaker-Model-Monitor-Fairness-and-Explainability.ipynb. The model is its file, because no endpoint is started for one
of SageMaker's models; captures and labels are where the stack reads them.
"""

from pathlib import Path

import numpy as np
import pytest

from driftline.sagemaker import (
    BiasAnalysisConfig,
    BiasConfig,
    CronExpressionGenerator,
    DataConfig,
    EndpointInput,
    ExplainabilityAnalysisConfig,
    ModelBiasMonitor,
    ModelConfig,
    ModelExplainabilityMonitor,
    ModelPredictedLabelConfig,
    SHAPConfig,
)
from tests.end_to_end.notebooks import churn
from tests.end_to_end.notebooks.running import QUIET, REPORT, RESULTS, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

ENDPOINT = "DEMO-xgb-churn-model-monitor"
MODEL = "models/churn/xgb-churn-prediction-model.tar.gz"
TRAINING, VALIDATION = "training-dataset-with-header.csv", "validation-dataset-with-header.csv"
HOURLY = CronExpressionGenerator.hourly()


@pytest.fixture
def files(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker"


def model_config(around: Around) -> ModelConfig:
    return ModelConfig(
        model_name=f"{around.place}/{MODEL}",
        instance_count=1,
        instance_type="ml.m5.large",
        content_type="text/csv",
        accept_type="text/csv",
    )


def data_config(around: Around, files: Path, result: str) -> DataConfig:
    all_headers, _ = churn.read(files / VALIDATION)
    return DataConfig(
        s3_data_input_path=str(files / VALIDATION),
        s3_output_path=f"{around.place}/{RESULTS}/baselining/{result}",
        label=all_headers[0],
        headers=all_headers,
        dataset_type="text/csv",
    )


def watch_bias(around: Around, files: Path) -> ModelBiasMonitor:
    """Part B of the notebook, up to the schedule."""
    all_headers, validation = churn.read(files / VALIDATION)
    model_bias_monitor = ModelBiasMonitor(role="role", sagemaker_session=None, max_runtime_in_seconds=1800)
    model_bias_config = BiasConfig(
        label_values_or_threshold=[1], facet_name="Account Length", facet_values_or_threshold=[100]
    )
    model_bias_monitor.suggest_baseline(
        model_config=model_config(around),
        data_config=data_config(around, files, "model_bias"),
        bias_config=model_bias_config,
        model_predicted_label_config=ModelPredictedLabelConfig(probability_threshold=churn.THRESHOLD),
    )
    job = model_bias_monitor.latest_baselining_job
    assert job is not None
    assert model_bias_monitor.latest_baselining_job_name == job.job_name
    job.wait(logs=False)
    model_bias_constraints = model_bias_monitor.suggested_constraints()
    assert model_bias_constraints.file_s3_uri == f"{around.place}/baselines/{job.job_name}/model_bias/analysis.json"
    answers = churn.scores(churn.model(files / TRAINING), validation[:, 1:])
    assert churn.figures(model_bias_constraints.body_dict) == pytest.approx(
        churn.differences(validation[:, 0], answers > churn.THRESHOLD, validation[:, 1] > 100)
    )

    model_bias_analysis_config = None
    if not model_bias_monitor.latest_baselining_job:
        model_bias_analysis_config = BiasAnalysisConfig(model_bias_config, headers=all_headers, label=all_headers[0])
    model_bias_monitor.create_monitoring_schedule(
        analysis_config=model_bias_analysis_config,
        output_s3_uri=f"{around.place}/reports",
        endpoint_input=EndpointInput(
            endpoint_name=ENDPOINT,
            destination="/opt/ml/processing/input/endpoint",
            start_time_offset="-PT1H",
            end_time_offset="-PT0H",
            probability_threshold_attribute=churn.THRESHOLD,
        ),
        ground_truth_input=f"{around.place}/ground-truth/{ENDPOINT}",
        schedule_cron_expression=HOURLY,
    )
    return model_bias_monitor


def watch_attributions(around: Around, files: Path) -> ModelExplainabilityMonitor:
    """Part C of the notebook, up to the schedule."""
    all_headers, validation = churn.read(files / VALIDATION)
    model_explainability_monitor = ModelExplainabilityMonitor(
        role="role", sagemaker_session=None, max_runtime_in_seconds=1800
    )
    shap_config = SHAPConfig(
        baseline=[validation[:, 1:].mean(axis=0).tolist()],
        num_samples=100,
        agg_method="mean_abs",
        save_local_shap_values=False,
    )
    model_explainability_monitor.suggest_baseline(
        data_config=data_config(around, files, "model_explainability"),
        model_config=model_config(around),
        explainability_config=shap_config,
    )
    assert model_explainability_monitor.latest_baselining_job is not None
    model_explainability_monitor.latest_baselining_job.wait(logs=False)
    model_explainability_constraints = model_explainability_monitor.suggested_constraints()
    assert churn.attributions(model_explainability_constraints.body_dict) == pytest.approx(
        churn.mean_contributions(churn.model(files / TRAINING), validation[:, 1:]), abs=1e-5
    )

    model_explainability_analysis_config = None
    if not model_explainability_monitor.latest_baselining_job:
        model_explainability_analysis_config = ExplainabilityAnalysisConfig(
            explainability_config=shap_config, model_config=model_config(around), headers=all_headers[1:]
        )
    model_explainability_monitor.create_monitoring_schedule(
        analysis_config=model_explainability_analysis_config,
        output_s3_uri=f"{around.place}/reports",
        endpoint_input=ENDPOINT,
        schedule_cron_expression=HOURLY,
    )
    return model_explainability_monitor


def last_violations(monitor: ModelBiasMonitor | ModelExplainabilityMonitor) -> list[dict[str, str]]:
    """As the notebook reads them, once the execution has ended."""
    execution_summary = monitor.describe_schedule()["LastMonitoringExecutionSummary"]
    assert isinstance(execution_summary, dict)
    assert execution_summary["MonitoringExecutionStatus"] == "CompletedWithViolations"
    last_execution = monitor.list_executions()[-1]
    inputs = last_execution.describe()["ProcessingInputs"]
    assert isinstance(inputs, list)
    assert [each["InputName"] for each in inputs] == ["constraints"]
    found: list[dict[str, str]] = last_execution.constraint_violations().body_dict["violations"]
    latest = monitor.latest_monitoring_constraint_violations()
    assert latest is not None
    assert latest.body_dict["violations"] == found
    return found


def test_bias_drift_and_attribution_drift(analysing: Around, files: Path) -> None:
    # Given the notebook's model, watched twice
    booster = churn.model(files / TRAINING)
    analysing.bucket.put(MODEL, churn.packed(booster))
    bias, attributions = watch_bias(analysing, files), watch_attributions(analysing, files)
    analysing.settle()
    for monitor in (bias, attributions):
        described = monitor.describe_schedule()
        assert described["MonitoringScheduleStatus"] == "Scheduled"
        assert "LastMonitoringExecutionSummary" not in described

    # When an hour passes in which nobody calls by day, and labels are as random as the notebook's
    all_headers, validation = churn.read(files / VALIDATION)
    features = validation[:, 1:].copy()
    features[:, all_headers.index("Day Mins") - 1] = 0
    answers = churn.scores(booster, features)
    labels = np.random.default_rng(1).random(len(features)) < 0.7
    analysing.captures(
        ENDPOINT, ((churn.line(row), repr(score)) for row, score in zip(features, answers.tolist(), strict=True))
    )
    analysing.labels(ENDPOINT, labels.astype(int).tolist())
    for kind in ("model_bias", "model_explainability"):
        analysing.hour_passes(ENDPOINT, kind)

    # Then both have found it, from the figures of these rows
    of_bias = last_violations(bias)
    assert {each["metric_name"] for each in of_bias} == {"GE"}  # the model errs far more, for everybody
    assert {each["facet"] for each in of_bias} == {"Account Length"}
    assert {each["constraint_check_type"] for each in last_violations(attributions)} == {
        "feature_attribution_drift_check"
    }
    report = f"reports/{ENDPOINT}/model_bias/{REPORT}analysis.json"
    assert churn.figures(analysing.bucket.json(report)) == pytest.approx(
        churn.differences(labels, answers > churn.THRESHOLD, features[:, 0] > 100)
    )
    report = f"reports/{ENDPOINT}/model_explainability/{REPORT}analysis.json"
    assert churn.attributions(analysing.bucket.json(report)) == pytest.approx(
        churn.mean_contributions(booster, features), abs=1e-5
    )

    # And the notebook cleans up
    for monitor in (bias, attributions):
        monitor.stop_monitoring_schedule()
        assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
        monitor.delete_monitoring_schedule()
    analysing.settle()
    assert analysing.schedules(ENDPOINT) == []
