"""Messages of a queue, one after the other: what fails is tried again or ends in the dead-letter queue, alone."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel


def work_through[Message: BaseModel](
    batch: Mapping[str, Any], model: type[Message], work: Callable[[Message], object], logger: Logger
) -> dict[str, Any]:
    """Parses and handles every message of an SQS event.

    Args:
        batch: The event as Lambda hands it over.
        model: What the messages' bodies are.
        work: Called with each message; raises to have it delivered again.
        logger: Gets every failure with its trace.

    Returns:
        The partial batch response, which names the messages that failed.
    """

    def handle(record: SQSRecord) -> None:
        work(model.model_validate_json(record.body))

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=logger)  # type: ignore[arg-type]
    return dict(process_partial_response(dict(batch), handle, processor))
