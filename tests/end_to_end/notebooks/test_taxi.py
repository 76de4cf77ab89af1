"""Demand for taxis in New York: data quality and model quality of one endpoint, in one document.

Source: aws-samples/aws-ml-jp, sagemaker/sagemaker-model-monitor/black-belt-part2: data-quality-step-A.ipynb,
data-quality-step-B.ipynb, model-quality-step-A.ipynb. The rows that they make their baselines of are not public: two
Mondays in February stand for them. The window is the Monday in March on which SageMaker's container found drift in 92
features.
"""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from sklearn import metrics

from driftline import sagemaker as model_monitor
from driftline.sagemaker import Constraints, EndpointInput, ModelQualityMonitor
from driftline.sagemaker.dataset_format import DatasetFormat
from tests.end_to_end.notebooks.running import QUIET, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

ENDPOINT = "nyctaxi-xgboost-endpoint"
NOT_SENT = ("date", "time_slot", "prediction", "actual")

type Rows = list[dict[str, str]]


def monday(shared_data: Path, day: str) -> Rows:
    with gzip.open(shared_data / "nyc_taxi_15min_sagemaker" / "features" / f"{day}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in (names, *rows))


def test_both_schedules(around: Around, shared_data: Path, tmp_path: Path) -> None:
    february = [*monday(shared_data, "2020-02-03"), *monday(shared_data, "2020-02-10")]
    march = monday(shared_data, "2020-03-16")
    inputs = [name for name in march[0] if name not in NOT_SENT]
    (tmp_path / "baseline.csv").write_text(
        table(["pickup_count", *inputs], ([row["prediction"], *(row[name] for name in inputs)] for row in february))
    )
    labelled = [row for row in february if row["actual"]]
    (tmp_path / "predictions.csv").write_text(
        table(["pred", "pickup_count"], ([row["prediction"], row["actual"]] for row in labelled))
    )

    # Step A of data quality
    my_default_monitor = model_monitor.DefaultModelMonitor(
        role="role",
        instance_count=1,
        instance_type="ml.t3.large",
        volume_size_in_gb=100,
        max_runtime_in_seconds=3600,
    )
    my_default_monitor.suggest_baseline(
        baseline_dataset=around.data_set(tmp_path / "baseline.csv"),
        dataset_format=DatasetFormat.csv(header=True, output_columns_position="START"),
        output_s3_uri="s3://bucket/model_monitor/data_quality_baseline",
        wait=True,
    )
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name=f"{ENDPOINT}-data-quality-schedule",
        endpoint_input=ENDPOINT,
        output_s3_uri="s3://bucket/model_monitor/data_quality_monitoring_report",
        statistics=my_default_monitor.baseline_statistics(),
        constraints=my_default_monitor.suggested_constraints(),
        schedule_cron_expression=model_monitor.CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )

    # Step A of model quality; the schedule is made by another object, with the constraints of where they are
    model_quality_monitor = ModelQualityMonitor(
        role="role", instance_count=1, instance_type="ml.m5.xlarge", volume_size_in_gb=20, max_runtime_in_seconds=1800
    )
    job = model_quality_monitor.suggest_baseline(
        job_name="model-quality-baseline-job",
        baseline_dataset=around.data_set(tmp_path / "predictions.csv"),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri="s3://bucket/model_monitor/model_quality_baseline/",
        problem_type="Regression",
        inference_attribute="pred",
        ground_truth_attribute="pickup_count",
    )
    job.wait(logs=False)
    mae = job.baseline_statistics().body_dict["regression_metrics"]["mae"]["value"]
    assert mae == pytest.approx(
        metrics.mean_absolute_error(
            [float(row["actual"]) for row in labelled], [float(row["prediction"]) for row in labelled]
        )
    )
    model_constraints = Constraints.from_s3_uri(str(job.suggested_constraints().file_s3_uri))
    model_quality_monitor = ModelQualityMonitor(role="role")
    model_quality_monitor.create_monitoring_schedule(
        monitor_schedule_name=f"{ENDPOINT}-model-quality-schedule",
        output_s3_uri="s3://bucket/model_monitor/model_quality_monitoring_report",
        constraints=model_constraints,
        schedule_cron_expression=model_monitor.CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
        endpoint_input=EndpointInput(
            endpoint_name=ENDPOINT,
            destination="/opt/ml/processing/input/endpoint",
            start_time_offset="-PT3H",
            end_time_offset="-PT0H",
            inference_attribute="0",
        ),
        ground_truth_input=f"{around.place}/ground-truth/{ENDPOINT}",
        problem_type="Regression",
    )
    around.settle()
    assert around.schedules(ENDPOINT) == [f"{ENDPOINT}-data_quality", f"{ENDPOINT}-model_quality"]

    # The Monday in March passes as an hour
    asked = [row for row in march if row["actual"]]
    around.captures(ENDPOINT, ((",".join(row[name] for name in inputs), row["prediction"]) for row in asked))
    around.labels(ENDPOINT, [row["actual"] for row in asked])
    around.hour_passes(ENDPOINT, "data_quality")
    around.hour_passes(ENDPOINT, "model_quality")

    # Step B
    violations = my_default_monitor.latest_monitoring_constraint_violations()
    assert violations is not None
    drifted = {
        each["feature_name"]
        for each in violations.body_dict["violations"]
        if each["constraint_check_type"] == "baseline_drift_check"
    }
    assert len(drifted) > 10
    figures = model_quality_monitor.latest_monitoring_statistics()
    assert figures is not None
    truth, predicted = ([float(row[name]) for row in asked] for name in ("actual", "prediction"))
    found = figures.body_dict["regression_metrics"]
    assert found["mae"]["value"] == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert found["r2"]["value"] == pytest.approx(metrics.r2_score(truth, predicted))
    assert model_quality_monitor.list_executions()[-1].describe()["MonitoringExecutionStatus"] == (
        "CompletedWithViolations"
    )
    for monitor in (my_default_monitor, model_quality_monitor):
        monitor.delete_monitoring_schedule()
    around.settle()
