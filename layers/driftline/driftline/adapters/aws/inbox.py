"""Handles the messages of a queue one by one: one that fails is retried, or ends in the dead-letter queue, alone.

Powertools has a utility for it, which imports asyncio and models of the events of many services first: a twelfth of a
cold start, for the loop in `work_through`.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from pydantic import BaseModel, ValidationError

from driftline.adapters.aws.clients import client_of
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

type Record = Mapping[str, Any]
"""A message as Lambda passes it on."""

FIRST_WAIT = 30.0
"""Seconds before the second delivery, unless the other system asked for another time."""

LONGEST_WAIT = 900.0

SOON = 3.0
"""Seconds before a retry that cannot help, so that the message soon reaches the dead-letter queue and its alarm."""

HASTY_RETRIES = 3
"""Of a read that something changed under; the fewest deliveries of a queue before its dead letters are five."""


type Waits = Callable[[int, Exception], float | None]
"""Seconds until the redelivery of a message that was received so many times and failed with this error; None for the
queue's visibility timeout, which must be long enough for the function."""


def every_failure(received: int, error: Exception) -> float:
    """For functions that other systems fail: each time twice as long as before. Unexpected errors are theirs, too."""
    if isinstance(error, InvalidInputError | ValidationError):
        return SOON
    return wait(received, error.after if isinstance(error, RetryLaterError) else None)


def stale_reads(received: int, error: Exception) -> float | None:
    """For functions that read what others write: what changed meanwhile is read again within two minutes.

    Everything else is the queue's: its long waits outlast an outage. So is a message that met changes again and again.
    """
    hasty = isinstance(error, StaleReadError) and received <= HASTY_RETRIES
    return wait(received, None) if hasty else None


def wait(received: int, after: float | None) -> float:
    """Seconds until redelivery of a message that was received this many times, including the last one."""
    first = max(FIRST_WAIT if after is None else after, 1.0)
    return min(first * 2.0 ** min(max(received - 1, 0), 20), LONGEST_WAIT)


class Postponing:
    """Decides when failed messages are redelivered.

    Args:
        queues: URLs of the queues that messages come from.
        waits: How long each failure waits.
        client: A boto3 SQS client; created unless given.
    """

    def __init__(self, *queues: str, waits: Waits = every_failure, client: "SQSClient | None" = None) -> None:
        self._queues = {url.rpartition("/")[2]: url for url in queues}
        self._waits = waits
        self._given = client

    def postpone(self, record: Record, error: Exception) -> None:
        """Sets the time of a message that failed, unless the queue decides."""
        seconds = self._waits(_deliveries(record), error)
        queue = self._queues.get(record["eventSourceARN"].rpartition(":")[2])
        if seconds is not None and queue is not None:
            self._client.change_message_visibility(
                QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=round(seconds)
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._given or client_of("sqs")


def work_through[Message: BaseModel](
    batch: Mapping[str, Any],
    model: type[Message],
    work: Callable[[Message], object],
    logger: Logger,
    postponing: Postponing | None = None,
) -> dict[str, Any]:
    """Parses and handles every message of an SQS event.

    Args:
        batch: The event from Lambda.
        model: Model of the messages' bodies.
        work: Called with each message; raises to have it redelivered.
        logger: Logs every failure with its trace.
        postponing: Decides when failed messages are redelivered; otherwise the queue does.

    Returns:
        The partial batch response, which names the messages that failed.
    """
    failed: list[tuple[Record, Exception]] = []
    for record in batch["Records"]:
        try:
            if (deliveries := _deliveries(record)) > 1:
                # All that is left of an attempt whose process was ended.
                logger.warning("delivered again", message_id=record["messageId"], deliveries=deliveries)
            work(model.model_validate_json(record["body"]))
        except Exception as error:  # it concerns this message alone
            logger.warning("Record processing exception; skipping this record", exc_info=True)
            failed.append((record, error))
    if postponing is not None:
        for record, reason in failed:
            _postpone(postponing, record, reason, logger)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record, _ in failed]}


def _deliveries(record: Record) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount") or 1)


def _postpone(postponing: Postponing, record: Record, error: Exception, logger: Logger) -> None:
    """If SQS refuses it, the queue decides: an error here would also redeliver the messages that were handled."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

    try:
        postponing.postpone(record, error)
    except (BotoCoreError, ClientError) as refused:
        logger.warning("not postponed", message_id=record["messageId"], reason=str(refused))
