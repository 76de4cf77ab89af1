"""Handles the messages of a queue one by one: one that fails is retried, or ends in the dead-letter queue, alone."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, ValidationError

from driftline.adapters.aws.sqs_client import sqs_client
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FIRST_WAIT = 30.0
"""Seconds before the second delivery, unless the other system asked for another time."""

LONGEST_WAIT = 900.0

SOON = 3.0
"""Seconds before a retry that cannot help, so that the message soon reaches the dead-letter queue and its alarm."""

HASTY_RETRIES = 3
"""Of a read that something changed under; the fewest deliveries of a queue before its dead letters are five."""


type Waits = Callable[[int, BaseException | None], float | None]
"""Seconds until the redelivery of a message that was received so many times and failed with this error; None for the
queue's visibility timeout, which must be long enough for the function."""


def every_failure(received: int, error: BaseException | None) -> float:
    """For functions that other systems fail: each time twice as long as before. Unexpected errors are theirs, too."""
    if isinstance(error, InvalidInputError | ValidationError):
        return SOON
    return wait(received, error.after if isinstance(error, RetryLaterError) else None)


def stale_reads(received: int, error: BaseException | None) -> float | None:
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

    def postpone(self, record: SQSRecord, error: BaseException | None) -> None:
        """Sets the time of a message that failed, unless the queue decides."""
        seconds = self._waits(int(record.attributes.approximate_receive_count), error)
        queue = self._queues.get(record.event_source_arn.rpartition(":")[2])
        if seconds is not None and queue is not None:
            self._client.change_message_visibility(
                QueueUrl=queue, ReceiptHandle=record.receipt_handle, VisibilityTimeout=round(seconds)
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._given or sqs_client()


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

    def handle(record: SQSRecord) -> None:
        deliveries = int(record.attributes.get("ApproximateReceiveCount") or 1)
        if deliveries > 1:
            # All that is left of an attempt whose process was ended.
            logger.warning("delivered again", message_id=record.message_id, deliveries=deliveries)
        work(model.model_validate_json(record.body))

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=logger)  # type: ignore[arg-type]
    answer = dict(process_partial_response(dict(batch), handle, processor))
    if postponing is not None:
        for record, (_, error, _) in zip(processor.fail_messages, processor.exceptions, strict=True):
            _postpone(postponing, cast("SQSRecord", record), error, logger)
    return answer


def _postpone(postponing: Postponing, record: SQSRecord, error: BaseException | None, logger: Logger) -> None:
    """If SQS refuses it, the queue decides: an error here would also redeliver the messages that were handled."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

    try:
        postponing.postpone(record, error)
    except (BotoCoreError, ClientError) as refused:
        logger.warning("not postponed", message_id=record.message_id, reason=str(refused))
