"""What cannot be honoured is an error that says what to do, and nothing is written then."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError
from driftline.sagemaker import (
    BatchTransformInput,
    Constraints,
    ConstraintViolations,
    CronExpressionGenerator,
    DataCaptureConfig,
    DatasetFormat,
    DefaultModelMonitor,
    EndpointInput,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
    Session,
    Statistics,
    UnusedArgumentWarning,
)

CSV = "a,b\n" + "".join(f"{number},x\n" for number in range(50))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DRIFTLINE_STORE", raising=False)
    folder = tmp_path / "place"
    (folder / "monitors").mkdir(parents=True)
    (folder / "scripts").mkdir()
    (folder / "scripts" / "clean.py").write_text("def preprocess_handler(record): return {}\n")
    return folder


@pytest.fixture
def monitor(place: Path) -> DefaultModelMonitor:
    return DefaultModelMonitor(sagemaker_session=Session(place))


def files(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("arguments", "what", "remedy"),
    [
        ({"network_config": object()}, "network_config", "Leave the argument out"),
        ({"env": {"THRESHOLD": "1"}}, "env", "put values into the script"),
    ],
)
def test_of_a_monitor(place: Path, arguments: dict[str, object], what: str, remedy: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{what} cannot be honoured.*{remedy}"):
        DefaultModelMonitor(sagemaker_session=Session(place), **arguments)  # type: ignore[arg-type]


JOB = BatchTransformInput("s3://other/nightly", "/opt/ml/processing/input", MonitoringDatasetFormat.csv(header=False))

SCHEDULES: dict[str, tuple[dict[str, object], str]] = {
    "no endpoint": ({"endpoint_input": None}, "no endpoint"),
    "a transform job and an endpoint": ({"batch_transform_input": JOB}, "an endpoint and a transform job"),
    "captures of a transform job elsewhere": (
        {"endpoint_input": None, "batch_transform_input": JOB},
        r"not read there.*capture/nightly.*BatchDataCaptureConfig.*monitors/nightly\.yaml",
    ),
    "captures of a transform job nowhere": (
        {"endpoint_input": None, "batch_transform_input": replace(JOB, data_captured_destination_s3_uri="")},
        "not read there.*capture/<name>",
    ),
    "a header in files of a transform job": (
        {
            "endpoint_input": None,
            "batch_transform_input": replace(JOB, dataset_format=MonitoringDatasetFormat.csv()),
        },
        "a row like the others.*header=False",
    ),
    "Parquet of a transform job": (
        {
            "endpoint_input": None,
            "batch_transform_input": replace(JOB, dataset_format=MonitoringDatasetFormat.parquet()),
        },
        "Parquet: files of transform jobs are not read so.*CSV or JSON",
    ),
    "now": (
        {"schedule_cron_expression": CronExpressionGenerator.now()},
        r"NOW is not a schedule.*run_schedule_now\(\)",
    ),
    "no cron": ({"schedule_cron_expression": "every day"}, "monitors.data_quality.schedule"),
    "a window without its start": ({"data_analysis_end_time": "-PT1H"}, "a window without its start"),
    "an empty window": ({"data_analysis_start_time": "-PT1H", "data_analysis_end_time": "-PT2H"}, "is empty"),
    "a script from elsewhere": (
        {"record_preprocessor_script": "s3://other/clean.py"},
        "the script is not in .*scripts",
    ),
    "a script that is not there": ({"post_analytics_processor_script": "absent.py"}, "the script is not in .*scripts"),
    "features to leave out": (
        {"endpoint_input": EndpointInput("shop", "/opt", exclude_features_attribute="0")},
        r"exclude_features_attribute cannot be honoured.*columns: \{exclude",
    ),
    "a name that no schedule has": ({"monitor_schedule_name": "a b"}, "monitors.data_quality.schedule_name"),
    "statistics that are not there": ({"statistics": "/nowhere/statistics.json"}, "cannot be read"),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_of_a_schedule(monitor: DefaultModelMonitor, place: Path, name: str) -> None:
    arguments, message = SCHEDULES[name]
    before = files(place)
    with pytest.raises(DriftlineError, match=message):
        monitor.create_monitoring_schedule(**{"endpoint_input": "shop", **arguments})  # type: ignore[arg-type]
    assert files(place) == before


def test_scripts_of_the_place_are_named(monitor: DefaultModelMonitor, place: Path) -> None:
    monitor.create_monitoring_schedule("shop", record_preprocessor_script=str(place / "scripts" / "clean.py"))
    assert "preprocess: clean.py" in (place / "monitors" / "shop.yaml").read_text()


def test_a_second_monitor_of_the_kind_replaces_nothing(monitor: DefaultModelMonitor, place: Path) -> None:
    monitor.create_monitoring_schedule("shop", constraints=Constraints.from_string('{"first": 1}'))
    before = files(place)
    for other in (monitor, DefaultModelMonitor(sagemaker_session=Session(place))):
        with pytest.raises(
            InvalidInputError, match=r"has a monitor data_quality already|this monitor has the schedule"
        ):
            other.create_monitoring_schedule("shop", constraints=Constraints.from_string('{"second": 2}'))
    assert files(place) == before


def test_a_schedule_stays_with_its_endpoint_and_is_gone_when_it_is(monitor: DefaultModelMonitor, place: Path) -> None:
    with pytest.raises(InvalidInputError, match="this monitor has no schedule"):
        monitor.start_monitoring_schedule()
    monitor.create_monitoring_schedule("shop")
    with pytest.raises(InvalidInputError, match="the schedule is for shop"):
        monitor.update_monitoring_schedule(endpoint_input="mall")
    (place / "monitors" / "shop.yaml").unlink()
    with pytest.raises(InvalidInputError, match="was deleted meanwhile"):
        monitor.stop_monitoring_schedule()


BASELINES: dict[str, tuple[dict[str, object], str]] = {
    "a script": ({"record_preprocessor_script": "clean.py"}, "record_preprocessor_script cannot be honoured.*data set"),
    "an override": ({"monitoring_config_override": object()}, "monitoring_config_override cannot be honoured"),
    "captures": (
        {"dataset_format": DatasetFormat.sagemaker_capture_json()},
        "capture files are not a baseline data set",
    ),
    "a JSON document": (
        {"dataset_format": DatasetFormat.json(lines=False)},
        "one object on each line|Write one object",
    ),
    "another format": ({"dataset_format": {"orc": {}}}, "orc"),
    "no file": ({"baseline_dataset": "/nowhere/data.csv"}, "cannot be read"),
    "a name that no folder has": ({"job_name": "../up"}, "is not a name"),
}


@pytest.mark.parametrize("name", BASELINES)
def test_of_a_baseline(monitor: DefaultModelMonitor, place: Path, tmp_path: Path, name: str) -> None:
    data = tmp_path / "data.csv"
    data.write_text(CSV)
    arguments, message = BASELINES[name]
    before = files(place)
    with pytest.raises(InvalidInputError, match=message):
        monitor.suggest_baseline(**{"baseline_dataset": data, "dataset_format": DatasetFormat.csv(), **arguments})  # type: ignore[arg-type]
    assert files(place) == before
    with pytest.raises(InvalidInputError, match="no baseline was suggested"):
        monitor.baseline_statistics()


def test_a_job_name_is_used_once(monitor: DefaultModelMonitor, place: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(CSV)
    job = monitor.suggest_baseline(data, DatasetFormat.csv(header=True), job_name="january")
    assert [each["name"] for each in job.suggested_constraints().body_dict["features"]] == ["a", "b"]
    before = files(place)
    with pytest.raises(InvalidInputError, match="there is a baseline of this name"):
        monitor.suggest_baseline(data, DatasetFormat.csv(header=True), job_name="january")
    assert files(place) == before
    with pytest.raises(InvalidInputError, match=r"a baseline has no analysis\.json"):
        job.baseline_statistics("analysis.json")


def test_a_folder_is_read_as_the_call_says_and_stays_as_it_is(monitor: DefaultModelMonitor, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "_format.json").write_text('{"csv": {"header": true}}')
    for name in ("part-0.csv", "part-1.csv"):
        (folder / name).write_text("".join(f"{number},x\n" for number in range(50)))
    before = files(folder)
    job = monitor.suggest_baseline(folder, DatasetFormat.csv(header=False))
    assert job.baseline_statistics().body_dict["dataset"]["item_count"] == 100
    assert files(folder) == before


def test_an_error_names_the_file_of_the_user(monitor: DefaultModelMonitor, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(InvalidInputError) as error:
        monitor.suggest_baseline(data, DatasetFormat.csv(header=True), job_name="january")
    assert str(data) in str(error.value)
    assert "january/" not in str(error.value)


def test_no_container_computes_a_baseline(monitor: DefaultModelMonitor, place: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"Call suggest_baseline\(\)"):
        monitor.run_baseline()
    with pytest.raises(InvalidInputError, match=r"Call suggest_baseline\(\)"):
        ModelQualityMonitor(sagemaker_session=Session(place)).run_baseline([], object(), job_name="january")


def test_nothing_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRIFTLINE_STORE", raising=False)
    with pytest.raises(InvalidInputError, match=r"nothing says where Driftline works.*DRIFTLINE_STORE"):
        DefaultModelMonitor()
    for place, message in {str(tmp_path / "absent"): "no such folder", "s3://bucket/prefix": "not a bucket"}.items():
        with pytest.raises(InvalidInputError, match=message):
            Session(place)
    with pytest.raises(InvalidInputError, match="a dict"):
        DefaultModelMonitor(sagemaker_session={})


type Kind = Callable[[str], Statistics | Constraints | ConstraintViolations]


@pytest.mark.parametrize("kind", [Statistics.from_string, Constraints.from_string, ConstraintViolations.from_string])
def test_files_are_json_objects_and_have_a_place_before_they_are_saved(kind: Kind, place: Path) -> None:
    for text, message in {"{": "not JSON", "[]": "a list", "[" * 100_000: "not JSON"}.items():
        with pytest.raises(InvalidInputError, match=message):
            kind(text)
    file = kind('{"é": [1.5, null]}')
    with pytest.raises(InvalidInputError, match="has no place yet"):
        file.save()
    saved = file.save(str(place / "mine"))
    assert saved == file.file_s3_uri
    assert Path(saved).parent == place / "mine"
    file.body_dict["b"] = 2
    file.save()
    assert type(file).from_s3_uri(saved).body_dict == {"é": [1.5, None], "b": 2}
    with pytest.raises((InvalidInputError, ObjectNotFoundError)):
        type(file).from_s3_uri(str(place / "absent.json"))


def test_a_key_for_a_file_is_explained_when_it_would_matter(place: Path) -> None:
    statistics = Statistics.from_string("{}", kms_key="key")
    with pytest.warns(UnusedArgumentWarning, match="kms_key: the bucket's default encryption applies"):
        statistics.save(str(place / "mine"))
    statistics.save()


def test_a_feature_that_is_not_there_is_not_switched_off() -> None:
    constraints = Constraints.from_string('{"features": [{"name": "age"}]}')
    with pytest.raises(InvalidInputError, match=r"no feature aeg.*age"):
        constraints.set_monitoring(False, "aeg")


def test_captures_go_where_the_stack_reads(place: Path) -> None:
    config = DataCaptureConfig(True, 100, sagemaker_session=Session(place))
    assert config.destination_s3_uri == str(place / "capture")
    request = DataCaptureConfig(True, destination_s3_uri="s3://bucket/capture", kms_key_id="key")._to_request_dict()
    assert request["DestinationS3Uri"] == "s3://bucket/capture"
    assert request["KmsKeyId"] == "key"
    assert request["CaptureOptions"] == [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
