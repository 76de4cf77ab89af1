"""Ways to people, and what they are sent."""

from dataclasses import dataclass
from typing import Protocol

from driftline.domain.incidents.message import Message


class Operators(Protocol):
    """People, reached through the operator topic."""

    def notify(self, subject: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Attributes: lasting: it holds as long as the page does."""

    url: str
    lasting: bool


class ReportLinks(Protocol):
    """How people get to the pages of reports."""

    def to(self, key: str) -> ReportLink:
        """The link to a page, which need not be there yet."""
        ...


class Channel(Protocol):
    """One way to people: Slack, Teams, PagerDuty, a webhook, email."""

    @property
    def name(self) -> str: ...

    def accepts(self, message: Message) -> bool:
        """Whether the channel is to be sent it: the message is for it, and as severe as it wants."""
        ...

    def send(self, message: Message, conversation: str | None) -> str | None:
        """Sends a message; `conversation` is what an earlier message of the same incident gave back.

        Returns:
            What the next message of the incident is to be told, for example the timestamp of a Slack thread.

        Raises:
            RetryLaterError: the other side is down, slow or wants less; a retry may help.
            InvalidInputError: the other side refuses the message or the secret: a person has to mend it.
        """
        ...
