"""From alarms, events and time to messages: one conversation for each incident.

What happened is written into the incident, together with the messages that follow from it, by a conditional write,
before anything is sent. Whatever dies after that, the redelivery, or the next tick, sends what is still waiting; and
each message goes to each channel through Once, so that it is sent once however often it is tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from driftline.domain.alarms.names import WATCH, AlarmName, alarm_name, parse_alarm_name
from driftline.domain.alarms.settle import settle_time
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError, RetryLaterError
from driftline.domain.incidents.happenings import (
    MODEL_ADOPTED,
    endpoint_of,
    happening_message,
    model_of,
    reason_of,
    refusal_id,
    refused_by,
    text_message,
)
from driftline.domain.incidents.heard import Happening, Heard, RawAlarm, Text, Tick
from driftline.domain.incidents.incident import (
    AlarmChange,
    AlarmState,
    Incident,
    adopt,
    observe,
    regrade,
    reopen,
    retire,
    settle,
)
from driftline.domain.incidents.message import Severity
from driftline.domain.incidents.watching import is_watch, watch_subject
from driftline.domain.incidents.words import line
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.windows import format_instant
from driftline.usecases.notifying.incident_delivery import Resting
from driftline.usecases.notifying.incident_desk import Desk, Notified
from driftline.usecases.ports import Channel, ObjectStore, Once, ReportLinks, StateTable

NO_DATA = "INSUFFICIENT_DATA"
"""CloudWatch's third state."""

STACK_SETTLE = timedelta(hours=1)
"""How long an alarm of the stack itself has to be quiet."""

_GRACE = 2
"""A new model has so many times the time to settle before alarms that still ring are told as a new incident."""


_ON_ITS_WAY = timedelta(minutes=1)
"""So long a decision waits for the alarm that asked for it: both set out at once, and either may be here first."""

_LOOK_AGAIN = 2.0  # seconds

type _Wanted = Mapping[str, Severity]
"""How loud the alarms are, by label."""


def notify_operators(
    heard: Heard,
    *,
    store: ObjectStore,
    table: StateTable,
    once: Once,
    channels: Sequence[Channel],
    stack: str,
    links: ReportLinks | None = None,
    now: datetime | None = None,
) -> Notified:
    """Tells people what they do not know yet.

    Args:
        stack: The stack's name: alarms called `<stack>/<endpoint>/<subject>/<label>` are those of its endpoints.
        now: The clock of whoever received it, for decisions that come before their alarm; None to wait for none.
        links: To the pages of reports; without them messages link to the S3 console.

    Raises:
        RetryLaterError: a channel is down, what it belongs to has not come yet, or somebody else does the same right
            now: deliver it again.
        InvalidInputError: a channel refuses, which a person has to mend. All other channels have their messages.
    """
    desk = Desk(store, table, once, [Resting(channel) for channel in channels], stack, links)
    match heard:
        case RawAlarm():
            return _alarm(desk, heard)
        case Text():
            return desk.tell(text_message(heard))
        case Happening() if heard.kind == MODEL_ADOPTED:
            return _model_adopted(desk, heard)
        case Happening():
            if now is not None and now < heard.at + _ON_ITS_WAY and _alarm_is_coming(desk, heard):
                raise RetryLaterError("the alarm that asked for it has not come yet", where=heard.id, after=_LOOK_AGAIN)
            return _happened(desk, heard)
        case Tick():
            return _tick(desk, heard)


def _alarm(desk: Desk, alarm: RawAlarm) -> Notified:
    found = parse_alarm_name(desk.stack, alarm.name)
    # The template's own alarms tell of INSUFFICIENT_DATA where silence itself is the trouble: nothing runs any more.
    state = AlarmState.ALARM if found is None and alarm.state == NO_DATA else alarm.state
    if state not in set(AlarmState):
        return Notified()  # INSUFFICIENT_DATA of a monitor: nobody knows, so nothing changes.
    endpoint, subject, label = _place(found) if found else (None, alarm.name, alarm.name)
    severity = _severity(desk, alarm.name, found)
    change = AlarmChange(
        label, AlarmState(state), alarm.changed_at, severity, line(alarm.reason), line(alarm.description)
    )
    cause = f"{label} {state} {format_instant(alarm.changed_at)}"
    return desk.change(endpoint, subject, lambda incident: observe(incident, change), cause=cause, at=alarm.changed_at)


def _place(found: AlarmName) -> tuple[str, str, str]:
    subject = watch_subject(found.label) if found.subject == WATCH else found.subject
    return found.endpoint, subject, found.label


def _severity(desk: Desk, name: str, found: AlarmName | None) -> Severity:
    """What the document says of the alarm. A stack's own alarm is critical: Driftline itself needs help."""
    if found is None:
        return Severity.CRITICAL
    document = desk.document(found.endpoint)
    for spec in wanted_alarms(document) if document else ():
        if alarm_name(desk.stack, found.endpoint, spec.subject, spec.label) == name:
            return spec.severity
    return Severity.WARNING


def _happened(desk: Desk, event: Happening) -> Notified:
    """Joins the conversation about the monitor, or about any monitor of the endpoint, if there is one.

    An alarm that flaps while a guard says no is refused each time: a conversation hears once of each guard.
    """
    endpoint = endpoint_of(event)
    document = desk.document(endpoint or None)
    channels = document.channels if document else ()
    incident = _conversation(desk, endpoint, event)
    message = happening_message(event, incident, channels)
    if incident is None:
        return desk.tell(replace(message, id=refusal_id(event)) if refused_by(event) else message)
    return desk.change(
        incident.endpoint,
        incident.subject,
        lambda current: current,
        cause=_cause(event, incident),
        at=event.at,
        say=message,
    )


def _alarm_is_coming(desk: Desk, event: Happening) -> bool:
    """Whether an alarm caused it that tells people too, and nobody has heard of that one yet."""
    name = event.detail.get("Alarm")
    found = parse_alarm_name(desk.stack, name) if isinstance(name, str) else None
    if found is None or found.label not in (_wanted(desk, Incident(found.endpoint, found.subject)) or {}):
        return False
    of = [each for each in desk.incidents() if (each.endpoint, each.subject) == (found.endpoint, found.subject)]
    return not any(found.label in each.ringing or event.id in each.causes for each in of)


def _cause(event: Happening, incident: Incident) -> str:
    guard = refused_by(event)
    return f"refused by {guard}: {incident.id}" if guard else event.id


def _conversation(desk: Desk, endpoint: str, event: Happening) -> Incident | None:
    """An incident that people know of; the one that has the event already, if it is delivered again."""
    of = [each for each in desk.incidents() if each.endpoint == endpoint and not is_watch(each.subject)]
    known = [each for each in of if event.id in each.causes]
    if known:
        return known[0]
    told = [each for each in of if each.ongoing and each.told is not None and each.opened_at is not None]
    monitor = event.detail.get("Monitor")
    return max(told, key=lambda each: (each.subject == monitor, each.opened_at, each.subject), default=None)


def _model_adopted(desk: Desk, event: Happening) -> Notified:
    """Closes what was open about the model before; a notice if people knew of nothing open."""
    endpoint, model, closing = endpoint_of(event), model_of(event), line(reason_of(event))
    notified, told = Notified(), False
    for incident in desk.incidents():
        if incident.endpoint != endpoint or is_watch(incident.subject):
            continue
        told = told or event.id in incident.causes or (incident.ongoing and incident.told is not None)
        if incident.ongoing or event.id in incident.causes:
            notified += desk.change(
                endpoint,
                incident.subject,
                lambda current: adopt(current, model, event.at, closing),
                cause=event.id,
                at=event.at,
            )
    if told:
        return notified
    document = desk.document(endpoint or None)
    return notified + desk.tell(happening_message(event, None, document.channels if document else ()))


def _tick(desk: Desk, tick: Tick) -> Notified:
    """Looks at every incident; one that cannot be told now does not keep the others waiting."""
    cause = f"tick {format_instant(tick.at)}"
    notified = Notified()
    errors: list[DriftlineError] = []
    for incident in desk.incidents():
        if not _may_change(incident):
            continue
        document = desk.document(incident.endpoint)
        settled = _settle_time(document, incident)
        wanted = _wanted(desk, incident)

        def passed(current: Incident, settled: timedelta = settled, wanted: _Wanted | None = wanted) -> Incident:
            kept = current if wanted is None else regrade(retire(current, wanted, tick.at), wanted)
            return reopen(settle(kept, tick.at, settled), tick.at, settled * _GRACE)

        try:
            notified += desk.change(incident.endpoint, incident.subject, passed, cause=cause, at=tick.at)
        except DriftlineError as error:
            errors.append(error)
    if errors:
        raise next((error for error in errors if isinstance(error, RetryLaterError)), errors[0])
    return notified


def _may_change(incident: Incident) -> bool:
    """Whether time alone can change it, or make a message of it due."""
    untold = incident.told is not None and not incident.recovery_told
    return bool(incident.ongoing or incident.outbox or untold or (incident.closed_by and incident.ringing))


def _settle_time(document: MonitorDocument | None, incident: Incident) -> timedelta:
    if document is None:
        return STACK_SETTLE
    return settle_time(document, incident.subject)


def _wanted(desk: Desk, incident: Incident) -> _Wanted | None:
    """The alarms that tell people, by the document; None when nobody can say.

    One that tells them no more, because its actions were changed, will not say that it is OK either.
    """
    endpoint = incident.endpoint
    if endpoint is None:
        return None
    document = desk.read(endpoint)
    if isinstance(document, ObjectNotFoundError):
        return {}  # Its alarms went with it.
    if isinstance(document, InvalidInputError):
        return None
    named = (
        (parse_alarm_name(desk.stack, alarm_name(desk.stack, endpoint, spec.subject, spec.label)), spec.severity)
        for spec in wanted_alarms(document)
        if "notify" in spec.actions
    )
    places = [(_place(found), severity) for found, severity in named if found]
    return {label: severity for (_, subject, label), severity in places if subject == incident.subject}
