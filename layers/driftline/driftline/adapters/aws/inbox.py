"""Messages of a queue, one after the other: what fails is tried again or ends in the dead-letter queue, alone."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, ValidationError

from driftline.domain.errors import InvalidInputError, RetryLaterError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FIRST_WAIT = 30.0
"""Seconds before the second delivery, unless the other system asked for another time."""

LONGEST_WAIT = 900.0

SOON = 3.0
"""Seconds until what no retry mends comes again: the dead-letter queue, whose alarm people hear, is soon reached."""


class Postponing:
    """Lets messages that failed come again later: each time twice as long as the time before.

    Without it they come again after the queue's visibility timeout, which has to be long enough for the function.

    Args:
        queue: URL of the queue.
        client: A boto3 SQS client; one is made when it is not given.
    """

    def __init__(self, queue: str, client: "SQSClient | None" = None) -> None:
        self._queue = queue
        self._client = client or _client()

    def postpone(self, record: SQSRecord, error: BaseException | None) -> None:
        """What nobody foresaw is taken for a passing trouble of AWS."""
        if isinstance(error, InvalidInputError | ValidationError):
            seconds = SOON
        else:
            after = error.after if isinstance(error, RetryLaterError) else None
            seconds = wait(int(record.attributes.approximate_receive_count), after)
        self._client.change_message_visibility(
            QueueUrl=self._queue, ReceiptHandle=record.receipt_handle, VisibilityTimeout=round(seconds)
        )


def wait(received: int, after: float | None) -> float:
    """Seconds until a message comes again that was received so many times, the last one included."""
    first = max(FIRST_WAIT if after is None else after, 1.0)
    return min(first * 2.0 ** min(max(received - 1, 0), 20), LONGEST_WAIT)


def work_through[Message: BaseModel](
    batch: Mapping[str, Any],
    model: type[Message],
    work: Callable[[Message], object],
    logger: Logger,
    postponing: Postponing | None = None,
) -> dict[str, Any]:
    """Parses and handles every message of an SQS event.

    Args:
        batch: The event as Lambda hands it over.
        model: What the messages' bodies are.
        work: Called with each message; raises to have it delivered again.
        logger: Gets every failure with its trace.
        postponing: When messages come again that failed; the queue decides unless it is given.

    Returns:
        The partial batch response, which names the messages that failed.
    """

    def handle(record: SQSRecord) -> None:
        work(model.model_validate_json(record.body))

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=logger)  # type: ignore[arg-type]
    answer = dict(process_partial_response(dict(batch), handle, processor))
    if postponing is not None:
        for record, (_, error, _) in zip(processor.fail_messages, processor.exceptions, strict=True):
            _postpone(postponing, cast("SQSRecord", record), error, logger)
    return answer


def _postpone(postponing: Postponing, record: SQSRecord, error: BaseException | None, logger: Logger) -> None:
    """If SQS does not take it, the queue decides: an error here would bring back what was worked through, too."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

    try:
        postponing.postpone(record, error)
    except (BotoCoreError, ClientError) as refused:
        logger.warning("not postponed", message_id=record.message_id, reason=str(refused))


def _client() -> "SQSClient":
    import boto3  # noqa: PLC0415, costs 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client("sqs", config=Config(retries={"mode": "standard", "max_attempts": 5}))
