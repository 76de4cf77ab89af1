"""The notebook of SageMaker's tutorial on data quality, typed as calls, over a folder with its own data.

"Introduction to Amazon SageMaker Model Monitor" of amazon-sagemaker-examples: a churn model, its training data as the
baseline, and two captures of its endpoint.
"""

import csv
import json
import logging
import re
from pathlib import Path

import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.cli.places import open_place
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.kinds.registry import KINDS
from driftline.sagemaker import (
    Constraints,
    ConstraintViolations,
    CronExpressionGenerator,
    DatasetFormat,
    DefaultModelMonitor,
    EndpointInput,
    MonitoringExecution,
    Session,
    Statistics,
    UnusedArgumentWarning,
)
from driftline.usecases.executions.failures import keep_failure
from tests.places import REPOSITORY

ENDPOINT = "DEMO-xgb-churn-pred-model-monitor"
SCHEDULE = "DEMO-xgb-churn-pred-model-monitor-schedule"
HOUR = "2022/04/18/00"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFTLINE_STORE", str(tmp_path))
    return tmp_path


@pytest.fixture
def training_data(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker" / "training-dataset-with-header.csv"


@pytest.fixture
def captured(shared_data: Path, place: Path) -> Path:
    """A capture file where data capture writes it."""
    file = shared_data / "capture_samples" / "sm-model_monitor_introduction__cell16.capture.jsonl"
    there = place / "capture" / ENDPOINT / "AllTraffic" / HOUR / "21-48-1.jsonl"
    there.parent.mkdir(parents=True)
    there.write_bytes(file.read_bytes())
    return there


def as_in_the_notebook(training_data: Path) -> DefaultModelMonitor:
    monitor = DefaultModelMonitor(
        role="arn:aws:iam::123456789012:role/notebook",
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size_in_gb=20,
        max_runtime_in_seconds=3600,
    )
    monitor.suggest_baseline(
        baseline_dataset=str(training_data),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri="s3://bucket/baselining/results",
        wait=True,
    )
    monitor.create_monitoring_schedule(
        monitor_schedule_name=SCHEDULE,
        endpoint_input=ENDPOINT,
        output_s3_uri="s3://bucket/reports",
        statistics=monitor.baseline_statistics(),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    return monitor


@pytest.fixture
def monitor(place: Path, training_data: Path) -> DefaultModelMonitor:
    with pytest.warns(UnusedArgumentWarning):
        return as_in_the_notebook(training_data)


def test_arguments_without_a_meaning_are_explained_once(place: Path, training_data: Path) -> None:
    with pytest.warns(UnusedArgumentWarning) as warned:
        as_in_the_notebook(training_data)
    told = [str(each.message) for each in warned]
    assert len(told) == 2
    assert "role: " in told[0]
    assert "instance" not in told[0], "who passes SageMaker's defaults has not chosen anything"
    assert "output_s3_uri: " in told[1]
    assert {each.filename for each in warned} == {__file__}, "the notebook's own lines"


def test_the_baseline_has_all_columns_and_is_the_endpoints(
    monitor: DefaultModelMonitor, place: Path, training_data: Path
) -> None:
    baseline_job = monitor.latest_baselining_job
    assert baseline_job is not None
    features = baseline_job.baseline_statistics().body_dict["features"]
    header, *rows = list(csv.reader(training_data.read_text().splitlines()))
    assert [each["name"] for each in features] == header
    assert {each["numerical_statistics"]["common"]["num_present"] for each in features} == {len(rows)}
    assert [each["numerical_statistics"]["sum"] for each in features] == pytest.approx(
        [sum(map(float, column)) for column in zip(*rows, strict=True)]
    )
    constraints = baseline_job.suggested_constraints().body_dict
    assert {each["inferred_type"] for each in constraints["features"]} == {"Integral", "Fractional"}
    for name, expected in (
        ("statistics.json", monitor.baseline_statistics()),
        ("constraints.json", monitor.suggested_constraints()),
    ):
        file = place / "baselines" / ENDPOINT / "data_quality" / name
        assert json.loads(file.read_text()) == expected.body_dict
    assert monitor.describe_latest_baselining_job()["ProcessingJobStatus"] == "Completed"


def test_the_document_is_one_that_driftline_reads(monitor: DefaultModelMonitor, place: Path) -> None:
    assert (place / "monitors" / f"{ENDPOINT}.yaml").read_text() == (
        f"endpoint: {ENDPOINT}\n"
        "monitors:\n"
        "  data_quality:\n"
        '    schedule: "cron(0 * ? * * *)"\n'
        f"    schedule_name: {SCHEDULE}\n"
        "    metrics: totals\n"
    )
    assert open_place(str(place)).endpoints() == [ENDPOINT]


def test_without_captures_there_is_nothing_to_list(
    monitor: DefaultModelMonitor, caplog: pytest.LogCaptureFixture
) -> None:
    assert monitor.list_executions() == []
    assert f"No executions found for schedule. monitoring_schedule_name: {SCHEDULE}" in caplog.text
    assert monitor.latest_monitoring_statistics() is None
    assert monitor.latest_monitoring_constraint_violations() is None
    with pytest.raises(InvalidInputError, match="there are no captures"):
        monitor.run_schedule_now()


def test_the_schedule_evaluates_the_captures_now(monitor: DefaultModelMonitor, captured: Path) -> None:
    (execution,) = monitor.run_schedule_now()

    (listed,) = monitor.list_executions()
    listed.wait(logs=False)
    about = listed.describe()
    # SageMaker's container finds the same in the tutorial: the model answers with a probability, the data has 0 and 1.
    assert about["ProcessingJobStatus"] == "Completed"
    assert about["ExitMessage"] == "CompletedWithViolations: Job completed successfully with 1 violations."
    assert listed.output.destination == execution.output.destination
    assert Path(listed.output.source).relative_to(captured.parents[7]).as_posix() == (
        f"reports/{ENDPOINT}/data_quality/2022/04/18/01"
    )
    violations = monitor.latest_monitoring_constraint_violations()
    statistics = monitor.latest_monitoring_statistics()
    assert violations is not None
    assert statistics is not None
    (violation,) = violations.body_dict["violations"]
    assert (violation["feature_name"], violation["constraint_check_type"]) == ("Churn", "data_type_check")
    rows = len(captured.read_text().splitlines())
    assert statistics.body_dict["dataset"]["item_count"] == rows
    newest = monitor.describe_schedule()["LastMonitoringExecutionSummary"]
    assert isinstance(newest, dict)
    assert newest["MonitoringExecutionStatus"] == "CompletedWithViolations"


def test_a_file_that_cannot_be_read_costs_itself_alone(
    monitor: DefaultModelMonitor, captured: Path, caplog: pytest.LogCaptureFixture
) -> None:
    captured.with_name("bad.jsonl").write_bytes(b"\x1f\x8bnot gzip")
    (execution,) = monitor.run_schedule_now()
    assert "bad.jsonl" in caplog.text
    rows = len(captured.read_text().splitlines())
    assert execution.statistics().body_dict["dataset"]["item_count"] == rows


def test_only_scheduled_times_of_the_range_are_evaluated(monitor: DefaultModelMonitor, captured: Path) -> None:
    later = Path(str(captured).replace(HOUR, "2022/04/18/05"))
    later.parent.mkdir(parents=True)
    later.write_text(captured.read_text().replace("2022-04-18T00", "2022-04-18T05"))
    assert len(monitor.run_schedule_now(start="2022-04-18T03:00Z")) == 1
    assert len(monitor.run_schedule_now(end="2022-04-18T03:00Z")) == 1
    assert len(monitor.run_schedule_now()) == 2, "hours without captures have no windows"
    with pytest.raises(InvalidInputError, match="no scheduled time has a window with captures"):
        monitor.run_schedule_now(start="2022-04-18T02:00Z", end="2022-04-18T05:00Z")
    ends = [each.output.source[-2:] for each in monitor.list_executions()]
    assert ends == ["01", "06"], "oldest first"


def test_an_execution_that_failed_says_why(
    monitor: DefaultModelMonitor, captured: Path, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As the stack records it: by hand, the reason is the answer."""
    (good,) = monitor.run_schedule_now()
    folder = f"reports/{ENDPOINT}/data_quality/2022/04/18/02/"
    keep_failure(FolderStore(place), folder, None, InvalidInputError("no constraints"), kinds=KINDS)

    before, failed = monitor.list_executions()
    assert before.output == good.output
    about = failed.describe()
    assert (about["ProcessingJobStatus"], about["FailureReason"]) == ("Failed", "no constraints")
    with pytest.raises(ObjectNotFoundError, match="the execution failed: no constraints"):
        failed.statistics()
    assert monitor.latest_monitoring_statistics() is None
    assert "The newest execution failed" in caplog.text

    (place / "baselines" / ENDPOINT / "data_quality" / "constraints.json").write_text("{}")
    with pytest.raises(InvalidInputError, match=r"every execution failed.*constraints\.json: features"):
        monitor.run_schedule_now()


def test_constraints_that_a_person_relaxed_are_the_ones_in_effect(
    monitor: DefaultModelMonitor, captured: Path, place: Path
) -> None:
    relaxed = monitor.suggested_constraints()
    relaxed.set_monitoring(False, "Churn")
    monitor.update_monitoring_schedule(constraints=relaxed)
    monitor.run_schedule_now()
    violations = monitor.latest_monitoring_constraint_violations()
    assert violations is not None
    assert violations.body_dict["violations"] == []
    former = list((place / "baselines" / ENDPOINT / "data_quality" / "replaced").glob("constraints-*.json"))
    assert [json.loads(each.read_text()) for each in former] == [monitor.suggested_constraints().body_dict]


def test_files_of_an_execution_open_by_their_place(monitor: DefaultModelMonitor, captured: Path) -> None:
    (execution,) = monitor.run_schedule_now()
    for name, kind in (
        ("statistics.json", Statistics),
        ("constraints.json", Constraints),
        ("constraint_violations.json", ConstraintViolations),
    ):
        place = f"{execution.output.source}/{name}"
        assert kind.from_s3_uri(place).body_dict == json.loads(Path(place).read_text())


def test_an_execution_opens_by_its_arn(monitor: DefaultModelMonitor, captured: Path, place: Path) -> None:
    """As SageMaker's notebook on visualizations does."""
    (found,) = monitor.run_schedule_now()
    execution = MonitoringExecution.from_processing_arn(
        sagemaker_session=Session(place), processing_job_arn=str(found.describe()["ProcessingJobArn"])
    )
    assert execution.describe() == found.describe()
    inputs = execution.describe()["ProcessingInputs"]
    assert isinstance(inputs, list)
    files = {each["InputName"]: each["S3Input"]["S3Uri"] for each in inputs}
    assert Statistics.from_s3_uri(files["baseline"]).body_dict == monitor.baseline_statistics().body_dict
    assert Constraints.from_s3_uri(files["constraints"]).body_dict == monitor.suggested_constraints().body_dict
    for arn in ("arn:aws:sagemaker:us-east-1:123456789012:processing-job/a", f"{place}/reports/shop"):
        with pytest.raises(InvalidInputError, match=r"no execution has this name.*list_executions\(\)"):
            MonitoringExecution.from_processing_arn(None, arn)


def test_a_schedule_is_stopped_started_changed_and_deleted(
    monitor: DefaultModelMonitor, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "driftline.sagemaker")
    document = place / "monitors" / f"{ENDPOINT}.yaml"
    document.write_text(document.read_text().replace("  data_quality:\n", "  # Ours.\n  data_quality:\n"))

    monitor.stop_monitoring_schedule()
    assert "enabled: false" in document.read_text()
    assert "Note" not in monitor.describe_schedule()
    monitor.start_monitoring_schedule()
    assert "enabled: true" in document.read_text()
    assert monitor.describe_schedule()["Note"] == "A folder has no schedules that fire: run_schedule_now() evaluates."

    monitor.update_monitoring_schedule(
        endpoint_input=EndpointInput(
            ENDPOINT, "/opt/ml/processing/input", start_time_offset="-PT2H", end_time_offset="-PT1H"
        ),
        schedule_cron_expression=CronExpressionGenerator.daily(hour=6),
        enable_cloudwatch_metrics=False,
    )
    attached = DefaultModelMonitor.attach(SCHEDULE)
    config = attached.describe_schedule()["MonitoringScheduleConfig"]
    assert isinstance(config, dict)
    assert config["ScheduleConfig"] == {
        "ScheduleExpression": "cron(0 6 ? * * *)",
        "DataAnalysisStartTime": "-PT2H",
        "DataAnalysisEndTime": "-PT1H",
    }
    assert "# Ours." in document.read_text()
    assert "metrics: none" in document.read_text()

    text = document.read_text()
    attached.delete_monitoring_schedule()
    assert not document.exists()
    [kept] = document.parent.glob(f"{document.name}.deleted-*")
    assert kept.read_text() == text
    with pytest.raises(InvalidInputError, match=f"no schedule {SCHEDULE}"):
        DefaultModelMonitor.attach(SCHEDULE)


def test_a_monitor_of_another_kind_stays(place: Path, training_data: Path) -> None:
    document = place / "monitors" / f"{ENDPOINT}.yaml"
    document.parent.mkdir()
    document.write_text(
        f"endpoint: {ENDPOINT}\n# Labels come on Mondays.\nmonitors:\n"
        "  model_quality: {problem_type: BinaryClassification, probability_attribute: 0}  # 0.5\n"
    )
    monitor = DefaultModelMonitor()
    monitor.suggest_baseline(training_data, DatasetFormat.csv(header=True))
    monitor.create_monitoring_schedule(ENDPOINT)
    assert document.read_text() == (
        f"endpoint: {ENDPOINT}\n# Labels come on Mondays.\nmonitors:\n"
        "  model_quality: {problem_type: BinaryClassification, probability_attribute: 0}  # 0.5\n"
        '  data_quality:\n    schedule: "cron(0 0 ? * * *)"\n    metrics: totals\n'
    )
    assert monitor.monitoring_schedule_name == f"{ENDPOINT}-data_quality"
    assert (place / "baselines" / ENDPOINT / "data_quality" / "statistics.json").exists(), "the latest job's"
    monitor.delete_monitoring_schedule()
    assert "# Labels come on Mondays." in document.read_text()
    assert "data_quality" not in document.read_text()


def test_statistics_of_sagemakers_own_sdk_are_taken_as_they_are(shared_data: Path, place: Path) -> None:
    """The fixtures with which the SDK tests these classes, in the way its tests call them."""
    files = shared_data / "sagemaker_sdk" / "monitor"
    statistics = Statistics.from_file_path(statistics_file_path=str(files / "statistics.json"))
    constraints = Constraints.from_file_path(constraints_file_path=str(files / "constraints.json"))
    constraints.set_monitoring(enable_monitoring=False)
    assert constraints.body_dict["monitoring_config"]["evaluate_constraints"] == "Disabled"
    constraints.set_monitoring(enable_monitoring=True, feature_name=constraints.body_dict["features"][0]["name"])
    assert constraints.body_dict["features"][0]["monitoring_config_overrides"]["evaluate_constraints"] == "Enabled"
    violations = ConstraintViolations.from_string((files / "constraint_violations.json").read_text())
    assert violations.body_dict["violations"][0]["feature_name"] == "store_and_fwd_flag"

    monitor = DefaultModelMonitor()
    monitor.create_monitoring_schedule(
        endpoint_input=EndpointInput("sdk", "/opt/ml/processing/input/endpoint"),
        statistics=statistics,
        constraints=constraints,
        schedule_cron_expression=CronExpressionGenerator.daily_every_x_hours(hour_interval=6, starting_hour=2),
    )
    written = place / "baselines" / "sdk" / "data_quality"
    assert json.loads((written / "statistics.json").read_text()) == statistics.body_dict
    assert json.loads((written / "constraints.json").read_text()) == constraints.body_dict
    assert constraints.body_dict != json.loads((files / "constraints.json").read_text())


def test_the_guide_runs(place: Path, training_data: Path, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code, from the page, where its data set is."""
    there = Path(str(captured.parent).replace(ENDPOINT, "churn"))
    there.mkdir(parents=True)
    captured.rename(there / captured.name)
    monkeypatch.chdir(training_data.parent)
    page = (REPOSITORY / "docs" / "guide" / "sagemaker-sdk.md").read_text()
    set_up, evaluate, quality, transform = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    with pytest.warns(UnusedArgumentWarning, match="role"):
        exec(set_up, names)
    exec(evaluate, names)
    monitor = names["monitor"]
    assert isinstance(monitor, DefaultModelMonitor)
    assert monitor.list_executions()[-1].describe()["ProcessingJobStatus"] == "Completed"
    exec(quality, names)
    document = parse_document((place / "monitors" / "churn.yaml").read_text(), where="churn.yaml", model=KINDS.document)
    assert list(document.monitors.by_name()) == ["data_quality", "model_quality"]
    exec(transform, names)
    assert "-PT6H" in (place / "monitors" / "nightly.yaml").read_text()
