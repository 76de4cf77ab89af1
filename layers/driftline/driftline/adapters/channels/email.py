"""Email, by subscription to the operator topic. This channel always exists, with the name `email`."""

from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.channels.settings import accepts
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.incidents.message import Message
from driftline.presentation.messages.plain_text import email_subject, email_text

NAME = "email"
_REFUSED = {"InvalidParameter", "InvalidParameterValue", "NotFound", "AuthorizationError", "AccessDenied"}


class Email:
    """The topic's subscribers. Mail programs thread messages with similar subjects."""

    def __init__(self, topic: OperatorTopic) -> None:
        self.name = NAME
        self.digests = True
        self._topic = topic

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, frozenset(Severity), message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the topic's client brings it

        try:
            self._topic.notify(email_subject(message), email_text(message))
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _REFUSED:
                raise InvalidInputError(f"SNS refuses the message: {code}", mend="Deploy the stack again.") from error
            raise RetryLaterError(f"SNS answers {code}") from error
        except BotoCoreError as error:
            raise RetryLaterError(f"SNS does not answer ({type(error).__name__})") from error
        return conversation
