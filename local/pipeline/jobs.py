"""Processing and training jobs of a pipeline: inputs from S3, the process, outputs to S3.

The container's /opt/ml is a private folder of the job: every path of the definition that begins so is mapped below it.
"""

import io
import json
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.pipeline.processes import JobError, run

_CONTAINER = "/opt/ml"
_ALGORITHM = Path(__file__).with_name("algorithm.py")
_INTERPRETERS = {"python3", "python"}


class Files(Protocol):
    """Objects in S3, as the pipeline's role may use them."""

    def list(self, bucket: str, prefix: str) -> list[str]:
        """Keys below a prefix."""
        ...

    def get(self, bucket: str, key: str) -> bytes: ...

    def put(self, bucket: str, key: str, body: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job runs.

    Attributes:
        folder: Private to the job; nothing is in it yet.
        log: File for its output.
        stopped: Whether the execution was stopped.
    """

    folder: Path
    log: Path
    files: Files
    stopped: Callable[[], bool]


def process(arguments: Mapping[str, Any], place: Place) -> None:
    """Runs a processing job.

    Raises:
        JobError: it failed, an input has no files, or it wrote nothing for an output.
    """
    for given in arguments.get("ProcessingInputs", []):
        source = given["S3Input"]
        if not _download(source["S3Uri"], _mapped(source["LocalPath"], place), place.files):
            raise JobError(f"the input {given['InputName']} has no files: {source['S3Uri']}")
    outputs = arguments["ProcessingOutputConfig"]["Outputs"]
    for each in outputs:
        Path(_mapped(each["S3Output"]["LocalPath"], place)).mkdir(parents=True, exist_ok=True)
    app = arguments["AppSpecification"]
    words: list[str] = [*app["ContainerEntrypoint"], *app.get("ContainerArguments", [])]
    program, rest = words[0], words[1:]
    command = [sys.executable if program in _INTERPRETERS else program, *(_mapped(each, place) for each in rest)]
    run(command, place.folder, place.log, seconds=_limit(arguments), stopped=place.stopped)
    for each in outputs:
        local, uri = Path(_mapped(each["S3Output"]["LocalPath"], place)), each["S3Output"]["S3Uri"]
        _upload(local, uri, place.files)


def train(name: str, arguments: Mapping[str, Any], place: Place) -> str:
    """Runs a training job with XGBoost in place of its image.

    Returns:
        The S3 URI of its model.tar.gz.

    Raises:
        JobError: it failed, or a channel has no files.
    """
    root = place.folder / "ml"
    for channel in arguments["InputDataConfig"]:
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        if not _download(uri, str(root / "input/data" / channel["ChannelName"]), place.files):
            raise JobError(f"the channel {channel['ChannelName']} has no files: {uri}")
    configuration = root / "input/config"
    configuration.mkdir(parents=True)
    (configuration / "hyperparameters.json").write_text(json.dumps(arguments["HyperParameters"]))
    command = [sys.executable, str(_ALGORITHM), str(root)]
    run(command, place.folder, place.log, seconds=_limit(arguments), stopped=place.stopped)
    uri = f"{arguments['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{name}/output/model.tar.gz"
    bucket, key = parts(uri)
    place.files.put(bucket, key, _packed(root / "model"))
    return uri


def parts(uri: str) -> tuple[str, str]:
    """(bucket, key).

    Raises:
        JobError: it is no address in S3.
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise JobError(f"{uri!r} is not an address in S3")
    return bucket, key


def _download(uri: str, local: str, files: Files) -> int:
    """Copies an object, or all objects below a prefix; returns their number."""
    bucket, prefix = parts(uri)
    found = [key for key in files.list(bucket, prefix) if not key.endswith("/")]
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    for key in found:
        below = key.removeprefix(folder) if key.startswith(folder) else key.rsplit("/", 1)[-1]
        path = (Path(local) / below).resolve()
        if not path.is_relative_to(Path(local).resolve()):
            raise JobError(f"{key} leads out of its folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files.get(bucket, key))
    return len(found)


def _upload(local: Path, uri: str, files: Files) -> None:
    bucket, prefix = parts(uri)
    found = [path for path in sorted(local.rglob("*")) if path.is_file()]
    if not found:
        raise JobError(f"the job wrote nothing to {local.name}")
    for path in found:
        files.put(bucket, f"{prefix.rstrip('/')}/{path.relative_to(local).as_posix()}", path.read_bytes())


def _mapped(text: str, place: Place) -> str:
    """A path of the container, or an argument, in the job's folder."""
    inside = text == _CONTAINER or text.startswith(f"{_CONTAINER}/")
    return f"{place.folder / 'ml'}{text.removeprefix(_CONTAINER)}" if inside else text


def _packed(folder: Path) -> bytes:
    """model.tar.gz; equal models give equal bytes, but for gzip's own time stamp, which is left out."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(entry, file)
    return buffer.getvalue()


def _limit(arguments: Mapping[str, Any]) -> float:
    return float(arguments.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86_400))
