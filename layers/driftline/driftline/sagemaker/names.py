"""Names of jobs: they are folders below baselines/, where other names are those of endpoints."""

import re
from datetime import UTC, datetime

from driftline.domain.errors import InvalidInputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TIME = "%Y-%m-%d-%H-%M-%S"
_LONGEST_BASE = 63 - len("-2026-01-01-00-00-00-000")


def job_name(stated: str | None, base: str) -> str:
    """The stated name, or the base with the time, as SageMaker's SDK makes them.

    Raises:
        InvalidInputError: it cannot be a folder's.
    """
    given, where = (base, "base_job_name or job_name_prefix") if stated is None else (stated, "job_name")
    name = given
    if stated is None:
        now = datetime.now(UTC)
        name = f"{base[:_LONGEST_BASE]}-{now.strftime(_TIME)}-{now.microsecond // 1000:03}"
    if not _NAME.fullmatch(name):
        raise InvalidInputError(f"{given!r} is not a name", where=where, expected="1–63 letters, digits, '.', '-', '_'")
    return name
