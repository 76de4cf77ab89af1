"""Messages of which one in a turn of the clock is enough."""

from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

from driftline.adapters.aws.clients import client_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TURN = 0.9
"""Share of the delay. The rest allows for clocks that differ between functions and SQS."""


class OnceInATurn:
    """A FIFO queue with a delay, which takes one message of a group in a turn of the clock, however many are sent.

    SQS drops a message whose deduplication id it has seen within five minutes, and the queue delivers after a delay:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
    A message that arrives after the delivery of an equal one must not be dropped, or what it was sent for would never
    be seen. So the id includes the turn of the clock, and a turn is shorter than the delay: each message that SQS drops
    was sent before the delivery of the one that stands for it.

    Args:
        url: URL of the FIFO queue.
        delay: Delay of the queue in seconds. Without a delay every message counts.
        client: A boto3 SQS client; created unless given.
        clock: Seconds; only distinguishes turns.
    """

    def __init__(
        self, url: str, delay: float, client: "SQSClient | None" = None, clock: Callable[[], float] = time
    ) -> None:
        self._url = url
        self._turn = delay * _TURN
        self._client = client or client_of("sqs")
        self._clock = clock

    def send(self, body: str, group: str) -> None:
        """Args: group: SQS delivers its messages one after the other; equal messages are of one group."""
        turn = int(self._clock() // self._turn) if self._turn else uuid4()
        self._client.send_message(
            QueueUrl=self._url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=f"{group}-{turn}"
        )
