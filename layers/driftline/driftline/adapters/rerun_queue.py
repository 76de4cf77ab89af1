"""The queue of windows that are judged again, an SQS FIFO queue.

SQS drops a message whose deduplication id it has seen within five minutes, and the queue delivers after a delay. With
a delay of five minutes a window is judged at most once in five minutes, and never before everything that asked for it
has been written: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
"""

from hashlib import sha256
from typing import TYPE_CHECKING

from driftline.usecases.execution import ExecutionRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class RerunQueue:
    """Asks through one queue.

    Args:
        url: Of the FIFO queue.
        client: A boto3 SQS client; one is made when it is not given.
    """

    def __init__(self, url: str, client: "SQSClient | None" = None) -> None:
        self._url = url
        self._client = client or _client()

    def ask(self, request: ExecutionRequest) -> None:
        body = request.model_dump_json(exclude_none=True)
        window = sha256(body.encode()).hexdigest()
        self._client.send_message(
            QueueUrl=self._url, MessageBody=body, MessageGroupId=window, MessageDeduplicationId=window
        )


def _client() -> "SQSClient":
    import boto3  # noqa: PLC0415, costs 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client("sqs", config=Config(retries={"mode": "standard", "max_attempts": 5}))
