"""Updates schedules, alarms, dashboard and status file when a monitor document, or a script of it, changes; checks the
routes of channels."""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.alarms import CloudWatchAlarms
from driftline.adapters.aws.capture_buckets import S3CaptureBuckets
from driftline.adapters.aws.dashboards import CloudWatchDashboards
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.scheduler import SchedulerGroup
from driftline.adapters.aws.settings import ConfigureSettings
from driftline.adapters.aws.topic import OperatorTopic
from driftline.domain.keys import ROUTES
from driftline.kinds.registry import KINDS
from driftline.usecases.monitors.configuring_uploads import configure_upload
from driftline.usecases.monitors.monitor_resources import MonitorResources
from driftline.usecases.notifying.routes import configure_routes

logger = Logger()
settings = ConfigureSettings.from_environment()
store = S3Store(settings.bucket)
resources = MonitorResources(
    SchedulerGroup(settings),
    CloudWatchAlarms(settings),
    CloudWatchDashboards(settings.stack),
    S3CaptureBuckets(settings.bucket, settings.capture_buckets),
    settings.stack,
    KINDS,
    settings.defaults,
)
operators = OperatorTopic(settings.alarm_topic)


def configure(event: ObjectEvent) -> None:
    if event.key == ROUTES:
        routes = configure_routes(store, operators)
        logger.info("routes", status=routes.status, errors=len(routes.errors))
        return
    for configured in configure_upload(event.key, store=store, resources=resources, operators=operators, kinds=KINDS):
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
