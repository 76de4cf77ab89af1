"""Messages about an incident: a headline, the evidence, and what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.incidents.dead_letters import DeadLetters
from driftline.domain.incidents.incident import AlarmChange, Incident, Snapshot
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import next_message_id
from driftline.domain.incidents.watching import is_watch, label_of, trouble
from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.presentation.messages.dead_letters import dead_letter_lines
from driftline.presentation.messages.findings import MOST_SUBJECTS, Findings
from driftline.presentation.messages.wording import message_line, name
from driftline.presentation.text import count, duration, instant

_MOST_ALARMS = 5
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the incident itself.

    Attributes:
        findings: Of the last execution; None when there is none that can be read.
        unread: Why the findings are None, or why the execution failed; empty when nobody has to know.
        link: What a person opens.
        runbook: Address of what to do about it, from the monitor document.
        others: What else of the endpoint is in alarm, as (subject, since).
        letters: What is in the dead-letter queue that the alarm is on; None for other alarms.
        files: Where the files of the report are, if the link does not hold for good.
        silence: How to silence it.
        channels: Names of the channels that it is for; empty for all.
        ownership: Whose endpoint it is.
        silenced: Somebody wants quiet: nothing is said about the alarms.
    """

    findings: Findings | None = None
    unread: str = ""
    link: str | None = None
    runbook: str | None = None
    others: tuple[tuple[str, datetime | None], ...] = ()
    letters: DeadLetters | None = None
    files: str = ""
    silence: str | None = None
    channels: tuple[str, ...] = ()
    ownership: Ownership = NOBODY
    silenced: bool = False


def incident_message(incident: Incident, kind: MessageKind, at: datetime, facts: Facts) -> tuple[Message, Snapshot]:
    """The message of an incident that is due, and what people know when they have it.

    Args:
        at: When what it tells happened.
    """
    snapshot = Snapshot(
        incident.severity,
        facts.findings.violations if facts.findings else None,
        facts.findings.subjects if facts.findings else (),
    )
    message = Message(
        id=next_message_id(incident),
        kind=kind,
        severity=incident.severity,
        headline=message_line(_headline(incident, kind, facts)),
        at=at,
        incident=incident.id,
        endpoint=incident.endpoint,
        monitor=_monitor(incident),
        window=facts.findings.window if facts.findings else None,
        details=tuple(message_line(each) for each in _details(incident, kind, facts)),
        evidence=facts.findings.evidence if facts.findings and kind is not MessageKind.RECOVERED else (),
        since=incident.opened_at,
        changed=tuple(message_line(each) for each in _changed(incident, kind, snapshot, facts)),
        rows=facts.findings.rows if facts.findings else None,
        coverage=facts.findings.coverage if facts.findings else None,
        link=facts.link,
        runbook=None if kind is MessageKind.RECOVERED else facts.runbook,
        silence=None if kind is MessageKind.RECOVERED else facts.silence,
        channels=facts.channels,
        ownership=facts.ownership,
    )
    return message, snapshot


def _monitor(incident: Incident) -> str | None:
    if incident.endpoint is None:
        return None
    return trouble(incident.subject).monitor if is_watch(incident.subject) else incident.subject


def _headline(incident: Incident, kind: MessageKind, facts: Facts) -> str:
    if kind is MessageKind.RECOVERED:
        return _recovered(incident)
    wrong = _wrong(incident, facts)
    return f"Now {incident.severity.value}: {wrong}" if kind is MessageKind.ESCALATED else wrong


def _wrong(incident: Incident, facts: Facts) -> str:
    if incident.endpoint is None:
        newest = _newest(incident)
        # A description says what it means; CloudWatch's reason has figures only.
        return f"Alarm {_subject(incident)}: {newest.description or newest.reason}"
    if is_watch(incident.subject):
        return f"{name(incident.endpoint)}: {trouble(incident.subject).headline}"
    if facts.findings and facts.findings.headline:
        return f"{name(incident.endpoint)}: {facts.findings.headline}"
    if not incident.ringing:
        return f"{_subject(incident)}: an alarm rang, and is quiet again"
    newest = _newest(incident)
    ringing = ", ".join(name(label) for label in incident.ringing[:_MOST_ALARMS])
    alarms = f"alarm {ringing} rings" if len(incident.ringing) == 1 else f"alarms {ringing} ring"
    return f"{_subject(incident)}: {alarms}. {newest.reason or newest.description}"


def _recovered(incident: Incident) -> str:
    if incident.closed_by:
        return f"Closed: {name(incident.endpoint or '')} has {name(incident.closed_by)}, which has to show itself now"
    lasted = ""
    if incident.opened_at and incident.quiet_since:
        lasted = f" after {duration(incident.quiet_since - incident.opened_at)}"
    return f"{_subject(incident)} is quiet again{lasted}"


def _subject(incident: Incident) -> str:
    if incident.endpoint is None:
        return name(incident.subject)
    if is_watch(incident.subject):
        return f"alarm {name(label_of(incident.subject))} of {name(incident.endpoint)}"
    return f"{incident.subject} of {name(incident.endpoint)}"


def _newest(incident: Incident) -> AlarmChange:
    """Of the alarms that ring, or of all once they are quiet."""
    labels = incident.ringing or tuple(incident.alarms)
    return max((incident.alarms[label] for label in labels), key=lambda alarm: alarm.changed_at)


def _details(incident: Incident, kind: MessageKind, facts: Facts) -> Iterator[str]:
    if kind is MessageKind.RECOVERED:
        yield from _history(incident)
        return
    yield from _alarms(incident, facts)
    if not incident.ringing and incident.quiet_since:
        yield f"Its alarms are quiet since {instant(incident.quiet_since)}. If they stay so, it is over."
    if facts.unread:
        yield facts.unread
    if facts.letters:
        yield from dead_letter_lines(facts.letters)
    if incident.endpoint is not None and is_watch(incident.subject) and (check := trouble(incident.subject).check):
        yield check
    if facts.findings and (unsaid := _beyond_evidence(facts.findings)):
        yield f"Also violated: {_some(unsaid)}"
    elif facts.findings and not facts.findings.violations:
        yield "The last execution has no violations; the alarm is on a figure of its own."
    for subject, since in facts.others[:_MOST_ALARMS]:
        yield f"Also in alarm: {name(subject)}{f' since {instant(since)}' if since else ''}"
    if facts.files:
        yield f"When the link has expired, the files are still in {facts.files}"


def _alarms(incident: Incident, facts: Facts) -> Iterator[str]:
    for label in incident.ringing[:_MOST_ALARMS]:
        alarm = incident.alarms[label]
        if label == VIOLATIONS and facts.findings and facts.findings.violations:
            continue  # The headline says what is wrong.
        # Of the stack's own alarms the headline has the description already.
        words = alarm.reason if incident.endpoint is None else alarm.description
        yield f"Alarm since {instant(alarm.changed_at)}: {words or alarm.description or alarm.reason or name(label)}"


def _beyond_evidence(findings: Findings) -> list[str]:
    """Names of what is violated and has no line of its own."""
    shown = {name(each.subject) for each in findings.evidence}
    return [each for each in findings.subjects if each not in shown]


def _history(incident: Incident) -> Iterator[str]:
    if incident.opened_at:
        yield f"It began at {instant(incident.opened_at)}."
    if incident.closed_by:
        if incident.closing:
            yield incident.closing
        yield "Alarms that go on ringing with the new model open a new incident."
    elif incident.quiet_since:
        yield f"All of its alarms are quiet since {instant(incident.quiet_since)}."
    if retired := _retired(incident):
        yield f"Deleted, or without the action notify, before they were OK: {_some(map(name, retired))}."
    if incident.flaps:
        yield f"It came back {count(incident.flaps, 'time')} in between, without a message."


def _retired(incident: Incident) -> list[str]:
    """Labels of the alarms that rang and whose end nobody will hear of."""
    return sorted(label for label, alarm in incident.alarms.items() if alarm.retired)


def _changed(incident: Incident, kind: MessageKind, now: Snapshot, facts: Facts) -> Iterator[str]:
    told = incident.told
    if told is None or kind is MessageKind.OPENED:
        return
    if now.severity is not told.severity:
        yield f"severity: {now.severity.value}, was {told.severity.value}"
    if facts.findings is None or now.violations is None or told.violations is None:
        return
    if now.violations != told.violations:
        yield f"violations: {now.violations}, were {told.violations}"
    before, after = set(told.features), set(now.features)
    if new := [each for each in now.features if each not in before]:
        yield f"new: {_some(new)}"
    if gone := [each for each in told.features if each not in after]:
        yield f"no longer: {_some(gone)}"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _MOST_NAMED
    at_least = "at least " if len(names) >= MOST_SUBJECTS else ""
    return ", ".join(names[:_MOST_NAMED]) + (f" and {at_least}{more} more" if more > 0 else "")
