"""The queue of render_index, an SQS FIFO queue: at most one message in a turn of the clock, however many ask.

As in `rerun_queue`, a turn is shorter than the delay of the queue. So of the requests that SQS drops, each was made
before the delivery of the message that stands for it, and the page sees what it was made for. All messages are of one
group, which SQS delivers one after the other: no two pages are made at once.
"""

from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

from driftline.adapters.aws.events_in import IndexRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TURN = 0.9
"""Share of the delay. The rest allows for clocks that differ between functions and SQS."""

_GROUP = "index"


class IndexQueue:
    """`IndexRequests`.

    Args:
        url: URL of the FIFO queue.
        delay: Delay of the queue in seconds. Without a delay every request counts.
        client: A boto3 SQS client; created unless given.
        clock: Seconds; only distinguishes turns.
    """

    def __init__(
        self, url: str, delay: float, client: "SQSClient | None" = None, clock: Callable[[], float] = time
    ) -> None:
        self._url = url
        self._turn = delay * _TURN
        self._client = client or _client()
        self._clock = clock

    def request(self) -> None:
        turn = int(self._clock() // self._turn) if self._turn else uuid4()
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=IndexRequest(render="index").model_dump_json(),
            MessageGroupId=_GROUP,
            MessageDeduplicationId=f"{_GROUP}-{turn}",
        )


def _client() -> "SQSClient":
    import boto3  # noqa: PLC0415, costs 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client("sqs", config=Config(retries={"mode": "standard", "max_attempts": 5}))
