"""A folder with the files of one execution, wherever it is: as SageMaker wrote them, or a copy."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from driftline.adapters.aws.s3 import S3Stores
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.place import Place as ExecutionPlace
from driftline.domain.executions.place import parse_place
from driftline.usecases.ports import ObjectStore

_S3 = "s3://"
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LoneExecution:
    """An execution, and the folder of its baseline in the same store.

    Attributes:
        place: Without names where the folder is not `…/<endpoint>/<monitor>/yyyy/mm/dd/hh`.
        baseline: With a closing slash; a folder that does not exist if none was named.
    """

    store: ObjectStore
    place: ExecutionPlace
    baseline: str


def lone_execution(folder: str, baseline: str | None) -> LoneExecution:
    """Opens a local folder or an s3:// prefix.

    Raises:
        InvalidInputError: no such folder, or the baseline is in another place than the execution.
    """
    store, key = _opened(folder)
    if baseline is None:
        return LoneExecution(store, _place(key), f"{key}baseline/")
    other, baseline_key = _opened(baseline)
    if other.name != store.name:
        raise InvalidInputError(
            "the baseline is in another place than the execution",
            where=baseline,
            expected=f"a folder in {store.uri('')}",
        )
    return LoneExecution(store, _place(key), baseline_key)


def _opened(folder: str) -> tuple[ObjectStore, str]:
    """(store, key of the folder in it, with a closing slash)."""
    if folder.startswith(_S3):
        bucket, _, prefix = folder.removeprefix(_S3).partition("/")
        return S3Stores()(bucket), f"{prefix.strip('/')}/"
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise InvalidInputError(
            "no such folder", where=str(path), expected="the folder of an execution's files, or s3://<bucket>/<prefix>"
        )
    return FolderStore(path.anchor, "files"), f"{path.relative_to(path.anchor).as_posix()}/"


def _place(folder: str) -> ExecutionPlace:
    with suppress(InvalidInputError):
        return replace(parse_place(folder), folder=folder)
    return ExecutionPlace(folder, "", "", _UNKNOWN)
