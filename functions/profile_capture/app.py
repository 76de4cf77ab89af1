"""A capture file came: its records and profiles follow."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.events_in import ObjectEvent
from driftline.adapters.inbox import work_through
from driftline.adapters.s3 import S3Store
from driftline.adapters.settings import Settings
from driftline.usecases.profile_capture import profile_capture

logger = Logger()
state = S3Store(Settings.from_environment().bucket)


@cache
def capture_store(bucket: str) -> S3Store:
    """The rules and the role admit the stack's own bucket and the one that its parameter names."""
    return state if bucket == state.name else S3Store(bucket)


def profile(event: ObjectEvent) -> None:
    profiled = profile_capture(event.key, capture=capture_store(event.bucket), state=state, stores=capture_store)
    logger.info(
        "profiled",
        key=event.key,
        records=profiled.records,
        rows=profiled.rows,
        rejected=profiled.rejected,
        slots=profiled.slots,
        reason=profiled.reason,
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, ObjectEvent, profile, logger)
