"""Decides on a retraining that an alarm requests or a person approves, starts it, and records its end."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.alarms_in import Notification
from driftline.adapters.aws.events import DefaultBus
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import Postponing, work_through
from driftline.adapters.aws.retraining_in import RetrainingMessage, alarm_change, approval_of, under_way
from driftline.adapters.aws.retraining_targets import AwsTargets
from driftline.adapters.aws.s3 import S3Stores
from driftline.adapters.aws.settings import RetrainingSettings
from driftline.adapters.aws.state_table import DynamoTable
from driftline.kinds.registry import KINDS
from driftline.usecases.retraining.start_retraining import Answer, Retrainer

logger = Logger()
settings = RetrainingSettings.from_environment()
stores = S3Stores()
store = stores(settings.bucket)
postponing = Postponing(settings.retraining_queue)
retrainer = Retrainer(
    store,
    DynamoTable(settings.state_table),
    AwsTargets(),
    DefaultBus(),
    settings.stack_name,
    lambda: datetime.now(UTC),
    KINDS,
    stores,
)


def work(message: RetrainingMessage) -> None:
    answer: Answer | None = None
    match message.root:
        case Notification() as notification:
            alarm = alarm_change(notification, settings.stack_name)
            late = under_way(notification.timestamp, retrainer.clock())
            answer = retrainer.answer_alarm(alarm, late) if alarm else None
        case ObjectEvent() as event:
            approval = approval_of(event, store)
            late = under_way(event.time, retrainer.clock())
            answer = retrainer.answer_approval(approval, late) if approval else None
        case run:
            end = run.end()
            answer = retrainer.note_end(end) if end else None
    if answer is None:
        logger.info("nothing to do")
        return
    logger.info("answered", endpoint=answer.endpoint, id=answer.id, decision=answer.decision, guard=answer.guard)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, RetrainingMessage, work, logger, postponing)
