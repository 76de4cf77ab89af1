"""The buckets that the stack may read captures from, besides its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from driftline.adapters.aws.s3 import s3_client
from driftline.domain.monitors.problem import DocumentProblem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FIELD = ("capture", "bucket")
_GUIDE = "docs/reference/permissions.md#captures-in-other-buckets"
_MISSING = frozenset({"NoSuchBucket", "404"})
_REFUSED = frozenset({"AccessDenied", "AllAccessDisabled", "403", "PermanentRedirect"})
"""Codes of errors that a person has to fix. Others, such as throttling, are raised for the platform to retry."""


class S3CaptureBuckets:
    """CaptureBuckets that S3 is asked about.

    Args:
        own: The stack's own bucket, which needs no check.
        names: The stack's parameter CaptureBucketName.
        client: A boto3 S3 client; created unless given.
    """

    def __init__(self, own: str, names: Sequence[str], client: "S3Client | None" = None) -> None:
        self._own = own
        self._names = tuple(names)
        self._client = client or s3_client()

    def problem(self, bucket: str, prefix: str) -> DocumentProblem | None:
        if bucket == self._own:
            return None
        allowed = ", ".join(self._names) or "no bucket but the stack's own: without capture.bucket, it is used"
        if bucket not in self._names:
            names = ",".join((*self._names, bucket))
            return DocumentProblem(
                _FIELD,
                f"the bucket {bucket}, which the stack may not read",
                allowed,
                f"Deploy the stack with CaptureBucketName={names}; see {_GUIDE}.",
            )
        try:
            self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"].get("Code", "")
            if code in _MISSING:
                found, mend = f"the bucket {bucket}, which does not exist", "Check its name."
            elif code in _REFUSED:
                found = f"the bucket {bucket}, which S3 refuses to list ({code})"
                mend = (
                    "If another account owns it, its bucket policy has to allow the stack's roles, and "
                    f"CaptureBucketAccounts has to name the account; see {_GUIDE}."
                )
            else:
                raise
            return DocumentProblem(_FIELD, found, "a bucket that the stack can read", mend)
        return None
