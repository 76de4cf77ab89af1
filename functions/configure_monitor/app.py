"""A monitor document came, changed or went: its schedules, alarms, dashboard and status file follow."""

from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.alarms import CloudWatchAlarms
from driftline.adapters.dashboards import CloudWatchDashboards
from driftline.adapters.events_in import ObjectEvent
from driftline.adapters.inbox import work_through
from driftline.adapters.s3 import S3Store
from driftline.adapters.scheduler import SchedulerGroup
from driftline.adapters.settings import ConfigureSettings
from driftline.adapters.topic import OperatorTopic
from driftline.usecases.configure_monitor import configure_monitor
from driftline.usecases.monitor_resources import MonitorResources

logger = Logger()
settings = ConfigureSettings.from_environment()
store = S3Store(settings.bucket)
resources = MonitorResources(
    SchedulerGroup(settings),
    CloudWatchAlarms(settings),
    CloudWatchDashboards(settings.stack),
    settings.stack,
)
operators = OperatorTopic(settings.alarm_topic)


def configure(event: ObjectEvent) -> None:
    configured = configure_monitor(event.key, store=store, resources=resources, operators=operators)
    logger.info(
        "configured",
        endpoint=configured.endpoint,
        status=configured.status,
        schedules=configured.schedules,
        alarms=len(configured.alarms),
        errors=len(configured.errors),
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, ObjectEvent, configure, logger)
