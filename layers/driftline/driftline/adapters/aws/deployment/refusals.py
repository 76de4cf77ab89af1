"""What an error of AWS means to somebody who only looks: the permission that is missing, or what AWS said."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_REFUSED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "Forbidden", "403"}
    | {"AccessDeniedFault", "UnauthorizedOperation", "KMSAccessDeniedException"}
)
_ACTION = re.compile(r"not authorized to perform:?\s+([a-z0-9-]+:[A-Za-z0-9]+)")
_OPERATIONS = {
    # S3 does not always name the action, and its operations are called otherwise.
    "GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
}


def meaning(error: Exception) -> str:
    """`needs cloudformation:DescribeStacks`, or AWS's own words.

    Raises:
        Exception: the error itself, if it is none of AWS's: a defect.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, boto3 costs 0.3 s

    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        if is_refused(error):
            named = _ACTION.search(message)
            return f"needs {named[1] if named else _OPERATIONS.get(error.operation_name, error.operation_name)}"
        return f"{error.operation_name} answered {code}: {message}".rstrip(". ")
    if isinstance(error, BotoCoreError):
        return str(error).rstrip(". ")
    raise error


def is_refused(error: "ClientError") -> bool:
    """Whether a permission is missing."""
    said = error.response.get("Error", {})
    return said.get("Code", "") in _REFUSED or bool(_ACTION.search(said.get("Message", "")))


class AbsentError(Exception):
    """What was asked for does not exist."""


@contextmanager
def absent_is_ours(*codes: str, says: str = "") -> Iterator[None]:
    """Turns one of these errors of AWS into AbsentError.

    Args:
        says: A part of the message that must be there, where a code has several meanings.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415, as above

    try:
        yield
    except ClientError as error:
        said: dict[str, Any] = dict(error.response.get("Error", {}))
        if said.get("Code") in codes and says in str(said.get("Message", "")):
            raise AbsentError from error
        raise
