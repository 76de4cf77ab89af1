"""What an alarm, an event or a tick means for incidents: which ones change, how, and what else is new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.names import parse_alarm_name
from driftline.domain.alarms.settle import settle_time
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, RetryLaterError
from driftline.domain.incidents.happenings import (
    MODEL_ADOPTED,
    cause_in,
    conversation_of,
    endpoint_of,
    reason_of,
    refusal_id,
    refused_by,
)
from driftline.domain.incidents.incident import (
    AlarmChange,
    Incident,
    adopt,
    observe,
    regrade,
    reopen,
    retire,
    settle,
)
from driftline.domain.incidents.message import Message
from driftline.domain.incidents.outbox import may_become_due
from driftline.domain.incidents.received import Happening, RawAlarm, Received, Text, Tick
from driftline.domain.incidents.wanted import notifying_alarms, severity_of, subject_of
from driftline.domain.incidents.watching import is_watch
from driftline.domain.instants import format_instant
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.kinds.kind import Kinds
from driftline.presentation.messages.happenings import happening_message, model_of, text_message
from driftline.presentation.messages.wording import message_line
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.notifying.incident_store import Change, IncidentStore
from driftline.usecases.notifying.routes import load_routes
from driftline.usecases.ports import ObjectStore

NO_DATA = "INSUFFICIENT_DATA"
"""CloudWatch's third state."""

STACK_SETTLE = timedelta(hours=1)
"""How long an alarm of the stack itself must be quiet."""

_GRACE = 2
"""How many settling times a new model has before persistent alarms become a new incident."""

_ON_ITS_WAY = timedelta(minutes=1)
"""How long a decision waits for its alarm: both are sent at once, and either may arrive first."""

_LOOK_AGAIN = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Development:
    """Something happened in an incident.

    Attributes:
        incident: As it was read.
        change: Returns the next incident; applied again it changes nothing.
        cause: Its origin, the same for a redelivery.
        at: When it happened.
        news: A message of the conversation in addition to those that are due then.
    """

    incident: Incident
    change: Change
    cause: str
    at: datetime
    news: Message | None = None


class Documents:
    """The endpoints' monitor documents, each read once: a tick checks all incidents, and endpoints have several."""

    def __init__(self, store: ObjectStore, kinds: Kinds) -> None:
        @cache
        def read(endpoint: str) -> MonitorDocument | ObjectNotFoundError | InvalidInputError:
            try:
                return load_document(store, endpoint, kinds=kinds)
            except (ObjectNotFoundError, InvalidInputError) as error:
                return error

        self._read = read
        self._routes = cache(lambda: load_routes(store))

    def of(self, endpoint: str | None) -> MonitorDocument | None:
        """None for the stack itself, and without a usable document."""
        found = self._read(endpoint) if endpoint else None
        return found if isinstance(found, MonitorDocument) else None

    def channels(self, endpoint: str | None) -> tuple[str, ...]:
        """The channels in the document, otherwise those of the stack's routes; an empty list means all.

        Args:
            endpoint: None for the stack itself.
        """
        document = self.of(endpoint)
        named = document.channels if document else ()
        return named or self._routes().channels_of(document.ownership if document else NOBODY)

    def ownership(self, endpoint: str) -> Ownership:
        """Whose endpoint it is; nobody's without a usable document."""
        document = self.of(endpoint)
        return document.ownership if document else NOBODY

    def notifying(self, stack: str, incident: Incident) -> Mapping[str, Severity] | None:
        """The alarms of the incident that notify people, by label; None if unknown."""
        if incident.endpoint is None:
            return None
        document = self._read(incident.endpoint)
        if isinstance(document, ObjectNotFoundError):
            return {}  # Its alarms went with it.
        if isinstance(document, InvalidInputError):
            return None
        return notifying_alarms(document, stack, incident.subject)


def developments(
    received: Received, *, incidents: IncidentStore, documents: Documents, stack: str, now: datetime
) -> Iterator[Development | Message]:
    """The consequences for incidents; a lone message belongs to no incident.

    Raises:
        RetryLaterError: its alarm has not arrived yet.
        InvalidInputError: the incident of an alarm cannot be read.
    """
    match received:
        case RawAlarm():
            yield from _alarm(received, incidents, documents, stack)
        case Text():
            yield text_message(received, documents.channels(None))
        case Happening() if received.kind == MODEL_ADOPTED:
            yield from _model_adopted(received, incidents, documents)
        case Happening():
            if now < received.at + _ON_ITS_WAY and _alarm_is_coming(received, incidents, documents, stack):
                raise RetryLaterError(
                    "the alarm that requested it has not arrived yet", where=received.id, after=_LOOK_AGAIN
                )
            yield _happened(received, incidents, documents)
        case Tick():
            yield from _tick(received, incidents, documents, stack)


def _alarm(alarm: RawAlarm, incidents: IncidentStore, documents: Documents, stack: str) -> Iterator[Development]:
    found = parse_alarm_name(stack, alarm.name)
    # The template's own alarms report INSUFFICIENT_DATA if silence itself is the problem: nothing runs any more.
    state = AlarmState.ALARM if found is None and alarm.state == NO_DATA else alarm.state
    if state not in set(AlarmState):
        return  # INSUFFICIENT_DATA of a monitor: the state is unknown, so nothing changes.
    if found is None:
        # Driftline itself needs help.
        endpoint, subject, label, severity = None, alarm.name, alarm.name, Severity.CRITICAL
    else:
        endpoint, subject, label = found.endpoint, subject_of(found), found.label
        document = documents.of(endpoint)
        severity = (document and severity_of(alarm.name, document, stack)) or Severity.WARNING
    change = AlarmChange(
        label,
        AlarmState(state),
        alarm.changed_at,
        severity,
        message_line(alarm.reason),
        message_line(alarm.description),
        queue=alarm.queue,
    )
    yield Development(
        incidents.get(endpoint, subject),
        lambda current: observe(current, change),
        cause=f"{label} {state} {format_instant(alarm.changed_at)}",
        at=alarm.changed_at,
    )


def _happened(event: Happening, incidents: IncidentStore, documents: Documents) -> Development | Message:
    """Joins the conversation about the monitor, or about any monitor of the endpoint, if there is one."""
    incident = conversation_of(event, incidents.all())
    endpoint = endpoint_of(event)
    message = happening_message(event, incident, documents.channels(endpoint), documents.ownership(endpoint))
    if incident is None:
        return replace(message, id=refusal_id(event)) if refused_by(event) else message
    return Development(incident, lambda current: current, cause_in(incident, event), event.at, message)


def _alarm_is_coming(event: Happening, incidents: IncidentStore, documents: Documents, stack: str) -> bool:
    """Whether its alarm notifies people, too, and they do not know of it yet."""
    name = event.detail.get("Alarm")
    found = parse_alarm_name(stack, name) if isinstance(name, str) else None
    if found is None or found.label not in (documents.notifying(stack, Incident(found.endpoint, found.subject)) or {}):
        return False
    of = [each for each in incidents.all() if (each.endpoint, each.subject) == (found.endpoint, found.subject)]
    return not any(found.label in each.ringing or event.id in each.causes for each in of)


def _model_adopted(event: Happening, incidents: IncidentStore, documents: Documents) -> Iterator[Development | Message]:
    """Closes open incidents about the previous model; a notice if people knew of none."""
    endpoint, model, closing = endpoint_of(event), model_of(event), message_line(reason_of(event))
    of = [each for each in incidents.all() if each.endpoint == endpoint and not is_watch(each.subject)]
    for incident in of:
        if incident.ongoing or event.id in incident.causes:
            yield Development(incident, lambda now: adopt(now, model, event.at, closing), event.id, event.at)
    if not any(event.id in each.causes or (each.ongoing and each.told is not None) for each in of):
        yield happening_message(event, None, documents.channels(endpoint), documents.ownership(endpoint))


def _tick(tick: Tick, incidents: IncidentStore, documents: Documents, stack: str) -> Iterator[Development]:
    """Checks every incident that time alone can change."""
    cause = f"tick {format_instant(tick.at)}"
    for incident in filter(may_become_due, incidents.all()):
        document = documents.of(incident.endpoint)
        settled = settle_time(document, incident.subject) if document else STACK_SETTLE
        wanted = documents.notifying(stack, incident)
        yield Development(incident, _passed(tick.at, settled, wanted), cause, tick.at)


def _passed(at: datetime, settled: timedelta, wanted: Mapping[str, Severity] | None) -> Change:
    """The incident at a time.

    An alarm that no longer notifies people, because its actions were changed, will not report OK either.

    Args:
        settled: How long all of its alarms must be quiet.
        wanted: The alarms that notify people; None if unknown.
    """

    def change(incident: Incident) -> Incident:
        kept = incident if wanted is None else regrade(retire(incident, wanted, at), wanted)
        return reopen(settle(kept, at, settled), at, settled * _GRACE)

    return change
