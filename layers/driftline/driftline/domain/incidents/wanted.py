"""The alarms of an incident in the monitor document: which of them notify people, and their severities."""

from collections.abc import Mapping

from driftline.domain.alarms.names import WATCH, AlarmName, alarm_name, parse_alarm_name
from driftline.domain.alarms.severity import Severity
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.incidents.watching import watch_subject
from driftline.domain.monitors.document import MonitorDocument

NOTIFY = "notify"
"""The action of alarms that notify people."""


def subject_of(alarm: AlarmName) -> str:
    """The subject of the alarm's incident."""
    return watch_subject(alarm.label) if alarm.subject == WATCH else alarm.subject


def severity_of(name: str, document: MonitorDocument, stack: str) -> Severity | None:
    """The severity of the alarm with this name; None if the document has no such alarm."""
    for spec in wanted_alarms(document):
        if alarm_name(stack, document.endpoint, spec.subject, spec.label) == name:
            return spec.severity
    return None


def notifying_alarms(document: MonitorDocument, stack: str, subject: str) -> Mapping[str, Severity]:
    """The alarms of a subject that notify people: label, as in the alarm's name, and severity."""
    named = (
        (parse_alarm_name(stack, alarm_name(stack, document.endpoint, spec.subject, spec.label)), spec.severity)
        for spec in wanted_alarms(document)
        if NOTIFY in spec.actions
    )
    return {found.label: severity for found, severity in named if found and subject_of(found) == subject}
