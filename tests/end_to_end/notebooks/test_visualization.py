"""An execution that is opened by its job, and drawn.

Source: amazon-sagemaker-examples, sagemaker_model_monitor/visualization/SageMaker-Model-Monitor-Visualize.ipynb.
"""

import csv
from pathlib import Path

import pytest

from driftline.sagemaker import (
    CronExpressionGenerator,
    DatasetFormat,
    DefaultModelMonitor,
    MonitoringExecution,
    Statistics,
)
from tests.end_to_end.notebooks.running import Around

# The introduction alone shows that the calls reach the stack: the other notebooks take half a minute more.
pytestmark = [pytest.mark.cloud, pytest.mark.long]

ENDPOINT = "visualized"


def test_the_files_of_an_execution_and_of_its_baseline(around: Around, shared_data: Path) -> None:
    # Given an execution of a schedule
    data = shared_data / "churn_sagemaker" / "validation-dataset-with-header.csv"
    monitor = DefaultModelMonitor()
    monitor.suggest_baseline(str(data), DatasetFormat.csv(header=True), logs=False)
    monitor.create_monitoring_schedule(ENDPOINT, schedule_cron_expression=CronExpressionGenerator.hourly())
    names, *rows = list(csv.reader(data.read_text().splitlines()))
    around.captures(ENDPOINT, ((",".join(row[1:]), "0.25") for row in rows[:40]))
    around.hour_passes(ENDPOINT, "data_quality")
    arn = str(monitor.list_executions()[-1].describe()["ProcessingJobArn"])

    # When the notebook opens it, which knows nothing else
    execution = MonitoringExecution.from_processing_arn(sagemaker_session=None, processing_job_arn=arn)
    inputs = execution.describe()["ProcessingInputs"]
    assert isinstance(inputs, list)
    baseline = {each["InputName"]: each for each in inputs}["baseline"]["S3Input"]["S3Uri"]

    # Then it finds what it draws: features of both, and the violations
    features = Statistics.from_s3_uri(f"{execution.output.destination}statistics.json").body_dict["features"]
    assert [each["name"] for each in features] == names
    assert [each["name"] for each in Statistics.from_s3_uri(baseline).body_dict["features"]] == names
    assert execution.constraint_violations().body_dict["violations"]
