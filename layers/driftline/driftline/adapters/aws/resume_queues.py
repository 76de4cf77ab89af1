"""The queues of the functions that wait for explanations."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.domain.explanations.waiting import Resume, Waiter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class ResumeQueues:
    """`Resumes`: sends the message that a function was working on to its queue again.

    Args:
        urls: URL of each function's queue.
        client: A boto3 SQS client; created on first use unless given.
    """

    def __init__(self, urls: Mapping[Waiter, str], client: "SQSClient | None" = None) -> None:
        self._urls = urls
        self._given = client

    def resume(self, resume: Resume) -> None:
        self._client.send_message(QueueUrl=self._urls[resume.function], MessageBody=resume.message)

    @cached_property
    def _client(self) -> "SQSClient":
        return self._given or client_of("sqs")
