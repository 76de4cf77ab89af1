"""Over a bucket: what is written for the stack, and what is read of what it wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import boto3
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.documents.status import MonitorStatus, StatusError
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.kinds.registry import KINDS
from driftline.sagemaker import DataCaptureConfig, DatasetFormat, DefaultModelMonitor, Session, Statistics
from driftline.usecases.baselines.uploads import Reading, suggest_uploaded
from tests.aws import fake_aws
from tests.fakes import RecordingOperators

CSV = "a,b\n" + "".join(f"{number},x\n" for number in range(50))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    with fake_aws(monkeypatch):
        for bucket in ("stack", "training"):
            boto3.client("s3").create_bucket(Bucket=bucket)
        monkeypatch.setenv("DRIFTLINE_STORE", "s3://stack")
        yield S3Store("stack")


def stack_reads(store: S3Store) -> None:
    """What the function suggest_baseline does for the objects that arrived."""
    reading = Reading(store, DuckTables(), RecordingOperators(), KINDS, None, explaining())  # type: ignore[arg-type]
    for summary in list(store.list("baselines/")):
        list(suggest_uploaded(summary.key, "", reading))


def test_a_data_set_in_another_bucket_is_read_by_the_stack(store: S3Store) -> None:
    S3Store("training").put("2022/part-0.csv", CSV.encode())
    S3Store("training").put("2022/part-1.csv", CSV.encode())
    monitor = DefaultModelMonitor()
    job = monitor.suggest_baseline("s3://training/2022", DatasetFormat.csv(header=True), wait=False, job_name="january")

    assert [each.key for each in store.list("")] == [
        "baselines/january/data_quality/input/_format.json",
        "baselines/january/data_quality/input/part-0.csv",
        "baselines/january/data_quality/input/part-1.csv",
    ]
    assert job.describe()["ProcessingJobStatus"] == "InProgress"
    with pytest.raises(RetryLaterError, match="not there yet"):
        job.baseline_statistics()
    with pytest.raises(RetryLaterError, match="not there yet"):
        monitor.create_monitoring_schedule("shop")
    assert store.etag("monitors/shop.yaml") is None

    stack_reads(store)

    assert job.baseline_statistics().body_dict["dataset"]["item_count"] == 100
    assert job.baseline_statistics().file_s3_uri == "s3://stack/baselines/january/data_quality/statistics.json"


def test_wait_ends_when_the_stack_has_read_it(
    store: S3Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data.csv").write_text(CSV)
    monitor = DefaultModelMonitor()
    job = monitor.suggest_baseline(tmp_path / "data.csv", DatasetFormat.csv(header=True), wait=False)
    stack = Timer(0, stack_reads, [store])
    stack.start()
    job.wait()
    stack.join()
    assert job.describe()["ProcessingJobStatus"] == "Completed"
    shown = capsys.readouterr().err
    assert shown == "" or shown.startswith("Waiting for s3://stack/baselines/")
    job.wait()
    assert capsys.readouterr().err == "", "nothing is shown of what is there"


def test_wait_ends_with_the_error_of_the_stack(store: S3Store, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(CSV + "1,2,3\n")
    monitor = DefaultModelMonitor()
    job = monitor.suggest_baseline(tmp_path / "data.csv", DatasetFormat.csv(header=True), wait=False, job_name="bad")
    assert job.describe()["ProcessingJobStatus"] == "InProgress"
    stack = Timer(0, stack_reads, [store])
    stack.start()
    with pytest.raises(InvalidInputError, match=r"s3://stack/baselines/bad/data_quality/input/data\.csv.* 52") as error:
        job.wait()
    stack.join()
    described = monitor.describe_latest_baselining_job()
    assert (described["ProcessingJobStatus"], described["FailureReason"]) == ("Failed", str(error.value))
    for ask in (
        monitor.baseline_statistics,
        job.suggested_constraints,
        lambda: monitor.create_monitoring_schedule("e"),
    ):
        with pytest.raises(InvalidInputError, match="52"):
            ask()


def test_a_schedule_is_the_document_and_the_baseline(store: S3Store) -> None:
    S3Store("training").put("statistics.json", b'{"of": "January"}')
    monitor = DefaultModelMonitor(sagemaker_session=Session("s3://stack"))
    monitor.create_monitoring_schedule(
        "shop",
        statistics=Statistics.from_s3_uri("s3://training/statistics.json"),
        constraints="s3://training/statistics.json",
        schedule_cron_expression="rate(6 hours)",
    )
    assert {each.key for each in store.list("")} == {
        "baselines/shop/data_quality/constraints.json",
        "baselines/shop/data_quality/statistics.json",
        "monitors/shop.yaml",
    }
    assert json.loads(store.get("baselines/shop/data_quality/statistics.json").body) == {"of": "January"}
    assert 'schedule: "rate(6 hours)"' in store.get("monitors/shop.yaml").body.decode()


def test_the_status_is_what_the_stack_says_of_this_document(store: S3Store) -> None:
    monitor = DefaultModelMonitor()
    monitor.create_monitoring_schedule("shop")
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Pending"

    def configured(*errors: StatusError) -> None:
        tag = store.etag("monitors/shop.yaml") or ""
        status = MonitorStatus(
            endpoint="shop", status="error" if errors else "ok", key="monitors/shop.yaml", etag=tag, errors=errors
        )
        store.put("monitors/shop.status.json", status.to_bytes())

    configured()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"
    monitor.update_monitoring_schedule(schedule_cron_expression="rate(1 day)")
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Pending", "the stack has not read the change"
    configured(StatusError(line=4, column=5, field="schedule", found="too often", allowed="", mend=""))
    described = monitor.describe_schedule()
    assert (described["MonitoringScheduleStatus"], described["FailureReason"]) == ("Failed", "line 4: too often")
    monitor.stop_monitoring_schedule()
    assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"


def test_a_file_is_read_and_saved_without_a_place(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRIFTLINE_STORE")
    store.put("statistics.json", b'{"a": 1}')
    statistics = Statistics.from_s3_uri("s3://stack/statistics.json")
    assert statistics.save("s3://training/copy") == "s3://training/copy/statistics.json"
    assert json.loads(S3Store("training").get("copy/statistics.json").body) == {"a": 1}


def test_the_request_is_one_that_sagemaker_takes(store: S3Store) -> None:
    """Held against botocore's model of CreateEndpointConfig."""
    request = DataCaptureConfig(True, 100)._to_request_dict()
    assert request["DestinationS3Uri"] == "s3://stack/capture"
    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"))
    report = ParamValidator().validate(request, model.shape_for("DataCaptureConfig"))
    assert not report.has_errors(), report.generate_report()


def test_sessions_of_sagemakers_sdk_and_of_boto3_bring_their_credentials(store: S3Store) -> None:
    class SessionOfTheSdk:
        boto_session = boto3.Session()

    for session in (SessionOfTheSdk(), boto3.Session()):
        monitor = DefaultModelMonitor(sagemaker_session=session)
        assert monitor.sagemaker_session.store.name == "stack"
        assert monitor.sagemaker_session.boto_session is getattr(session, "boto_session", session)
    with pytest.raises(InvalidInputError, match="no data set"):
        DefaultModelMonitor().suggest_baseline("s3://training/nothing", DatasetFormat.csv())
