"""The alarms on ages: what should happen around an endpoint, and does not.

`check_freshness` evaluates them every hour. In CloudWatch each would cost a metric (0.30 USD a month) and an alarm
(0.10 USD) an endpoint, to compare a number with a limit that Driftline knows, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.names import CAPTURES, GROUND_TRUTH, SCHEDULES, UNMATCHED_LABELS
from driftline.domain.alarms.severity import Severity
from driftline.domain.alarms.wanted import described
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.fields import format_offset

SCHEDULE_DELAY = "schedule_delay_hours"
CAPTURES_AGE = "captures_age_hours"
GROUND_TRUTH_AGE = "ground_truth_age_hours"
UNMATCHED_LABELS_AGE = "unmatched_labels_age_hours"

LABELS = (SCHEDULES, CAPTURES, GROUND_TRUTH, UNMATCHED_LABELS)
"""Of all alarms on ages."""

_GROUND_TRUTH_AGE = timedelta(days=7)
_UNMATCHED_LABELS_AGE = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NO_MATCH = (
    "matches no capture (probably keyed by eventId where captures have an inferenceId, or in folders that are not "
    "dated in UTC)"
)


@dataclass(frozen=True, slots=True)
class AgeAlarm:
    """An alarm under `watch` on an age.

    Attributes:
        metric: Name of the age among the signals.
        limit: The age from which on it is an alarm.
        description: On one line; names the severity.
    """

    label: str
    metric: str
    limit: timedelta
    severity: Severity
    description: str

    def state_at(self, hours: float) -> AlarmState:
        return AlarmState.ALARM if hours >= self.limit / _HOUR else AlarmState.OK


@dataclass(frozen=True, slots=True)
class AlarmTransition:
    """An alarm under `watch` has another state than before, as CloudWatch would say it.

    Attributes:
        at: The check's scheduled time.
        value: The age in hours.
    """

    endpoint: str
    alarm: AgeAlarm
    state: AlarmState
    before: AlarmState | None
    at: datetime
    value: float


def age_alarms(document: MonitorDocument) -> list[AgeAlarm]:
    """None without an enabled monitor."""
    return list(_age_alarms(document))


def transitions(
    document: MonitorDocument, ages: Mapping[str, float], before: Mapping[str, AlarmState] | None, at: datetime
) -> list[AlarmTransition]:
    """The alarms whose state differs from that of the last check.

    An alarm that is new and OK is no news. If no check evaluated any of the endpoint's alarms before, all are: earlier
    releases left them to CloudWatch, and an incident that is open since then needs its end.

    Args:
        ages: Hours, by name of the signal.
        before: States at the last check by label; None if there was a check and it did not evaluate alarms.
    """
    found = []
    for alarm in age_alarms(document):
        hours = ages[alarm.metric]
        state = alarm.state_at(hours)
        known = None if before is None else before.get(alarm.label, AlarmState.OK)
        if state is not known:
            found.append(AlarmTransition(document.endpoint, alarm, state, known, at, hours))
    return found


def _age_alarms(document: MonitorDocument) -> Iterator[AgeAlarm]:
    watch, endpoint = document.watch, document.endpoint
    enabled = [monitor for monitor in document.monitors.by_name().values() if monitor.enabled]
    if not enabled:
        return
    checks = [
        (SCHEDULES, SCHEDULE_DELAY, watch.schedule_delay, "a scheduled execution", "is missing", Severity.CRITICAL),
        (CAPTURES, CAPTURES_AGE, watch.captures_age, "capture files", "stopped arriving", Severity.CRITICAL),
    ]
    if any(monitor.label_delay is not None for monitor in enabled):
        age = _GROUND_TRUTH_AGE if watch.ground_truth_age is None else watch.ground_truth_age
        checks.append((GROUND_TRUTH, GROUND_TRUTH_AGE, age, "ground truth", "stopped arriving", Severity.WARNING))
        given = watch.unmatched_labels_age
        age = _UNMATCHED_LABELS_AGE if given is None else given
        checks.append((UNMATCHED_LABELS, UNMATCHED_LABELS_AGE, age, "ground truth", _NO_MATCH, Severity.WARNING))
    for label, metric, age, what, happened, severity in checks:
        if age:
            text = f"On {endpoint} {what} {happened}, for {format_offset(age)} or longer."
            yield AgeAlarm(label, metric, age, severity, described(text, severity))
