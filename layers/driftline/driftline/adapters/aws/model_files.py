"""Files of a model, in the bucket where its training left them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from driftline.adapters.aws.s3 import s3_client
from driftline.domain.errors import InvalidInputError
from driftline.usecases.ports.models import DataFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

_LARGEST = 64 * 1024 * 1024
"""Maximum bytes of a file that is read into memory: it is parsed, and stored in one more file with another one. The
statistics of 500 features are 5 MB."""

_REFUSED = frozenset({"AccessDenied", "NoSuchKey", "NoSuchBucket", "403", "404"})


class S3ModelFiles:
    """ModelFiles, copied on S3's side into the stack's bucket.

    Args:
        bucket: The stack's bucket.
        client: A boto3 S3 client; created unless given.
    """

    def __init__(self, bucket: str, client: "S3Client | None" = None) -> None:
        self._bucket = bucket
        self._client = client or s3_client()

    def read(self, uri: str) -> bytes:
        bucket, key = _parts(uri)
        with self._allowed(uri):
            found = self._client.get_object(Bucket=bucket, Key=key)
            if found["ContentLength"] > _LARGEST:
                raise InvalidInputError(
                    f"it has {found['ContentLength']:,} bytes", where=uri, expected=f"at most {_LARGEST:,}"
                )
            return found["Body"].read()

    def etag(self, uri: str) -> str:
        """See `ExplainedModels.etag`."""
        bucket, key = _parts(uri)
        with self._allowed(uri):
            return self._client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')

    def check(self, uri: str) -> None:
        """Reading one byte shows whether the object and its encryption key may be used."""
        bucket, key = _parts(uri)
        with self._allowed(uri):
            self._client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].read()

    def list(self, uri: str) -> Sequence[DataFile]:
        """Empty objects are folders created in S3's console."""
        bucket, key = _parts(uri)
        folder = key if key.endswith("/") or not key else key + "/"
        found: list[DataFile] = []
        with self._allowed(uri):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
                for entry in page.get("Contents", ()):
                    there = entry["Key"]
                    name = there.rsplit("/", 1)[-1] if there == key else there.removeprefix(folder)
                    if entry["Size"] and (there == key or there.startswith(folder)):
                        found.append(DataFile(f"s3://{bucket}/{there}", name, entry["Size"], entry["ETag"]))
        return sorted(found, key=lambda file: file.name.encode())

    def copy(self, uri: str, key: str) -> None:
        """Large files are copied in parts, without tags and annotations, which would need permissions of their own."""
        bucket, source = _parts(uri)
        with self._allowed(uri):
            _copy(self._client, {"Bucket": bucket, "Key": source}, self._bucket, key)

    @contextmanager
    def _allowed(self, uri: str) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSED:
                raise
            raise InvalidInputError(
                "it does not exist, or the stack may not read it",
                where=uri,
                mend="Check the address, and that the stack's parameters ModelBucketName and ModelKeyArn name its "
                "bucket and its encryption key.",
            ) from None


def _copy(client: "S3Client", source: "CopySourceTypeDef", bucket: str, key: str) -> None:
    """A copy that leaves out tags, and annotations where the runtime's s3transfer knows them (June 2026).

    S3 copies annotations by default, and refuses the copy without s3:GetObjectAnnotation on the source, which the owner
    of another bucket may not have granted. adopt_model's role has the right for an older s3transfer:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
    """
    from s3transfer.manager import TransferManager  # noqa: PLC0415, a fifth of what botocore costs, for new models only

    wanted = {"TaggingDirective": "REPLACE", "AnnotationDirective": "EXCLUDE"}
    known = {name: value for name, value in wanted.items() if name in TransferManager.ALLOWED_COPY_ARGS}
    with TransferManager(client) as manager:
        manager.copy(source, bucket, key, known).result()


def _parts(uri: str) -> tuple[str, str]:
    """(bucket, key). A key may contain any character, including those with a meaning in other addresses."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise InvalidInputError("it is not the address of a file in S3", where=uri, expected="s3://bucket/key")
    return bucket, key
