"""Which messages are due for an incident: those that make people know what is."""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.incidents.incident import Incident, Snapshot, due
from driftline.domain.incidents.message import Message, MessageKind
from driftline.presentation.messages.incident_messages import Facts, incident_message


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due.

    Attributes:
        snapshot: What people know of the alarms once they have it; None if the message is not about the alarms.
    """

    message: Message
    snapshot: Snapshot | None = None


def messages_due(
    incident: Incident, facts: Facts | None, *, cause: str, at: datetime, news: Message | None = None
) -> tuple[Due, ...]:
    """The messages that are due, in the order in which people should read them.

    Args:
        facts: What is known besides the incident; None if nobody looked, then nothing is said about its alarms.
        cause: What the messages come from. An incident that knows the cause has its news already.
        at: When that happened.
        news: A message of the conversation that is not about its alarms.
    """
    found = []
    kind = due(incident)
    if kind is not None and facts is not None and not facts.silenced:
        found.append(Due(*incident_message(incident, kind, _moment(incident, kind, at), facts)))
    if news is not None and cause not in incident.causes:
        found.append(Due(news))
    return tuple(found)


def _moment(incident: Incident, kind: MessageKind, at: datetime) -> datetime:
    """When the thing happened that the message is about: before `at` if a silence held the message back."""
    match kind:
        case MessageKind.OPENED:
            return incident.opened_at or at
        case MessageKind.RECOVERED:
            return incident.closed_at or at
        case _:
            return at
