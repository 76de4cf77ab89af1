"""Takes in ground truth and attributes of inferences when they arrive, and looks at waiting labels on a schedule."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.adapters.aws.events_in import GroundTruthMessage, ObjectEvent, SweepRequest
from driftline.adapters.aws.inbox import Postponing, stale_reads, work_through
from driftline.adapters.aws.invocation import Remaining, is_backfill
from driftline.adapters.aws.once_in_a_turn import OnceInATurn
from driftline.adapters.aws.rerun_queue import RerunQueue
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import GroundTruthSettings
from driftline.adapters.aws.sweep_queue import SweepQueue
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.attributes.keys import ATTRIBUTES
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_attributes, take_labels
from driftline.usecases.arrivals.take_sweep import request_sweeps, take_sweep

logger = Logger()
settings = GroundTruthSettings.from_environment()
postponing = Postponing(settings.merge_queue, waits=stale_reads)
store = S3Store(settings.bucket)
sweeps = SweepQueue(settings.merge_queue)
common: dict[str, Any] = {"store": store, "tables": DuckTables(), "kinds": KINDS}
reading = {**common, "unpacked_bytes": settings.max_unpacked_megabytes << 20}
reopening: dict[str, Any] = {"reruns": RerunQueue(OnceInATurn(settings.rerun_queue, settings.rerun_delay))}
publishing: dict[str, Any] = {"metrics": EmbeddedMetrics(), "defaults": settings.defaults}


def work(message: GroundTruthMessage) -> None:
    match message.root:
        case ObjectEvent(key=key, time=time) if key.startswith(ATTRIBUTES):
            found = take_attributes(key, arrived=time, **common, **reopening)
            numbers = {"rows": found.rows, "reopened": len(found.reopened)}
            logger.info("attributes", extra={"key": key, "reason": found.reason, "problem": found.problem, **numbers})
        case ObjectEvent(key=key, time=time):
            taken = take_labels(key, arrived=time, **reading, **reopening, **publishing)
            logger.info("merged", extra={"key": key, **taken.numbers})
        case SweepRequest(sweep=as_of, endpoint=None):
            logger.info("sweeps", extra={"endpoints": request_sweeps(as_of, store=store, sweeps=sweeps)})
        case SweepRequest(sweep=as_of, endpoint=str(endpoint)):
            swept = take_sweep(endpoint, as_of, **common, **reopening, **publishing)
            logger.info("swept", extra={"endpoint": endpoint, **swept.swept.numbers, "reopened": len(swept.reopened)})


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Remaining) -> dict[str, Any]:
    if is_backfill(event):
        from driftline.adapters.aws.backfill_in import work_on  # noqa: PLC0415, for backfills only
        from driftline.usecases.backfill.label_work import label_work  # noqa: PLC0415

        return work_on(event, context, store, partial(label_work, **reading))
    return work_through(event, GroundTruthMessage, work, logger, postponing)
