"""Channels to people, and links to report pages."""

from dataclasses import dataclass
from typing import Protocol

from driftline.domain.incidents.message import Message


class Operators(Protocol):
    """People, reached through the operator topic."""

    def notify(self, subject: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Attributes: lasting: it works as long as the page exists."""

    url: str
    lasting: bool


class ReportLinks(Protocol):
    """Links to report pages, for people."""

    def to(self, key: str) -> ReportLink:
        """The link to a page, which may not exist yet."""
        ...


class Channel(Protocol):
    """A channel to people: Slack, Teams, PagerDuty, a webhook, email."""

    @property
    def name(self) -> str: ...

    @property
    def digests(self) -> bool:
        """Whether many alike incidents are one message here; not where each incident has its own alert."""
        ...

    def accepts(self, message: Message) -> bool:
        """Whether the channel takes the message: it is of one of its endpoints, and severe enough."""
        ...

    def send(self, message: Message, conversation: str | None) -> str | None:
        """Sends a message.

        Args:
            conversation: What sending an earlier message of the same incident returned.

        Returns:
            The `conversation` for the next message of the incident, for example the timestamp of a Slack thread.

        Raises:
            RetryLaterError: the service is down, slow or throttles; a retry may help.
            InvalidInputError: the service refuses the message or the secret; a person has to fix it.
        """
        ...
