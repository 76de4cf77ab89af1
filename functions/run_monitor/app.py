"""Runs one execution of one monitor: requested by its schedule through the queue, or by hand for any window."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.adapters.aws.events import DefaultBus
from driftline.adapters.aws.inbox import Postponing, stale_reads, work_through
from driftline.adapters.aws.invocation import Remaining, is_backfill
from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.resume_queues import ResumeQueues
from driftline.adapters.aws.s3 import S3Stores
from driftline.adapters.aws.settings import RunSettings
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.read_window import read_window
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.ports import Events, Metrics

logger = Logger()
settings = RunSettings.from_environment()
postponing = Postponing(settings.run_queue, settings.rerun_queue, waits=stale_reads)
stores = S3Stores()
store = stores(settings.bucket)
metrics, events = EmbeddedMetrics(), DefaultBus()
reading: dict[str, Any] = {
    "store": store,
    "stores": stores,
    "scripts": ScriptProcesses(),
    "tables": DuckTables(),
    "kinds": KINDS,
    "explaining": Explaining(S3ModelFiles(settings.bucket), ResumeQueues(settings.resume_queues)),
    "defaults": settings.defaults,
}
namespaces: dict[str, Any] = {"namespace": settings.metrics_namespace, "signals_namespace": settings.signals_namespace}
_LOGGED = ("endpoint", "monitor", "status", "rows", "violations", "coverage", "revision", "folder", "unchanged")


def execute(request: ExecutionRequest, metrics: Metrics = metrics, events: Events = events) -> Execution:
    execution = run_monitor(request, metrics=metrics, events=events, **namespaces, **reading)
    logger.info("executed", **{name: getattr(execution, name) for name in _LOGGED})
    return execution


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Remaining) -> dict[str, Any]:
    if is_backfill(event):
        from driftline.adapters.aws.backfill_windows import replay  # noqa: PLC0415, brings what reads capture files

        return replay(event, context, store, execute, partial(read_window, **reading))
    if "Records" in event:
        return work_through(event, ExecutionRequest, execute, logger, postponing)
    execution = execute(ExecutionRequest.model_validate(event))
    return execution.event_detail(store.uri(execution.folder) if execution.folder else "")
