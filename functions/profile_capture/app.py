"""Profiles a capture file, joins waiting labels, and requests that late windows are evaluated again."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.rerun_queue import RerunQueue
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import RerunSettings
from driftline.kinds.registry import KINDS
from driftline.usecases.capture.arrivals import take_capture

logger = Logger()
settings = RerunSettings.from_environment()
state = S3Store(settings.bucket)
reruns = RerunQueue(settings.rerun_queue, settings.rerun_delay)


@cache
def capture_store(bucket: str) -> S3Store:
    """Rules and role allow the stack's own bucket and the one in its parameter."""
    return state if bucket == state.name else S3Store(bucket)


def take(event: ObjectEvent) -> None:
    taken = take_capture(
        event.key,
        capture=capture_store(event.bucket),
        state=state,
        reruns=reruns,
        arrived=event.time,
        stores=capture_store,
        kinds=KINDS,
    )
    logger.info(
        "profiled",
        key=event.key,
        records=taken.profiled.records,
        rows=taken.profiled.rows,
        rejected=taken.profiled.rejected,
        slots=taken.profiled.slots,
        labels=taken.matched,
        reopened=len(taken.reopened),
        reason=taken.profiled.reason,
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, ObjectEvent, take, logger)
