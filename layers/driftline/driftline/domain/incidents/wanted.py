"""The alarms of an incident in the monitor document: which of them notify people, and their severities."""

from collections.abc import Iterator, Mapping

from driftline.domain.alarms.ages import age_alarms
from driftline.domain.alarms.names import WATCH, AlarmName, alarm_name, parse_alarm_name
from driftline.domain.alarms.severity import Severity
from driftline.domain.alarms.wanted import Action, wanted_alarms
from driftline.domain.incidents.watching import watch_subject
from driftline.domain.monitors.document import MonitorDocument

NOTIFY: Action = "notify"
"""The action of alarms that notify people."""


def subject_of(alarm: AlarmName) -> str:
    """The subject of the alarm's incident."""
    return watch_subject(alarm.label) if alarm.subject == WATCH else alarm.subject


def severity_of(name: str, document: MonitorDocument, stack: str) -> Severity | None:
    """The severity of the alarm with this name; None if the document has no such alarm."""
    for subject, label, severity in _all_alarms(document):
        if alarm_name(stack, document.endpoint, subject, label) == name:
            return severity
    return None


def notifying_alarms(document: MonitorDocument, stack: str, subject: str) -> Mapping[str, Severity]:
    """The alarms of a subject that notify people: label, as in the alarm's name, and severity."""
    named = (
        (parse_alarm_name(stack, alarm_name(stack, document.endpoint, of, label)), severity)
        for of, label, severity in _all_alarms(document, NOTIFY)
    )
    return {found.label: severity for found, severity in named if found and subject_of(found) == subject}


def _all_alarms(document: MonitorDocument, action: Action | None = None) -> Iterator[tuple[str, str, Severity]]:
    """Subject, label and severity of the alarms in CloudWatch and of those that Driftline evaluates itself.

    Args:
        action: Only those with this action.
    """
    for spec in wanted_alarms(document):
        if action is None or action in spec.actions:
            yield spec.subject, spec.label, spec.severity
    for age in age_alarms(document):
        yield WATCH, age.label, age.severity
