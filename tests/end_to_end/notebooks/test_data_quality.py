"""Data quality: the introduction to Model Monitor, from the baseline to the deletion of the schedule.

Source: amazon-sagemaker-examples, sagemaker_model_monitor/introduction/SageMaker-ModelMonitoring.ipynb.
"""

import csv
from pathlib import Path

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.sagemaker import CronExpressionGenerator, DefaultModelMonitor, MonitoringExecution
from driftline.sagemaker.dataset_format import DatasetFormat
from tests.end_to_end.notebooks.running import QUIET, REPORT, Around

pytestmark = [pytest.mark.cloud, QUIET]

ENDPOINT = "DEMO-xgb-churn-pred-model-monitor"


def test_the_introduction(around: Around, shared_data: Path) -> None:
    training = shared_data / "churn_sagemaker" / "training-dataset-with-header.csv"
    monitor = DefaultModelMonitor(
        role="arn:aws:iam::123456789012:role/notebook",
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size_in_gb=20,
        max_runtime_in_seconds=3600,
    )
    monitor.suggest_baseline(
        baseline_dataset=str(training),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri="s3://bucket/sagemaker/DEMO-ModelMonitor/baselining/results",
        wait=True,
    )
    job = monitor.latest_baselining_job
    assert job is not None
    header, *rows = list(csv.reader(training.read_text().splitlines()))
    assert [each["name"] for each in job.baseline_statistics().body_dict["features"]] == header
    assert job.suggested_constraints().body_dict["monitoring_config"]["evaluate_constraints"] == "Enabled"

    monitor.create_monitoring_schedule(
        monitor_schedule_name="DEMO-schedule",
        endpoint_input=ENDPOINT,
        output_s3_uri="s3://bucket/sagemaker/DEMO-ModelMonitor/reports",
        statistics=monitor.baseline_statistics(),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    around.settle()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"
    assert monitor.list_executions() == []

    # The endpoint answers with probabilities, where the training data has 0 and 1.
    around.captures(ENDPOINT, ((",".join(row[1:]), "0.25") for row in rows[:200]))
    around.hour_passes(ENDPOINT, "data_quality")

    latest = monitor.list_executions()[-1]
    latest.wait(logs=False)
    assert latest.describe()["ProcessingJobStatus"] == "Completed"
    assert str(latest.describe()["ExitMessage"]).startswith("CompletedWithViolations: ")
    assert latest.output.destination == f"{around.place}/reports/{ENDPOINT}/data_quality/{REPORT}"
    violations = monitor.latest_monitoring_constraint_violations()
    statistics = monitor.latest_monitoring_statistics()
    assert violations is not None
    assert statistics is not None
    assert ("Churn", "data_type_check") in {
        (each["feature_name"], each["constraint_check_type"]) for each in violations.body_dict["violations"]
    }
    assert statistics.body_dict["dataset"]["item_count"] == 200

    # The introduction's last cells open the execution again to draw it.
    execution = MonitoringExecution.from_processing_arn(
        sagemaker_session=monitor.sagemaker_session, processing_job_arn=str(latest.describe()["ProcessingJobArn"])
    )
    assert execution.statistics().body_dict == statistics.body_dict

    monitor.stop_monitoring_schedule()
    around.settle()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
    assert around.schedules(ENDPOINT) == []
    monitor.start_monitoring_schedule()
    monitor.update_monitoring_schedule(schedule_cron_expression=CronExpressionGenerator.daily(hour=6))
    around.settle()
    described = DefaultModelMonitor.attach("DEMO-schedule").describe_schedule()
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    assert described["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "CompletedWithViolations"  # type: ignore[index]
    monitor.delete_monitoring_schedule()
    around.settle()
    assert around.schedules(ENDPOINT) == []


def test_a_data_set_that_the_stack_refuses(around: Around, tmp_path: Path) -> None:
    (tmp_path / "training.csv").write_text("a,b\n1,2\n1,2,3\n")
    monitor = DefaultModelMonitor()
    with pytest.raises(InvalidInputError, match=r"training\.csv"):
        monitor.suggest_baseline(str(tmp_path / "training.csv"), DatasetFormat.csv(header=True), wait=True)
    assert monitor.describe_latest_baselining_job()["ProcessingJobStatus"] == "Failed"
