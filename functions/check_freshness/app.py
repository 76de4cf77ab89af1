"""Evaluates the alarms on ages of executions, captures and ground truth every hour: what is missing sends no event."""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.age_alarms import AgeAlarmsTopic
from driftline.adapters.aws.configure_queue import ConfigureQueue
from driftline.adapters.aws.emf import EmbeddedMetrics
from driftline.adapters.aws.events_in import FreshnessRequest
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import FreshnessSettings
from driftline.kinds.registry import KINDS
from driftline.usecases.freshness.check_freshness import check_freshness

logger = Logger()
settings = FreshnessSettings.from_environment()
store = S3Store(settings.bucket)
metrics = EmbeddedMetrics()
alarms = AgeAlarmsTopic(settings)
configurations = ConfigureQueue(settings.configure_queue, settings.bucket)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    request = FreshnessRequest.model_validate(event)
    checked = check_freshness(
        request.at,
        store=store,
        metrics=metrics,
        alarms=alarms,
        configurations=configurations,
        namespace=settings.signals_namespace,
        kinds=KINDS,
        defaults=settings.defaults,
    )
    logger.info("checked", endpoints=checked.endpoints, signals=checked.signals, changed=checked.changed)
    return {"endpoints": checked.endpoints, "signals": checked.signals, "changed": checked.changed}
