"""Names of endpoints and files in the layout of SageMaker's data capture."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from uuid import uuid4

from driftline.domain.errors import InvalidInputError

ALL_TRAFFIC = "AllTraffic"
"""The name that SageMaker's console gives to the only variant of an endpoint."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,126}")


def is_name(text: str) -> bool:
    """Whether a text can be an endpoint's or variant's name: it becomes a folder, and often comes from outside."""
    return _NAME.fullmatch(text) is not None


def checked_name(text: str, what: str) -> str:
    """The name itself.

    Raises:
        InvalidInputError: it cannot be the name of a folder of captures.
    """
    if not isinstance(text, str) or not is_name(text):
        raise InvalidInputError(
            f"{text!r} is not a valid name",
            where=what,
            expected="letters, digits, dots, hyphens and underscores, at most 127, the first one a letter or digit",
        )
    return text


def hour_folder(seconds: float) -> str:
    """`yyyy/mm/dd/hh` in UTC of an instant in seconds since 1970."""
    return _folder_of_hour(int(seconds // 3600))


@lru_cache(maxsize=4)  # records come in the order of time
def _folder_of_hour(hours: int) -> str:
    return datetime.fromtimestamp(hours * 3600, UTC).strftime("%Y/%m/%d/%H")


def file_name(seconds: float) -> str:
    """SageMaker's `mm-ss-mmm-<uuid>.jsonl`: unique across processes and machines, sorted by time within its hour."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%M-%S}-{moment.microsecond // 1000:03}-{uuid4()}.jsonl"
