"""Jobs as processes: the container's paths, their ends, their logs, and what stops them."""

import io
import json
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from local import interruption
from local.pipeline import jobs
from local.pipeline.jobs import Place, process, train
from local.pipeline.processes import JobError, JobStoppedError
from tests.waiting import wait_until

SCRIPT = """\
import os, sys
from pathlib import Path
root = Path(__file__).resolve().parents[2]
assert sys.argv[1:] == ["--days=3"], sys.argv
assert "AWS_ACCESS_KEY_ID" not in os.environ
print("hello from", root.name)
(root / "output/made/a.txt").write_text((root / "input/data/part/b.txt").read_text() * 2)
"""


class Bucket:
    """S3 in a dictionary, by bucket and key."""

    def __init__(self, objects: Mapping[tuple[str, str], bytes]) -> None:
        self.objects = dict(objects)

    def list(self, bucket: str, prefix: str) -> list[str]:
        return sorted(key for name, key in self.objects if name == bucket and key.startswith(prefix))

    def get(self, bucket: str, key: str) -> bytes:
        return self.objects[bucket, key]

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.objects[bucket, key] = body


def arguments(**more: Any) -> dict[str, Any]:
    def source(name: str, uri: str) -> dict[str, Any]:
        return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/input/{name}"}}

    return {
        "AppSpecification": {
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/job.py"],
            "ContainerArguments": ["--days=3"],
        },
        "ProcessingInputs": [source("code", "s3://b/code/"), source("data", "s3://b/data")],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "made",
                    "S3Output": {"S3Uri": "s3://b/out/made", "LocalPath": "/opt/ml/processing/output/made"},
                }
            ]
        },
        **more,
    }


def place(tmp_path: Path, script: str = SCRIPT, stopped: Callable[[], bool] = lambda: False) -> Place:
    bucket = Bucket({("b", "code/job.py"): script.encode(), ("b", "data/part/b.txt"): b"ab"})
    (tmp_path / "job").mkdir()
    return Place(tmp_path / "job", tmp_path / "job.log", bucket, stopped)


def made(where: Place) -> dict[tuple[str, str], bytes]:
    assert isinstance(where.files, Bucket)
    return where.files.objects


def test_a_script_finds_its_paths_below_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the user")
    where = place(tmp_path)
    process(arguments(), where)
    assert made(where)["b", "out/made/a.txt"] == b"abab"
    assert where.log.read_text() == "hello from processing\n"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; sys.exit('No rows for train.')", "exit code 1. Log: .*job.log. Its end: No rows for train."),
        ("raise ValueError('broken')", "ValueError: broken"),
        ("", "the job wrote nothing to made"),
    ],
)
def test_a_failure_names_the_log_and_quotes_its_end(tmp_path: Path, script: str, why: str) -> None:
    with pytest.raises(JobError, match=why):
        process(arguments(), place(tmp_path, script))


def test_an_input_without_files_is_a_failure(tmp_path: Path) -> None:
    given = arguments()
    given["ProcessingInputs"][1]["S3Input"]["S3Uri"] = "s3://b/nothing/"
    with pytest.raises(JobError, match="the input data has no files: s3://b/nothing/"):
        process(given, place(tmp_path))


def test_a_key_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    where = place(tmp_path)
    made(where)["b", "data/../../../../../../escaped"] = b"x"
    with pytest.raises(JobError, match="leads out of its folder"):
        process(arguments(), where)


ENDLESS = """\
import os, sys, time
from pathlib import Path
print(os.getpid(), flush=True)
while True:
    time.sleep(0.05)
"""


def ended(log: Path) -> Callable[[], bool]:
    """Whether the process that wrote its id there is gone."""

    def gone() -> bool:
        try:
            os.kill(int(log.read_text().split()[0]), 0)
        except ProcessLookupError:
            return True
        return False

    return gone


def test_a_job_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    where = place(tmp_path, ENDLESS)
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    with pytest.raises(JobError, match="it did not end within 1 s"):
        process(arguments(**limit), where)
    if where.log.read_text():
        wait_until(ended(where.log), "the process is gone")


def test_a_job_that_is_stopped_ends(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    where = place(tmp_path, ENDLESS, stopped=lambda: log.exists() and log.read_text() != "")
    with pytest.raises(JobStoppedError):
        process(arguments(), where)
    wait_until(ended(log), "the process is gone")


def test_an_interruption_ends_the_job_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = place(tmp_path, ENDLESS)

    def check() -> None:
        if where.log.exists() and where.log.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(interruption, "check", check)
    with pytest.raises(KeyboardInterrupt):
        process(arguments(), where)
    wait_until(ended(where.log), "the process is gone")


def training(**more: str) -> dict[str, Any]:
    def channel(name: str) -> dict[str, Any]:
        return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3Uri": f"s3://b/{name}"}}}

    return {
        "HyperParameters": {"objective": "reg:squarederror", "num_round": "30", "eta": "0.3", "max_depth": "3", **more},
        "InputDataConfig": [channel("train"), channel("validation")],
        "OutputDataConfig": {"S3OutputPath": "s3://b/model"},
    }


def table(count: int, seed: int) -> bytes:
    values = np.random.default_rng(seed).normal(size=(count, 2))
    return "\n".join(f"{a * 2},{a},{'nan' if b > 1.5 else b}" for a, b in values.tolist()).encode()


def test_training_gives_the_built_in_algorithm_s_archive(tmp_path: Path) -> None:
    where = place(tmp_path)
    made(where).update({("b", "train/t.csv"): table(400, 1), ("b", "validation/v.csv"): table(100, 2)})
    uri = train("job-1", training(early_stopping_rounds="3", eval_metric="rmse"), where)
    assert uri == "s3://b/model/job-1/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(made(where)["b", "model/job-1/output/model.tar.gz"])) as archive:
        [name] = archive.getnames()
        file = archive.extractfile(name)
        assert file is not None
        booster = xgboost.Booster(model_file=bytearray(file.read()))
    assert name == "xgboost-model"
    predicted = booster.predict(xgboost.DMatrix(np.array([[1.0, 0.0], [-1.0, np.nan]])))
    assert predicted == pytest.approx([2.0, -2.0], abs=0.4)
    given = json.loads((where.folder / "ml/input/config/hyperparameters.json").read_text())
    assert given["eta"] == "0.3"


def test_training_without_rows_or_with_a_wrong_parameter_fails(tmp_path: Path) -> None:
    where = place(tmp_path)
    with pytest.raises(JobError, match="the channel train has no files"):
        train("job-1", training(), where)
    made(where).update({("b", "train/t.csv"): table(40, 1), ("b", "validation/v.csv"): table(10, 2)})
    other = Place(tmp_path / "other", tmp_path / "other.log", where.files, where.stopped)
    other.folder.mkdir()
    with pytest.raises(JobError, match=r"Log: .*other\.log"):
        train("job-2", training(objective="reg:nonsense"), other)


@pytest.mark.parametrize("uri", ["bucket/key", "s3:///key", "http://bucket/key"])
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(JobError, match="is not an address in S3"):
        jobs.parts(uri)
