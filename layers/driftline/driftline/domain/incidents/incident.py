"""One incident: the alarms of one subject from the first alarm until all of them have been quiet for long enough.

Pure: every function takes an incident and gives the next one. What people know is kept apart from what is: a message
is due when both differ, so that a silence, a crash or a late delivery can delay a message and never lose it.

CloudWatch delivers at least once and in any order; each change carries its time, and the newest of an alarm counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from driftline.domain.incidents.message import Message, MessageKind, Severity
from driftline.domain.windows import format_instant


class AlarmState(StrEnum):
    """CloudWatch's two states that mean something. Its third, INSUFFICIENT_DATA, is neither and changes nothing."""

    OK = "OK"
    ALARM = "ALARM"


class Status(StrEnum):
    """QUIET: nothing has happened yet. RECOVERING: all alarms are OK, but not yet for long enough."""

    QUIET = "quiet"
    OPEN = "open"
    RECOVERING = "recovering"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm of the subject went into a state.

    Attributes:
        reason: CloudWatch's words on why it changed.
        description: What the alarm is about.
        tied: The other state was seen at this very time, too.
        retired: In this incident it did not become OK: the alarm was deleted, or tells people no more.
    """

    label: str
    state: AlarmState
    changed_at: datetime
    severity: Severity = Severity.WARNING
    reason: str = ""
    description: str = ""
    tied: bool = False
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What people were told last of what is behind the alarms.

    Attributes:
        violations: None when the execution could not be read.
        features: Names of what is violated.
    """

    severity: Severity
    violations: int | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that waits to be sent.

    Attributes:
        cause: What made it, so that its redelivery fails for as long as the message has not arrived everywhere.
        sent: Names of the channels that have it.
    """

    message: Message
    cause: str
    sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """What is known of one subject of one endpoint.

    Attributes:
        endpoint: None for an alarm of the stack itself.
        subject: A monitor, one of the endpoint's watch alarms, or the name of an alarm of the stack.
        id: Of the conversation; empty while nothing has happened.
        alarms: The newest change of each alarm, by label; closed incidents keep them, to know what is old.
        severity: The highest so far.
        quiet_since: When the last of the alarms became OK.
        closed_by: The model that closed it; empty if it recovered.
        closing: What else is to be said of that model.
        flaps: So often it was quiet and an alarm came again before it counted as recovered.
        told: None before anything was said.
        recovery_told: Whether people know that it is over.
        announced: How many messages there were.
        causes: The last causes of messages, to know them again.
        outbox: Messages that have not arrived everywhere, the oldest first.
        conversations: What each channel gave back, by incident: the next message is sent with it.
    """

    endpoint: str | None
    subject: str
    id: str = ""
    status: Status = Status.QUIET
    alarms: Mapping[str, AlarmChange] = field(default_factory=dict)
    severity: Severity = Severity.WARNING
    opened_at: datetime | None = None
    quiet_since: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    closing: str = ""
    flaps: int = 0
    told: Snapshot | None = None
    recovery_told: bool = False
    announced: int = 0
    causes: tuple[str, ...] = ()
    outbox: tuple[Entry, ...] = ()
    conversations: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    @property
    def ongoing(self) -> bool:
        return self.status in {Status.OPEN, Status.RECOVERING}

    @property
    def ringing(self) -> tuple[str, ...]:
        """Labels of the alarms that are in alarm, sorted."""
        return tuple(sorted(label for label, alarm in self.alarms.items() if alarm.state is AlarmState.ALARM))


def incident_id(endpoint: str | None, subject: str, opened_at: datetime) -> str:
    """The same for the same beginning, whoever computes it."""
    return sha256(f"{endpoint or ''}\n{subject}\n{format_instant(opened_at)}".encode()).hexdigest()[:24]


def observe(incident: Incident, change: AlarmChange) -> Incident:
    """The incident after a change of one alarm; unchanged if a change of that alarm as new was seen before.

    Of two changes at the very same time, as a clock of whole seconds gives, the one that comes second counts.
    """
    known = incident.alarms.get(change.label)
    if known is not None and change.changed_at <= known.changed_at:
        if change.changed_at < known.changed_at or change.state is known.state or known.tied:
            return incident
        change = replace(change, tied=True)
    updated = replace(incident, alarms={**incident.alarms, change.label: change})
    return _alarmed(updated, change) if change.state is AlarmState.ALARM else _quietened(updated, change.changed_at)


def retire(incident: Incident, wanted: Iterable[str], at: datetime) -> Incident:
    """The incident when alarms that are not wanted any more have been deleted: nobody will say that they are OK."""
    gone = set(incident.ringing) - set(wanted)
    alarms = {
        label: replace(alarm, state=AlarmState.OK, retired=True) if label in gone else alarm
        for label, alarm in incident.alarms.items()
    }
    return _quietened(replace(incident, alarms=alarms), at)


def regrade(incident: Incident, severities: Mapping[str, Severity]) -> Incident:
    """The incident as loud as its document makes its alarms now: CloudWatch says nothing while an alarm rings on.

    Args:
        severities: Of the alarms that the document has, by label.
    """
    alarms = {
        label: replace(alarm, severity=severities.get(label, alarm.severity))
        for label, alarm in incident.alarms.items()
    }
    graded = replace(incident, alarms=alarms)
    if not incident.ongoing:
        return graded  # What is over was as loud as people heard it; the next incident is as loud as this says.
    ringing = (alarms[label].severity for label in graded.ringing)
    return replace(graded, severity=_highest((incident.severity, *ringing)))


def settle(incident: Incident, at: datetime, after: timedelta) -> Incident:
    """The incident at a time: closed if all alarms have been quiet for `after`."""
    quiet = incident.quiet_since
    if incident.status is not Status.RECOVERING or quiet is None or at < quiet + after:
        return incident
    return replace(incident, status=Status.CLOSED, closed_at=at)


def adopt(incident: Incident, model: str, at: datetime, closing: str = "") -> Incident:
    """The incident after a new model came into use: closed, if it began before.

    Args:
        closing: What people are told of the model.
    """
    if not incident.ongoing or incident.opened_at is None or at < incident.opened_at:
        return incident
    return replace(incident, status=Status.CLOSED, closed_at=at, closed_by=model, closing=closing)


def reopen(incident: Incident, at: datetime, grace: timedelta) -> Incident:
    """A new incident if the model that closed the last one has not stopped the alarms within a time.

    CloudWatch says once that an alarm rings: without this, one that a new model does not mend would never be heard of.
    """
    closed = incident.closed_at
    if not incident.closed_by or not incident.ringing or closed is None or at < closed + grace:
        return incident
    return _rejoined(incident, _loudest(incident)) if _unheard(incident) else _opened(incident, closed)


def due(incident: Incident) -> MessageKind | None:
    """Which message would make people know what is."""
    told = incident.told
    if incident.ongoing:
        if told is None:
            return MessageKind.OPENED
        return MessageKind.ESCALATED if _rank(incident.severity) > _rank(told.severity) else None
    return MessageKind.RECOVERED if incident.status is Status.CLOSED and _unheard(incident) else None


def _alarmed(incident: Incident, change: AlarmChange) -> Incident:
    severity = _highest((incident.severity, change.severity))
    match incident.status:
        case Status.OPEN:
            return replace(incident, severity=severity)
        case Status.RECOVERING:
            return _rejoined(incident, severity)
        case Status.CLOSED if _unheard(incident):
            return _rejoined(incident, severity)
        case _:
            return _opened(incident, change.changed_at)


def _unheard(incident: Incident) -> bool:
    """Whether people have not heard yet that it was over: for them it never was."""
    return incident.told is not None and not incident.recovery_told


def _rejoined(incident: Incident, severity: Severity) -> Incident:
    return replace(
        incident,
        status=Status.OPEN,
        severity=severity,
        quiet_since=None,
        closed_at=None,
        closed_by="",
        flaps=incident.flaps + 1,
    )


def _opened(incident: Incident, at: datetime) -> Incident:
    return replace(
        incident,
        id=incident_id(incident.endpoint, incident.subject, at),
        status=Status.OPEN,
        alarms={label: replace(alarm, retired=False) for label, alarm in incident.alarms.items()},
        severity=_loudest(incident),
        opened_at=at,
        quiet_since=None,
        closed_at=None,
        closed_by="",
        flaps=0,
        told=None,
        recovery_told=False,
        announced=0,
    )


def _quietened(incident: Incident, at: datetime) -> Incident:
    if incident.status is not Status.OPEN or incident.ringing:
        return incident
    last = max([at, *(alarm.changed_at for alarm in incident.alarms.values())])
    return replace(incident, status=Status.RECOVERING, quiet_since=last)


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def _loudest(incident: Incident) -> Severity:
    """Of the alarms that ring."""
    return _highest(incident.alarms[label].severity for label in incident.ringing)


def _highest(severities: Iterable[Severity]) -> Severity:
    return max(severities, key=_rank)
