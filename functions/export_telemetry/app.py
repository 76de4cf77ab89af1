"""Sends results and signals to an OpenTelemetry collector. Deployed if the parameter TelemetryParameterName is set."""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.inbox import Postponing, work_through
from driftline.adapters.aws.settings import TelemetrySettings
from driftline.adapters.telemetry.collector import load_collector
from driftline.adapters.telemetry.events_in import TelemetryEvent
from driftline.adapters.telemetry.payloads import logs_request, metrics_request

logger = Logger()
settings = TelemetrySettings.from_environment()
postponing = Postponing(settings.telemetry_queue)


def export(event: TelemetryEvent) -> None:
    # For every event: settings are cached for some minutes, after which a changed secret is used.
    collector = load_collector(settings.telemetry_parameter)
    figures = metrics_request(event, settings.stack_name) if collector.settings.metrics else None
    records = logs_request(event, settings.stack_name) if collector.settings.logs else None
    for signal, body in (("metrics", figures), ("logs", records)):
        if body is not None and (refused := collector.send(signal, body)):
            logger.warning("partly refused", signal=signal, reason=refused, event_id=event.id)
    logger.info("exported", event=event.detail_type, event_id=event.id)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, TelemetryEvent, export, logger, postponing)
