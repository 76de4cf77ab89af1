"""Where capture files go: a bucket, or a folder."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from driftline.capture.limits import Limits
from driftline.domain.errors import InvalidInputError

_UNFINISHED = ".driftline-unfinished-"
"""Prefix of files that are being written: names with a dot hold no data."""


class Destination(Protocol):
    """Used by one thread of a process."""

    def open(self) -> None:
        """Prepares for writing, which is done again in every process."""

    def write(self, key: str, body: bytes) -> None:
        """Stores a file whole; the same key again replaces it. Raises whatever went wrong."""

    def uri(self, key: str) -> str:
        """For people."""


def destination_of(place: str | os.PathLike[str], limits: Limits) -> Destination:
    """A bucket for `s3://bucket/prefix`, otherwise a folder.

    Raises:
        InvalidInputError: there is no bucket in the address, or boto3 is missing.
    """
    text = os.fspath(place)
    if text.startswith("s3://"):
        return BucketDestination(text, limits.write_seconds)
    if "://" in text:
        raise InvalidInputError(
            f"{text!r} is not a place for captures", expected="s3://<bucket>/<prefix>, or the path of a folder"
        )
    return FolderDestination(Path(text))


class FolderDestination:
    """Below a folder, which the first file creates."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def open(self) -> None:
        """A folder needs no preparation."""

    def write(self, key: str, body: bytes) -> None:
        """Readers see the whole file or none: it is renamed into place."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{_UNFINISHED}{uuid4().hex}")
        try:
            unfinished.write_bytes(body)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def uri(self, key: str) -> str:
        return str(self._root / key)


class BucketDestination:
    """Below a prefix of a bucket, through boto3. The prefix is SageMaker's `DestinationS3Uri`.

    Args:
        address: `s3://<bucket>/<prefix>`.
        seconds: For a connection, and for each wait for an answer.

    Raises:
        InvalidInputError: there is no bucket in the address, or boto3 is missing.
    """

    def __init__(self, address: str, seconds: float) -> None:
        self._bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not self._bucket:
            raise InvalidInputError(f"{address!r} names no bucket", expected="s3://<bucket>/<prefix>")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._seconds = seconds
        self._client: Any = None
        try:
            # Now, and not before the first file: an import takes time from predictions.
            import_module("boto3")
        except ImportError:
            raise InvalidInputError(
                "boto3 is not installed", where=address, mend="Install boto3, or capture into a folder."
            ) from None

    def open(self) -> None:
        """A client of its own in each process: connections cannot be shared across a fork."""
        self._client = None
        config = import_module("botocore.config").Config(
            connect_timeout=self._seconds,
            read_timeout=self._seconds,
            retries={"total_max_attempts": 1},  # the writer tries again, for as long as the process lives
        )
        # A session of its own: the default one must not be shared by threads
        self._client = import_module("boto3").session.Session().client("s3", config=config)

    def write(self, key: str, body: bytes) -> None:
        if self._client is None:
            self.open()
        self._client.put_object(
            Bucket=self._bucket, Key=f"{self._prefix}{key}", Body=body, ContentType="application/x-jsonlines"
        )

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"
