"""Digests: many alike incidents in one message, because one cause at many endpoints is one thing to know.

The rule: if LEAST incidents of the same monitor, or of the same alarm under `watch`, have begun (or ended) within
WITHIN of each other, and a channel has their messages, further messages about their beginning (or end) wait for at most
HELD and go to that channel together. Each keeps its own incident. That a message waits is written into its incident
together with the message, and the digest is written before it is sent, so that a crash neither loses nor doubles one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from driftline.domain.incidents.incident import Entry, Incident, Status
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import Sent

LEAST = 5
"""So many alike incidents are a digest, the one in question included."""

WITHIN = timedelta(minutes=10)
"""They have begun, or ended, within this time of each other."""

HELD = timedelta(minutes=2)
"""So long a message waits for others, at most."""

MOST_MEMBERS = 1000
"""Messages in a digest; further ones are in the next. An item of the table has at most 400 KB."""

KINDS = frozenset({MessageKind.OPENED, MessageKind.RECOVERED})
"""An escalation, or what was done about an incident, is about one endpoint."""


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that can be one: to the same channel, about the beginning or the end, of the same subject."""

    channel: str
    kind: MessageKind
    subject: str

    @property
    def name(self) -> str:
        return f"{self.channel}/{self.kind.value}/{self.subject}"


@dataclass(frozen=True, slots=True)
class Member:
    """A message of an incident that is part of a digest."""

    endpoint: str
    subject: str
    incident: str
    message: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it is written before it is sent; without a message, none is being sent."""

    message: Message | None = None
    members: tuple[Member, ...] = ()


def group_of(incident: Incident, entry: Entry, channel: str) -> Group | None:
    """None for messages that are never part of a digest."""
    message = entry.message
    if incident.endpoint is None or message.kind not in KINDS or message.incident != incident.id:
        return None
    return Group(channel, message.kind, incident.subject)


def moment(incident: Incident, kind: MessageKind) -> datetime | None:
    """When the incident began, or ended; None if people were not notified of it, as during a silence."""
    if incident.told is None or incident.endpoint is None:
        return None
    if kind is MessageKind.OPENED:
        return incident.opened_at
    return incident.closed_at if incident.status is Status.CLOSED and incident.recovery_told else None


def are_many(
    incident: Incident, group: Group, others: Iterable[Incident], is_known: Callable[[Incident], bool]
) -> bool:
    """Whether enough alike incidents have begun, or ended, around the same time.

    Args:
        others: All incidents, the one in question included or not.
        is_known: Whether the channel was notified of an incident, or is about to be.
    """
    at = moment(incident, group.kind)
    if at is None:
        return False
    alike = {incident.endpoint}
    for other in others:
        then = moment(other, group.kind) if other.subject == group.subject else None
        if then is not None and abs(then - at) <= WITHIN and is_known(other):
            alike.add(other.endpoint)
        if len(alike) >= LEAST:
            return True
    return False


def hold(incident: Incident, message: str, channel: str) -> Incident:
    """The incident with a message that waits for the digest of a channel."""
    outbox = tuple(
        replace(entry, held=(*entry.held, channel))
        if entry.message.id == message and channel not in {*entry.held, *entry.sent}
        else entry
        for entry in incident.outbox
    )
    return replace(incident, outbox=outbox)


def held_by(incident: Incident) -> Iterable[tuple[Group, Entry]]:
    """The messages of an incident that wait for digests."""
    for entry in incident.outbox:
        for channel in entry.held:
            group = group_of(incident, entry, channel)
            if group is not None and channel not in entry.sent:
                yield group, entry


def waiting_for(group: Group, incidents: Iterable[Incident]) -> list[tuple[Member, Message]]:
    """The messages that wait for the digest of a group, in the order of endpoints."""
    found = [
        (Member(incident.endpoint or "", incident.subject, incident.id, entry.message.id), entry.message)
        for incident in incidents
        for of, entry in held_by(incident)
        if of == group
    ]
    return sorted(found, key=lambda each: (each[0].endpoint, each[0].message))[:MOST_MEMBERS]


def due_at(messages: Sequence[Message]) -> datetime:
    """When their digest goes: none waits for longer than HELD."""
    return min(message.at for message in messages) + HELD


def sent_as(member: Member, channel: str, conversation: str | None) -> Sent:
    """What the incident of a member is to know when the digest has arrived."""
    return Sent(member.message, member.incident, channel, conversation)
