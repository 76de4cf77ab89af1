"""A monitor document came, changed or went: its schedules and its status file follow."""

from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.events_in import ObjectEvent
from driftline.adapters.inbox import work_through
from driftline.adapters.s3 import S3Store
from driftline.adapters.scheduler import SchedulerGroup
from driftline.adapters.settings import ScheduleSettings
from driftline.adapters.topic import OperatorTopic
from driftline.usecases.configure_monitor import configure_monitor

logger = Logger()
settings = ScheduleSettings.from_environment()
store = S3Store(settings.bucket)
schedules = SchedulerGroup(settings)
operators = OperatorTopic(settings.operator_topic)


def configure(event: ObjectEvent) -> None:
    configured = configure_monitor(event.key, store=store, schedules=schedules, operators=operators)
    logger.info(
        "configured",
        endpoint=configured.endpoint,
        status=configured.status,
        schedules=configured.schedules,
        errors=len(configured.errors),
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, ObjectEvent, configure, logger)
