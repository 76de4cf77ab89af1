"""Takes in ground truth and attributes of inferences when they arrive, and looks at waiting labels on a schedule."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.adapters.aws.events_in import GroundTruthMessage, ObjectEvent, SweepRequest
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.rerun_queue import RerunQueue
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import GroundTruthSettings
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.attributes.keys import ATTRIBUTES
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_attributes, take_labels, take_sweep

logger = Logger()
settings = GroundTruthSettings.from_environment()
store = S3Store(settings.bucket)
reruns = RerunQueue(settings.rerun_queue, settings.rerun_delay)
metrics = EmbeddedMetrics()
tables = DuckTables()
size = settings.max_unpacked_megabytes << 20
labels_of = partial(
    take_labels,
    store=store,
    tables=tables,
    reruns=reruns,
    metrics=metrics,
    kinds=KINDS,
    unpacked_bytes=size,
    defaults=settings.defaults,
)


def merge(event: ObjectEvent) -> None:
    taken = labels_of(event.key, arrived=event.time)
    logger.info("merged", extra={"key": event.key, **taken.numbers})


def take(event: ObjectEvent) -> None:
    taken = take_attributes(event.key, store=store, tables=tables, reruns=reruns, arrived=event.time, kinds=KINDS)
    numbers = {"rows": taken.rows, "reopened": len(taken.reopened)}
    logger.info("attributes", extra={"key": event.key, "reason": taken.reason, "problem": taken.problem, **numbers})


def look_again(request: SweepRequest) -> None:
    taken = take_sweep(
        request.sweep,
        store=store,
        tables=tables,
        reruns=reruns,
        metrics=metrics,
        kinds=KINDS,
        defaults=settings.defaults,
    )
    for swept in taken.swept:
        logger.info("swept", extra={"endpoint": swept.endpoint, **swept.numbers})


def work(message: GroundTruthMessage) -> None:
    match message.root:
        case ObjectEvent(key=key) as event if key.startswith(ATTRIBUTES):
            take(event)
        case ObjectEvent() as event:
            merge(event)
        case SweepRequest() as request:
            look_again(request)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, GroundTruthMessage, work, logger)
