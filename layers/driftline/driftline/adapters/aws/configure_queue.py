"""The queue of configure_monitor."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.domain.instants import format_instant
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class ConfigureQueue:
    """Sends what EventBridge sends when a document is uploaded, as far as the function reads it.

    Args:
        url: URL of the queue.
        bucket: The stack's bucket.
        client: A boto3 SQS client; created unless given.
    """

    def __init__(self, url: str, bucket: str, client: "SQSClient | None" = None) -> None:
        self._url = url
        self._bucket = bucket
        self._client = client or client_of("sqs", max_pool_connections=AT_ONCE)

    def request(self, key: str, at: datetime) -> None:
        event = {
            "detail-type": "Object Created",
            "source": "driftline",
            "time": format_instant(at),
            "detail": {"bucket": {"name": self._bucket}, "object": {"key": key}},
        }
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(event))
