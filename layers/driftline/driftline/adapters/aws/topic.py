"""The operator topic in SNS."""

import re
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_LONGEST_SUBJECT = 99  # characters: "less than 100", says SNS's API Reference, Publish
_LONGEST_MESSAGE = 200_000  # bytes; SNS accepts 256 KiB including the envelope
_CUT = "\n… (cut; the rest is in the files named above or in the log)\n"


class OperatorTopic:
    """The operators who subscribe to a topic.

    Args:
        arn: ARN of the topic.
        client: A boto3 SNS client; created unless given.
    """

    def __init__(self, arn: str, client: "SNSClient | None" = None) -> None:
        self._arn = arn
        self._client = client or client_of("sns")

    def notify(self, subject: str, message: str) -> None:
        body = message.encode(errors="replace")
        if len(body) > _LONGEST_MESSAGE:
            message = body[:_LONGEST_MESSAGE].decode(errors="ignore") + _CUT
        self._client.publish(TopicArn=self._arn, Subject=_subject(subject), Message=message)


def _subject(text: str) -> str:
    """A subject that SNS accepts: one line of ASCII that begins with a letter, a digit or punctuation."""
    plain = re.sub(r"\s+", " ", text.encode("ascii", "replace").decode()).strip()
    plain = "".join(character for character in plain if character.isprintable())
    if len(plain) > _LONGEST_SUBJECT:
        plain = f"{plain[: _LONGEST_SUBJECT - 3]}..."
    return plain or "Driftline"
