"""Where files of a notebook are: whose credentials read them, where results may not go, and whose line a warning names."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost

from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.sagemaker import (
    BatchTransformInput,
    BiasConfig,
    CronExpressionGenerator,
    DataConfig,
    DatasetFormat,
    DefaultModelMonitor,
    ModelBiasMonitor,
    ModelConfig,
    ModelExplainabilityMonitor,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
    SageMakerClarifyProcessor,
    Session,
    SHAPConfig,
    UnusedArgumentWarning,
)
from driftline.sagemaker.executions import executions_of
from driftline.sagemaker.locations import check_output
from driftline.sagemaker.schedules import check_ground_truth, script_fields
from driftline.sagemaker.transform_jobs import endpoint_or_job
from driftline.usecases.ports import ObjectSummary
from tests.aws import fake_aws
from tests.captures import csv_capture
from tests.loans import ENDPOINT, HOUR, people
from tests.places import REPOSITORY
from tests.scores import FEATURES, trees, usual


def test_no_result_goes_to_a_folder_of_the_bucket(tmp_path: Path) -> None:
    """Those of the reference; a new one there needs no change here."""
    page = (REPOSITORY / "docs" / "reference" / "bucket.md").read_text()
    folders = set(re.findall(r"^\| `([a-z-]+)/", page, re.MULTILINE))
    assert {"tables", "silences", "approvals", "attributes", "ground-truth-unmatched"} < folders
    session = Session(tmp_path)
    for folder in folders:
        with pytest.raises(InvalidInputError, match="has files of the stack"):
            check_output(str(tmp_path / folder / "mine"), session, "s3_output_path")
    check_output(str(tmp_path / "clarify"), session, "s3_output_path")


def test_a_models_file_is_read_with_the_credentials_of_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = people(200, seed=1)
    data = xgboost.DMatrix(
        np.array([[person.age] for person in rows]), label=[person.repaid for person in rows], feature_names=["age"]
    )
    model = xgboost.train({"max_depth": 2, "nthread": 1, "objective": "binary:logistic"}, data, 2).save_raw("json")
    lines = "".join(f"{person.repaid},{person.sex},{person.age}\n" for person in rows)
    (tmp_path / "loans.csv").write_text("repaid,sex,age\n" + lines)
    place = tmp_path / "place"
    place.mkdir()
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket="models")
        boto3.client("s3").put_object(Bucket="models", Key="model.json", Body=bytes(model))
        boto, read = boto3.Session(), list[str]()
        boto.events.register("before-call.s3.GetObject", lambda params, **_: read.append(params["url_path"]))
        monitor = ModelBiasMonitor(sagemaker_session=Session(place, boto_session=boto))
        config = DataConfig(
            str(tmp_path / "loans.csv"),
            str(tmp_path / "out"),
            label="repaid",
            headers=["repaid", "sex", "age"],
            excluded_columns=["sex"],
        )
        model_config = ModelConfig("s3://models/model.json")
        monitor.suggest_baseline(config, BiasConfig([1], "sex", ["Female"]), model_config)
    assert read == ["/model.json"]


def test_a_name_of_jobs_cannot_lead_to_another_folder(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    monitor = DefaultModelMonitor(base_job_name="../monitors/x", sagemaker_session=Session(tmp_path))
    with pytest.raises(InvalidInputError, match="base_job_name"):
        monitor.suggest_baseline(str(tmp_path / "train.csv"), DatasetFormat.csv(header=True))
    assert {path.name for path in tmp_path.iterdir()} == {"train.csv"}


def test_so_are_windows_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x, place = usual(60, seed=1), tmp_path / "place"
    folder = place / "capture" / ENDPOINT / "AllTraffic" / hour_folder(HOUR)
    folder.mkdir(parents=True)
    texts = [",".join(map(str, row)) for row in x.tolist()]
    step = timedelta(seconds=1)
    captures = (csv_capture(HOUR + step * n, "0.5", text, f"id-{n}") for n, text in enumerate(texts))
    (folder / "a.jsonl").write_bytes(b"".join(captures))
    (tmp_path / "risks.csv").write_text(
        "".join(f"{int(row[0] > 0)},{text}\n" for row, text in zip(x, texts, strict=True))
    )
    data = DataConfig(
        str(tmp_path / "risks.csv"), str(tmp_path / "out"), label="default", headers=["default", *FEATURES]
    )
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket="models")
        boto3.client("s3").put_object(Bucket="models", Key="model.json", Body=trees())
        boto, read = boto3.Session(), list[str]()
        boto.events.register("before-call.s3.GetObject", lambda params, **_: read.append(params["url_path"]))
        monitor = ModelExplainabilityMonitor(sagemaker_session=Session(place, boto_session=boto))
        monitor.suggest_baseline(data, SHAPConfig(), ModelConfig("s3://models/model.json"))
        monitor.create_monitoring_schedule(ENDPOINT, schedule_cron_expression=CronExpressionGenerator.hourly())
        by_baseline = len(read)
        assert by_baseline
        assert len(monitor.run_schedule_now()) == 1
    assert len(read) > by_baseline
    assert set(read) == {"/model.json"}


@pytest.mark.parametrize(
    "update",
    [
        lambda: DefaultModelMonitor().update_monitoring_schedule(ENDPOINT, instance_type="ml.c5.xlarge"),
        lambda: ModelQualityMonitor().update_monitoring_schedule(ENDPOINT, instance_type="ml.c5.xlarge"),
        lambda: ModelBiasMonitor().update_monitoring_schedule(ENDPOINT, instance_type="ml.c5.xlarge"),
        lambda: ModelExplainabilityMonitor().update_monitoring_schedule(ENDPOINT, instance_type="ml.c5.xlarge"),
    ],
    ids=["data_quality", "model_quality", "model_bias", "model_explainability"],
)
def test_a_warning_names_the_line_of_the_notebook(
    update: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_STORE", str(tmp_path))
    with pytest.warns(UnusedArgumentWarning) as warned, pytest.raises(InvalidInputError, match="has no schedule"):
        update()
    assert {each.filename for each in warned} == {__file__}


def test_the_newest_execution_is_found_in_the_listings_of_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [f"{month:02}/{day:02}" for month in (1, 2) for day in range(1, 29)]
    for day in days:
        folder = tmp_path / "reports" / ENDPOINT / "data_quality" / "2026" / day / "00"
        folder.mkdir(parents=True)
        (folder / KINDS.named("data_quality").marker).write_text("{}")
    session, listed = Session(tmp_path), list[str]()
    original = FolderStore.list

    def counted(store: FolderStore, prefix: str) -> Iterable[ObjectSummary]:
        listed.append(prefix)
        return original(store, prefix)

    monkeypatch.setattr(FolderStore, "list", counted)
    [newest] = executions_of(session, ENDPOINT, "data_quality", most=1)
    assert newest.output.source.rstrip("/").endswith("2026/02/28/00")
    assert listed == [f"reports/{ENDPOINT}/data_quality/2026/02/28/"]
    assert len(executions_of(session, ENDPOINT, "data_quality")) == len(days)


def test_values_of_numpy_count_as_pythons(tmp_path: Path) -> None:
    rows = people(200, seed=1)
    lines = "".join(f"{person.repaid},{person.sex},{person.age}\n" for person in rows)
    (tmp_path / "loans.csv").write_text("repaid,sex,age\n" + lines)
    written, of_numpy = [], list[Any]([np.int64(1)])
    for positive, group in (([1], ["Female"]), (of_numpy, np.array(["Female"]))):
        data = DataConfig(str(tmp_path / "loans.csv"), str(tmp_path / "out"), label="repaid")
        SageMakerClarifyProcessor().run_pre_training_bias(data, BiasConfig(positive, "sex", group))
        written.append({path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.json")})
    assert written[0] == written[1]
    with pytest.raises(InvalidInputError, match=r"a set.*numbers, texts, lists"):
        SageMakerClarifyProcessor().run_pre_training_bias(data, BiasConfig([1], "sex", {"Female"}))


def test_a_place_may_be_named_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "place" / "scripts").mkdir(parents=True)
    (tmp_path / "place" / "scripts" / "clean.py").write_text("")
    session = Session("place")
    check_ground_truth(session, "place/ground-truth/shop/", "shop")
    with pytest.raises(InvalidInputError, match="labels are not read there"):
        check_ground_truth(session, "ground-truth/shop/", "shop")
    assert script_fields(session, {"preprocess": "place/scripts/clean.py", "postprocess": "clean.py"}) == {
        "preprocess": "clean.py",
        "postprocess": "clean.py",
    }
    destination = "place/capture/nightly"
    job = BatchTransformInput(destination, "/opt", MonitoringDatasetFormat.csv(header=False))
    assert endpoint_or_job(None, job, session, "here").endpoint_name == "nightly"
