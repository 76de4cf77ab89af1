"""The calls of the SDK's own integration tests of `DefaultModelMonitor`.

Source: aws/sagemaker-python-sdk, tests/integ/test_model_monitor.py. `env` and `network_config` are refused
(tests/unit/sagemaker/test_refusals.py), monitors with a container of one's own do not exist.
"""

from pathlib import Path

import pytest

from driftline.sagemaker import (
    Constraints,
    ConstraintViolations,
    CronExpressionGenerator,
    DataCaptureConfig,
    DatasetFormat,
    DefaultModelMonitor,
    Statistics,
)
from tests.end_to_end.notebooks.running import QUIET, Around

pytestmark = [pytest.mark.cloud, pytest.mark.long, QUIET]  # as test_visualization.py

ENDPOINT, ANOTHER = "sagemaker-tensorflow-serving", "sagemaker-tensorflow-serving-2"
OUTPUT = "s3://bucket/integ-test-monitoring-output-bucket"


def customized() -> DefaultModelMonitor:
    return DefaultModelMonitor(
        role="SageMakerRole",
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size_in_gb=40,
        volume_kms_key="key",
        output_kms_key="key",
        max_runtime_in_seconds=45 * 60,
        sagemaker_session=None,
        tags=[{"Key": "tag_key_1", "Value": "tag_value_1"}],
    )


@pytest.fixture
def files(shared_data: Path) -> Path:
    return shared_data / "sagemaker_sdk" / "monitor"


def test_suggest_baseline_and_create_monitoring_schedule(around: Around, files: Path) -> None:
    monitor = customized()
    monitor.suggest_baseline(
        baseline_dataset=str(files / "baseline_dataset.csv"),
        dataset_format=DatasetFormat.csv(header=False),
        output_s3_uri=OUTPUT,
        wait=True,
        logs=False,
    )
    statistics = monitor.baseline_statistics()
    assert statistics.body_dict["dataset"]["item_count"] == 418
    constraints = monitor.suggested_constraints()
    assert constraints.body_dict["monitoring_config"]["evaluate_constraints"] == "Enabled"
    constraints.set_monitoring(enable_monitoring=False)
    constraints.save()
    assert monitor.suggested_constraints().body_dict["monitoring_config"]["evaluate_constraints"] == "Disabled"

    monitor.create_monitoring_schedule(
        endpoint_input=ANOTHER,
        output_s3_uri=OUTPUT,
        statistics=monitor.baseline_statistics(),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.daily(),
        enable_cloudwatch_metrics=True,
    )
    around.settle()
    described = monitor.describe_schedule()
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    assert described["EndpointName"] == ANOTHER
    config = described["MonitoringScheduleConfig"]
    assert isinstance(config, dict)
    assert config["ScheduleConfig"]["ScheduleExpression"] == CronExpressionGenerator.daily()
    monitor.delete_monitoring_schedule()
    around.settle()


def test_create_stop_start_and_update(around: Around, files: Path) -> None:
    statistics = Statistics.from_file_path(statistics_file_path=str(files / "statistics.json"))
    constraints = Constraints.from_file_path(constraints_file_path=str(files / "constraints.json"))
    monitor = customized()
    monitor.create_monitoring_schedule(
        endpoint_input=ENDPOINT,
        output_s3_uri=OUTPUT,
        statistics=statistics,
        constraints=constraints,
        schedule_cron_expression=CronExpressionGenerator.daily(),
        enable_cloudwatch_metrics=True,
    )
    around.settle()
    monitor.stop_monitoring_schedule()
    around.settle()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
    monitor.start_monitoring_schedule()
    around.settle()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"

    monitor.update_monitoring_schedule(
        output_s3_uri=OUTPUT,
        statistics=statistics,
        constraints=constraints,
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        instance_count=2,
        instance_type="ml.m5.2xlarge",
        volume_size_in_gb=50,
        max_runtime_in_seconds=46 * 2,
        enable_cloudwatch_metrics=False,
        role="SageMakerRole",
    )
    around.settle()
    described = monitor.describe_schedule()
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    config = described["MonitoringScheduleConfig"]
    assert isinstance(config, dict)
    assert config["ScheduleConfig"]["ScheduleExpression"] == CronExpressionGenerator.hourly()

    # Another object attaches to the schedule, and reads what its executions wrote
    attached = DefaultModelMonitor.attach(monitor_schedule_name=str(monitor.monitoring_schedule_name))
    around.captures(ENDPOINT, ((f"a message,{number}", str(number % 3)) for number in range(40)))
    around.hour_passes(ENDPOINT, "data_quality")
    (execution,) = attached.list_executions()
    assert execution.statistics().body_dict["dataset"]["item_count"] == 40
    assert attached.latest_monitoring_statistics() is not None
    place = f"{execution.output.destination}constraint_violations.json"
    violations = attached.latest_monitoring_constraint_violations()
    assert violations is not None
    assert ConstraintViolations.from_s3_uri(place).body_dict == violations.body_dict
    attached.stop_monitoring_schedule()
    attached.delete_monitoring_schedule()
    around.settle()
    assert around.schedules(ENDPOINT) == []


def test_data_capture_goes_where_the_stack_reads(around: Around) -> None:
    assert DataCaptureConfig(True).destination_s3_uri == f"{around.place}/capture"
