"""The queue of windows to evaluate again, an SQS FIFO queue.

SQS drops a message whose deduplication id it has seen within five minutes, and the queue delivers after a delay:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
A request that arrives after the delivery of an equal one must not be dropped, or its data would never be evaluated. So
the id includes the interval of the clock in which it was made, and an interval is shorter than the delay.
"""

from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

from driftline.domain.executions.execution import ExecutionRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TURN = 0.9
"""Share of the delay. The rest allows for clocks that differ between functions and SQS."""


class RerunQueue:
    """Sends requests to one queue: one per window in nine tenths of the delay, however often it is requested.

    Args:
        url: URL of the FIFO queue.
        delay: Delay of the queue in seconds. Without a delay every request counts.
        client: A boto3 SQS client; created unless given.
        clock: Seconds; only distinguishes intervals.
    """

    def __init__(
        self, url: str, delay: float, client: "SQSClient | None" = None, clock: Callable[[], float] = time
    ) -> None:
        self._url = url
        self._turn = delay * _TURN
        self._client = client or _client()
        self._clock = clock

    def request(self, request: ExecutionRequest) -> None:
        body = request.model_dump_json(exclude_none=True)
        window = sha256(body.encode()).hexdigest()
        turn = int(self._clock() // self._turn) if self._turn else uuid4()
        self._client.send_message(
            QueueUrl=self._url, MessageBody=body, MessageGroupId=window, MessageDeduplicationId=f"{window}-{turn}"
        )


def _client() -> "SQSClient":
    import boto3  # noqa: PLC0415, costs 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client("sqs", config=Config(retries={"mode": "standard", "max_attempts": 5}))
