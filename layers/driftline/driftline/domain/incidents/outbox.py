"""The messages of an incident, from the decision until they have arrived everywhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from driftline.domain.incidents.incident import Entry, Incident, Snapshot
from driftline.domain.incidents.message import Message, MessageKind

MOST_CAUSES = 50
"""Number of remembered causes; a redelivery arrives long before that many others."""

MOST_WAITING = 20
"""Maximum number of waiting messages; then the oldest are dropped. An item in DynamoDB has at most 400 KB."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a channel accepted, with what it returned for the next one of the conversation."""

    message: str
    incident: str
    channel: str
    conversation: str | None


def next_message_id(incident: Incident) -> str:
    return f"{incident.id}/{incident.announced + 1}"


def announce(incident: Incident, message: Message, cause: str, snapshot: Snapshot | None = None) -> Incident:
    """The incident with a message in its outbox, and with what people know after it.

    Args:
        snapshot: The state that the message reports; None if it is not about the alarms.
    """
    return replace(
        incident,
        outbox=(*incident.outbox, Entry(message, cause))[-MOST_WAITING:],
        announced=incident.announced + 1,
        causes=(*incident.causes, cause)[-MOST_CAUSES:],
        told=snapshot or incident.told,
        recovery_told=incident.recovery_told or message.kind is MessageKind.RECOVERED,
    )


def mark_sent(incident: Incident, sent: Iterable[Sent]) -> Incident:
    """The incident after channels accepted messages.

    A message that a channel has not accepted, while it accepted a later one of the same conversation, is dropped: out
    of order it would report an outdated state.
    """
    took: dict[str, set[str]] = {}
    conversations = {of: dict(channels) for of, channels in incident.conversations.items()}
    for each in sent:
        took.setdefault(each.message, set()).add(each.channel)
        known = conversations.setdefault(each.incident, {})
        known[each.channel] = each.conversation or known.get(each.channel)
    outbox: list[Entry] = []
    passed: dict[str | None, set[str]] = {}
    for entry in reversed(incident.outbox):
        has = passed.setdefault(entry.message.incident, set())
        has |= {*entry.sent, *took.get(entry.message.id, ())}
        outbox.insert(0, replace(entry, sent=tuple(sorted(has))))
    return replace(incident, outbox=tuple(outbox), conversations=conversations)


def sweep(incident: Incident, complete: Callable[[Entry], bool]) -> Incident:
    """The incident without messages that have arrived everywhere, and without conversations that are over."""
    left = tuple(entry for entry in incident.outbox if not complete(entry))
    needed = {incident.id, *(entry.message.incident for entry in left)}
    conversations = {of: channels for of, channels in incident.conversations.items() if of in needed}
    return replace(incident, outbox=left, conversations=conversations)


def may_become_due(incident: Incident) -> bool:
    """Whether time alone can change the incident, or make a message of it due."""
    unreported = incident.told is not None and not incident.recovery_told
    return bool(incident.ongoing or incident.outbox or unreported or (incident.closed_by and incident.ringing))
