"""The port `DeadLetterQueues` on Amazon SQS: messages are received, stay visible, and are never deleted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from driftline.adapters.aws.clients import client_of
from driftline.domain.incidents.dead_letters import DeadLetter, DeadLetters

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST = 10
"""Messages that are looked at; SQS returns no more at once."""

_SOURCE: Final = "DeadLetterQueueSourceArn"

_LOOKS = 3
"""Requests at most: one of a queue with few messages may return some of them."""


class SqsDeadLetters:
    """See the module.

    Args:
        client: A boto3 SQS client; created on first use unless given.
    """

    def __init__(self, client: "SQSClient | None" = None) -> None:
        self._given = client

    def look(self, queue: str) -> DeadLetters:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

        try:
            return self._look(queue)
        except (BotoCoreError, ClientError) as error:
            return DeadLetters(unread=str(error))

    def _look(self, queue: str) -> DeadLetters:
        url = self._client.get_queue_url(QueueName=queue)["QueueUrl"]
        about = self._client.get_queue_attributes(
            QueueUrl=url, AttributeNames=["QueueArn", "ApproximateNumberOfMessages"]
        )["Attributes"]
        waiting = int(about["ApproximateNumberOfMessages"])
        found: dict[str, Mapping[str, Any]] = {}
        for _ in range(_LOOKS):
            for message in self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=MOST,
                VisibilityTimeout=0,
                WaitTimeSeconds=1,  # asks all of SQS's servers
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp", _SOURCE],
                MessageAttributeNames=["ERROR_CODE", "ERROR_MESSAGE", "ErrorMessage"],
            ).get("Messages", []):
                found.setdefault(message["MessageId"], message)
            if len(found) >= min(waiting, MOST):
                break
        oldest = sorted(found.values(), key=_age)[:MOST]
        sources = (message.get("Attributes", {}).get(_SOURCE, "") for message in oldest)
        return DeadLetters(
            tuple(map(_letter, oldest)),
            max(waiting, len(found)),
            about["QueueArn"],
            next(filter(None, sources), ""),
        )

    @cached_property
    def _client(self) -> "SQSClient":
        if self._given is not None:
            return self._given
        # The message to people waits for it.
        retries = {"mode": "standard", "max_attempts": 2}
        return client_of("sqs", connect_timeout=3, read_timeout=5, retries=retries)


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    system, own = message.get("Attributes", {}), message.get("MessageAttributes", {})
    # SQS goes on counting when it moves a message, and counts this look, too.
    tries = int(system.get("ApproximateReceiveCount", 1)) - 1 if _SOURCE in system else 0
    said = (own.get(name, {}).get("StringValue", "") for name in ("ERROR_MESSAGE", "ErrorMessage", "ERROR_CODE"))
    return DeadLetter(message["Body"], tries, next(filter(None, said), ""))


def _age(message: Mapping[str, Any]) -> tuple[datetime, str]:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0))
    return datetime.fromtimestamp(sent / 1000, UTC), message["MessageId"]
