"""One incident: the alarms of one subject from the first alarm until all of them have been quiet for long enough.

Pure: every function takes an incident and returns the next one. What people know is stored separately from the actual
state: a message is due if they differ, so a silence, a crash or a late delivery can delay a message but never lose it.

CloudWatch delivers at least once and in any order; each change has its time, and the newest one of an alarm counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.instants import format_instant


class Status(StrEnum):
    """QUIET: nothing has happened yet. RECOVERING: all alarms are OK, but not yet for long enough."""

    QUIET = "quiet"
    OPEN = "open"
    RECOVERING = "recovering"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm of the subject changed its state.

    Attributes:
        reason: CloudWatch's reason for the change.
        description: What the alarm is about.
        tied: The other state was seen at the same time, too.
        retired: It did not become OK in this incident: the alarm was deleted, or no longer notifies people.
        queue: Name of the queue whose messages it counts; empty for other alarms.
    """

    label: str
    state: AlarmState
    changed_at: datetime
    severity: Severity = Severity.WARNING
    reason: str = ""
    description: str = ""
    tied: bool = False
    retired: bool = False
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What people last learnt about the violations behind the alarms.

    Attributes:
        violations: None if the execution could not be read.
        features: Names of violated features or metrics.
    """

    severity: Severity
    violations: int | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that waits to be sent.

    Attributes:
        cause: What caused it, so that a redelivery fails until the message has arrived everywhere.
        sent: Names of the channels that have it.
        held: Names of the channels for which it waits for a digest.
    """

    message: Message
    cause: str
    sent: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """The state of one subject of one endpoint.

    Attributes:
        endpoint: None for an alarm of the stack itself.
        subject: A monitor, one of the endpoint's watch alarms, or the name of an alarm of the stack.
        id: Id of the conversation; empty before anything happened.
        alarms: The newest change of each alarm, by label; closed incidents keep them to recognise old changes.
        severity: The highest so far.
        quiet_since: When the last of the alarms became OK.
        closed_by: The model that closed it; empty if it recovered.
        closing: Further text about that model.
        flaps: How often an alarm came back before the incident counted as recovered.
        told: What people know; None before the first message.
        recovery_told: Whether people know that it is over.
        announced: Number of messages.
        causes: The last causes of messages, to recognise them.
        outbox: Messages that have not arrived everywhere, oldest first.
        conversations: What each channel returned, by incident, for the next message.
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
    """The same id for the same beginning, wherever it is computed."""
    return sha256(f"{endpoint or ''}\n{subject}\n{format_instant(opened_at)}".encode()).hexdigest()[:24]


def observe(incident: Incident, change: AlarmChange) -> Incident:
    """The incident after a change of one alarm; unchanged if a change of that alarm as new was seen before.

    Of two changes at the same time, which a clock with whole seconds can give, the one that arrives second counts.
    """
    known = incident.alarms.get(change.label)
    if known is not None and change.changed_at <= known.changed_at:
        if change.changed_at < known.changed_at or change.state is known.state or known.tied:
            return incident
        change = replace(change, tied=True)
    updated = replace(incident, alarms={**incident.alarms, change.label: change})
    return _alarmed(updated, change) if change.state is AlarmState.ALARM else _quietened(updated, change.changed_at)


def retire(incident: Incident, wanted: Iterable[str], at: datetime) -> Incident:
    """The incident after alarms were deleted: they will never report that they are OK."""
    gone = set(incident.ringing) - set(wanted)
    alarms = {
        label: replace(alarm, state=AlarmState.OK, retired=True) if label in gone else alarm
        for label, alarm in incident.alarms.items()
    }
    return _quietened(replace(incident, alarms=alarms), at)


def regrade(incident: Incident, severities: Mapping[str, Severity]) -> Incident:
    """The incident with the severities of the current document: CloudWatch is silent while an alarm persists.

    Args:
        severities: Severities of the alarms in the document, by label.
    """
    alarms = {
        label: replace(alarm, severity=severities.get(label, alarm.severity))
        for label, alarm in incident.alarms.items()
    }
    graded = replace(incident, alarms=alarms)
    if not incident.ongoing:
        return graded  # A closed incident keeps its severity; the next incident uses these.
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
        closing: Text for people about the model.
    """
    if not incident.ongoing or incident.opened_at is None or at < incident.opened_at:
        return incident
    return replace(incident, status=Status.CLOSED, closed_at=at, closed_by=model, closing=closing)


def reopen(incident: Incident, at: datetime, grace: timedelta) -> Incident:
    """A new incident if the model that closed the last one has not stopped the alarms within a time.

    CloudWatch reports an alarm once: without this, an alarm that a new model does not fix would never be reported.
    """
    closed = incident.closed_at
    if not incident.closed_by or not incident.ringing or closed is None or at < closed + grace:
        return incident
    return _rejoined(incident, _loudest(incident)) if _recovery_unreported(incident) else _opened(incident, closed)


def due(incident: Incident) -> MessageKind | None:
    """The message that would bring people up to date."""
    reported = incident.told
    if incident.ongoing:
        if reported is None:
            return MessageKind.OPENED
        return MessageKind.ESCALATED if _rank(incident.severity) > _rank(reported.severity) else None
    return MessageKind.RECOVERED if incident.status is Status.CLOSED and _recovery_unreported(incident) else None


def _alarmed(incident: Incident, change: AlarmChange) -> Incident:
    severity = _highest((incident.severity, change.severity))
    match incident.status:
        case Status.OPEN:
            return replace(incident, severity=severity)
        case Status.RECOVERING:
            return _rejoined(incident, severity)
        case Status.CLOSED if _recovery_unreported(incident):
            return _rejoined(incident, severity)
        case _:
            return _opened(incident, change.changed_at)


def _recovery_unreported(incident: Incident) -> bool:
    """Whether people do not know yet that it was over: for them it never was."""
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
    """The severity of the alarms in alarm."""
    return _highest(incident.alarms[label].severity for label in incident.ringing)


def _highest(severities: Iterable[Severity]) -> Severity:
    return max(severities, key=_rank)
