"""Where a notebook works: the stack's bucket, or a folder with the same layout."""

import os
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.s3 import S3Store, s3_client
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.usecases.ports import EditableStore

if TYPE_CHECKING:
    from boto3 import Session as BotoSession

PLACE = "DRIFTLINE_STORE"
"""Environment variable: the place, where no session says it."""

_S3 = "s3://"


class Session:
    """A place, for the argument `sagemaker_session`.

    Args:
        store: `s3://bucket` of a stack, or a folder; by default the environment variable DRIFTLINE_STORE.
        boto_session: With the user's credentials; by default boto3's own.

    Raises:
        InvalidInputError: no place is stated, or it is neither a bucket nor an existing folder.
    """

    def __init__(
        self, store: "str | PathLike[str] | None" = None, *, boto_session: "BotoSession | None" = None
    ) -> None:
        place = fspath(store) if store is not None else os.environ.get(PLACE, "")
        if not place:
            raise InvalidInputError(
                "nothing says where Driftline works",
                where="sagemaker_session",
                expected=f"{PLACE}=s3://<bucket of the stack>, or a folder",
                mend=f"Set the environment variable {PLACE}, or pass sagemaker_session=Session('s3://<bucket>').",
            )
        self.boto_session = boto_session
        self.fires = place.startswith(_S3)
        """Whether functions of a stack run the schedules."""

        self._client: Any = None
        self._folder = Path()
        if self.fires:
            bucket, _, below = place.removeprefix(_S3).partition("/")
            if not bucket or below:
                raise InvalidInputError("not a bucket", where=place, expected="s3://<bucket>, without a prefix")
            self.store: EditableStore = self.bucket(bucket)
            return
        self._folder = Path(place).expanduser().absolute()
        if not self._folder.is_dir():
            raise InvalidInputError("no such folder", where=str(self._folder), expected="a folder, or s3://<bucket>")
        self.store = FolderStore(self._folder)

    def __repr__(self) -> str:
        return f"<driftline.sagemaker.Session of {self.store.uri('')}>"

    def stores(self, bucket: str) -> EditableStore:
        """Opens the bucket of a document's captures; a folder stands for any."""
        return self.bucket(bucket) if self.fires else FolderStore(self._folder, bucket)

    def bucket(self, name: str) -> S3Store:
        """Any bucket, with the user's credentials. Raises InvalidInputError: boto3 is not installed."""
        if self._client is None:
            try:
                self._client = s3_client(self.boto_session)
            except ImportError:
                raise InvalidInputError(
                    "boto3 is not installed", where=f"{_S3}{name}", mend="pip install boto3"
                ) from None
        return S3Store(name, self._client)


def session_of(given: object) -> Session:
    """What was passed as `sagemaker_session`: ours, SageMaker's or boto3's, which bring credentials; or nothing.

    Raises:
        InvalidInputError: as Session, or it is none of these.
    """
    return given if isinstance(given, Session) else Session(boto_session=boto_session_of(given))


def boto_session_of(given: object) -> "BotoSession | None":
    """The credentials of what was passed as `sagemaker_session`; None: those of the process.

    Raises:
        InvalidInputError: it is no session.
    """
    if given is None or isinstance(given, Session):
        return given.boto_session if given is not None else None
    boto: Any = getattr(given, "boto_session", given)
    if not hasattr(boto, "client"):
        raise InvalidInputError(
            f"a {type(given).__name__}",
            where="sagemaker_session",
            expected="driftline.sagemaker.Session, a session of SageMaker's SDK, or of boto3",
        )
    found: BotoSession = boto
    return found
