"""Where executions are read: a bucket, a folder, or a part of either."""

from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from driftline.adapters.aws.s3 import S3Store, s3_client
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import REPORTS
from driftline.reader.frames import MissingPackageError
from driftline.usecases.ports import ObjectStore

if TYPE_CHECKING:
    from boto3 import Session

_S3 = "s3://"


@dataclass(frozen=True, slots=True)
class Spot:
    """A store and a prefix in it, empty or with a closing slash."""

    store: ObjectStore
    prefix: str


def open_spot(place: "str | PathLike[str]", session: "Session | None") -> Spot:
    """Opens `s3://bucket[/prefix]` or a folder.

    Raises:
        InvalidInputError: no such folder, or no bucket in the URI.
        MissingPackageError: a bucket, and boto3 is not installed.
    """
    text = fspath(place)
    if text.startswith(_S3):
        bucket, _, below = text.removeprefix(_S3).partition("/")
        if not bucket:
            raise InvalidInputError("not a bucket", where=text, expected="s3://<bucket>, maybe with a prefix")
        try:
            store = S3Store(bucket, s3_client(session))
        except ImportError:
            raise MissingPackageError("boto3", text) from None
        return Spot(store, f"{below.strip('/')}/" if below.strip("/") else "")
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise InvalidInputError("no such folder", where=str(folder.absolute()), expected="a folder, or s3://<bucket>")
    return Spot(FolderStore(folder), "")


def reports_in(spot: Spot) -> Spot:
    """The prefix whose sub-folders are endpoints.

    A bucket's root, or a folder with a `reports` folder, is laid out as Driftline's bucket. Any other prefix or folder
    holds `<endpoint>/<monitor>/yyyy/mm/dd/hh/` itself, as SageMaker's output location does.
    """
    if spot.prefix:
        return spot
    ours = isinstance(spot.store, S3Store) or f"{REPORTS}".rstrip("/") in spot.store.folders("")
    return Spot(spot.store, REPORTS if ours else "")
