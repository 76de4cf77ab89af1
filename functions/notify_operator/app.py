"""Notifies people about alarms, events and notices, and at ticks about what has become due."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.alarms_in import AlarmMessage
from driftline.adapters.aws.dead_letters import SqsDeadLetters
from driftline.adapters.aws.inbox import Postponing, work_through
from driftline.adapters.aws.once import OnceInDynamo
from driftline.adapters.aws.report_links import report_links
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import NotifySettings
from driftline.adapters.aws.state_table import DynamoTable
from driftline.adapters.channels.loading import load_channels
from driftline.kinds.registry import KINDS
from driftline.usecases.notifying.incident_facts import ConsoleLinks
from driftline.usecases.notifying.notify_operators import notify_operators

logger = Logger()
settings = NotifySettings.from_environment()
store = S3Store(settings.bucket)
table = DynamoTable(settings.state_table)
once = OnceInDynamo(settings.state_table)
links = report_links(settings) or ConsoleLinks(store)
letters = SqsDeadLetters()
postponing = Postponing(settings.alarm_queue)


def notify(message: AlarmMessage) -> None:
    received = message.received()
    # For every event: settings are cached for some minutes, after which a changed secret is used.
    channels = load_channels(settings)
    notified = notify_operators(
        received,
        store=store,
        table=table,
        once=once,
        channels=channels,
        letters=letters,
        stack=settings.stack_name,
        links=links,
        now=datetime.now(UTC),
        kinds=KINDS,
    )
    for failure in notified.failures:
        logger.warning("waits", channel=failure.channel, message_id=failure.message, reason=str(failure.error))
    logger.info("notified", received=type(received).__name__, channels=len(channels), sent=notified.sent)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, AlarmMessage, notify, logger, postponing)
