"""Profiles a capture file, joins waiting labels, and requests that late windows are evaluated again."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import Postponing, stale_reads, work_through
from driftline.adapters.aws.invocation import Remaining, is_backfill
from driftline.adapters.aws.once_in_a_turn import OnceInATurn
from driftline.adapters.aws.rerun_queue import RerunQueue
from driftline.adapters.aws.s3 import S3Stores
from driftline.adapters.aws.settings import CaptureSettings
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_capture

logger = Logger()
settings = CaptureSettings.from_environment()
postponing = Postponing(settings.profile_queue, waits=stale_reads)
stores = S3Stores()
state = stores(settings.bucket)
reruns = RerunQueue(OnceInATurn(settings.rerun_queue, settings.rerun_delay))
reading: dict[str, Any] = {
    "state": state,
    "stores": stores,
    "scripts": ScriptProcesses(),
    "tables": DuckTables(),
    "kinds": KINDS,
    "unpacked_bytes": settings.max_unpacked_megabytes << 20,
}

_LOGGED = ("records", "rows", "rejected", "slots", "reason", "parser")


def take(event: ObjectEvent) -> None:
    # Rules and role allow the stack's own bucket and that of its parameter.
    taken = take_capture(event.key, capture=stores(event.bucket), reruns=reruns, arrived=event.time, **reading)
    logged = {name: getattr(taken.profiled, name) for name in _LOGGED}
    logger.info("profiled", key=event.key, labels=taken.matched, reopened=len(taken.reopened), **logged)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Remaining) -> dict[str, Any]:
    if is_backfill(event):
        from driftline.adapters.aws.backfill_in import work_on  # noqa: PLC0415, for backfills only
        from driftline.usecases.backfill.capture_work import capture_work  # noqa: PLC0415

        return work_on(event, context, state, partial(capture_work, **reading))
    return work_through(event, ObjectEvent, take, logger, postponing)
