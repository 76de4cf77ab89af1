"""The queue of windows that are judged again, an SQS FIFO queue.

SQS drops a message whose deduplication id it has seen within five minutes, and the queue delivers after a delay:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
A request that came after the delivery of the one that stands for it must not be dropped: what asked for it would never
be seen. So the id names the turn of the clock in which it was asked for, and a turn is shorter than the delay.
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
"""Of the delay. The rest is for clocks that differ: two functions ask in one turn, and SQS has a clock of its own."""


class RerunQueue:
    """Asks through one queue: once for a window in nine tenths of the delay, however often it is asked for.

    Args:
        url: Of the FIFO queue.
        delay: Of the queue, in seconds. Without one every request counts.
        client: A boto3 SQS client; one is made when it is not given.
        clock: Seconds; only tells turns apart.
    """

    def __init__(
        self, url: str, delay: float, client: "SQSClient | None" = None, clock: Callable[[], float] = time
    ) -> None:
        self._url = url
        self._turn = delay * _TURN
        self._client = client or _client()
        self._clock = clock

    def ask(self, request: ExecutionRequest) -> None:
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
