"""Objects in an S3 bucket."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypedDict

from driftline.adapters.aws.clients import client_config, client_of
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.usecases.ports import ObjectSummary, StoredObject
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20  # bytes
_LARGEST = 768 << 20
"""Bytes of an object that is read into memory: the largest of ours, statistics.json of 4,096 columns, has 430 MB."""
_NOT_FOUND = "404"
_BEYOND_THE_END = "InvalidRange"
_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: the object is another one, it is being
written, or it is gone."""
_LONGEST_FILE_NAME = 100  # characters in UTF-8 stay below the 255 bytes that file systems allow


class _Condition(TypedDict, total=False):
    """Arguments of PutObject."""

    IfMatch: str
    IfNoneMatch: str


def s3_client(session: "Session | None" = None) -> "S3Client":
    """A client that retries throttling and transport errors.

    Args:
        session: With credentials and a region of its own; otherwise those of the process.
    """
    # botocore keeps ten connections; further threads would need a new TLS handshake for every call. Twice as many as
    # threads, because a call that runs in parallel may itself read in parallel.
    connections = 2 * AT_ONCE
    if session is None:
        return client_of("s3", max_pool_connections=connections)
    return session.client("s3", config=client_config(max_pool_connections=connections))


class S3Store:
    """An ObjectStore over one bucket. Encryption is the bucket's default.

    The role needs `s3:ListBucket`: without it S3 answers 403 instead of 404 for an object that does not exist.

    Args:
        bucket: The bucket's name.
        client: A boto3 S3 client; created unless given.
    """

    def __init__(self, bucket: str, client: "S3Client | None" = None) -> None:
        self._bucket = bucket
        self._client = client or s3_client()

    @property
    def name(self) -> str:
        return self._bucket

    @property
    def at_once(self) -> int:
        return AT_ONCE

    def get(self, key: str) -> StoredObject:
        with self._missing_is_ours(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        if answer["ContentLength"] > _LARGEST:
            answer["Body"].close()
            raise InvalidInputError(
                f"it has {answer['ContentLength']:,} bytes", where=self.uri(key), expected=f"at most {_LARGEST:,}"
            )
        return StoredObject(answer["Body"].read(), _plain(answer["ETag"]))

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        try:
            return _plain(self._client.head_object(Bucket=self._bucket, Key=key)["ETag"])
        except self._client.exceptions.ClientError as error:
            # The answer to HEAD has no body, so it lacks S3's error code, and does not say whether the bucket exists.
            if error.response["Error"]["Code"] == _NOT_FOUND:
                return None
            raise

    def version(self, key: str) -> str | None:
        return self.etag(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        try:
            with self._missing_is_ours(key):
                answer = self._client.get_object(
                    Bucket=self._bucket, Key=key, Range=f"bytes={start}-{start + length - 1}"
                )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == _BEYOND_THE_END:
                return b""
            raise
        return answer["Body"].read()

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        with self._missing_is_ours(key):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def delete(self, key: str) -> None:
        with self._missing_is_ours(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        arguments: _Condition = {"IfNoneMatch": "*"} if since is None else {"IfMatch": since}
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **arguments)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def delete_if_unchanged(self, key: str, since: str) -> bool:
        if self.etag(key) != since:
            return False
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key, IfMatch=since)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        """S3 lists in the order of UTF-8 bytes."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with self._missing_is_ours(prefix):
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield ObjectSummary(entry["Key"], entry["Size"], _plain(entry["ETag"]))

    def folders(self, prefix: str) -> Sequence[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        with self._missing_is_ours(prefix):
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        # S3 sorts including the trailing slash, which puts `a-b/` before `a/`.
        return sorted((name.removeprefix(prefix).rstrip("/") for name in found), key=str.encode)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        with TemporaryDirectory(prefix="driftline-") as folder:
            # The end of the name is kept: readers detect formats by suffixes such as `.csv.gz`. Folders created in the
            # console of S3 are empty objects whose keys end in a slash.
            path = Path(folder) / (key.rsplit("/", 1)[-1][-_LONGEST_FILE_NAME:] or "folder")
            with self._missing_is_ours(key):
                body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            with path.open("wb") as file:
                copyfileobj(body, file, _CHUNK)
            yield path

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    @contextmanager
    def _missing_is_ours(self, key: str) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ClientError as error:
            # By its code: botocore creates the error classes at the first error, and two threads each create their own.
            match error.response["Error"]["Code"]:
                case "NoSuchKey":
                    raise ObjectNotFoundError("no such object", where=self.uri(key)) from None
                case "NoSuchBucket":
                    raise InvalidInputError(
                        "no such bucket", where=self.uri(""), mend="Check its name and the region."
                    ) from None
                case _:
                    raise


class S3Stores:
    """Stores: buckets by name, over one client."""

    def __init__(self, client: "S3Client | None" = None) -> None:
        self._client = client or s3_client()

    def __call__(self, bucket: str) -> S3Store:
        return S3Store(bucket, self._client)


def _plain(etag: str) -> str:
    """S3 quotes entity tags."""
    return etag.strip('"')
