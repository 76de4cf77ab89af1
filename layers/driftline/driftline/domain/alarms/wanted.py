"""The alarms of a monitor document in CloudWatch: those of its monitors, and those on failed executions.

Alarms on ages are Driftline's own (`ages`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from driftline.domain.alarms.names import WATCH, executions_failed, plain
from driftline.domain.alarms.periods import alarm_period
from driftline.domain.alarms.severity import Severity
from driftline.domain.monitors.alarms import Alarm
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import NOBODY, Ownership

EXECUTIONS_FAILED = "executions_failed"
EXECUTION_AGE = "execution_age_hours"
UNREADABLE_STATE = "unreadable_state"
"""Of the whole stack, without dimensions: the template has its alarm."""

_LONGEST_DESCRIPTION = 1024  # characters; CloudWatch API Reference, PutMetricAlarm
_DIGEST = 8  # hexadecimal digits

type Comparison = Literal[">=", ">", "<=", "<", "outside"]
type Missing = Literal["ignore", "breaching", "notBreaching", "missing"]
type Action = Literal["notify", "retrain"]


@dataclass(frozen=True, slots=True)
class AlarmSpec:
    """One alarm on a signal; all signals are in the stack's namespace.

    Attributes:
        subject: The monitor's name, or `watch`.
        metric: The signal's name.
        period: Seconds of one datapoint.
        datapoints: M: how many must be beyond the limit.
        of: N: how many count.
        comparison: The side that is an alarm. With an anomaly band: above it (`>=`, `>`), below it (`<=`, `<`) or
            either.
        threshold: None with an anomaly band.
        anomaly_band: Half the width in standard deviations; None with a threshold.
        statistic: How the values of a period are combined: the worst one.
        description: On one line, at most CloudWatch's 1,024 characters. It names the severity and whose endpoint it
            is, so that two specs which look the same in CloudWatch are equal.
        ownership: Whose endpoint it is.
    """

    subject: str
    label: str
    metric: str
    dimensions: Mapping[str, str]
    period: int
    datapoints: int
    of: int
    comparison: Comparison
    threshold: float | None
    anomaly_band: float | None
    missing: Missing
    statistic: Literal["Maximum", "Minimum"]
    severity: Severity
    actions: tuple[Action, ...]
    description: str
    ownership: Ownership = NOBODY


def wanted_alarms(document: MonitorDocument) -> list[AlarmSpec]:
    """All alarms of an endpoint in CloudWatch: those of its monitors in order, then those on failed executions.

    A monitor that is not enabled has none; without an enabled monitor there are none at all.
    """
    wanted = [
        _of_monitor(document, name, monitor.schedule, alarm)
        for name, monitor in document.monitors.by_name().items()
        if monitor.enabled
        for alarm in monitor.alarms
    ]
    return [_owned(spec, document.ownership) for spec in (*wanted, *_failures(document))]


def _owned(spec: AlarmSpec, ownership: Ownership) -> AlarmSpec:
    text = " ".join((spec.description, *map(plain, ownership.words())))
    if len(text) > _LONGEST_DESCRIPTION:
        # With the digest, a change in what is cut off is a change, too.
        digest = sha256(text.encode()).hexdigest()[:_DIGEST]
        text = f"{text[: _LONGEST_DESCRIPTION - _DIGEST - 1]}~{digest}"
    return replace(spec, description=text, ownership=ownership)


def _of_monitor(document: MonitorDocument, name: str, schedule: str, alarm: Alarm) -> AlarmSpec:
    of = alarm.for_.window
    return AlarmSpec(
        subject=name,
        label=alarm.label,
        metric=alarm.metric,
        dimensions={"Endpoint": document.endpoint, "Monitor": name},
        period=int(alarm_period(schedule, of, alarm.missing).total_seconds()),
        datapoints=alarm.for_.datapoints,
        of=of,
        comparison=alarm.comparison,
        threshold=alarm.limit,
        anomaly_band=alarm.anomaly_band,
        missing=alarm.missing,
        statistic="Minimum" if alarm.comparison in {"<", "<="} else "Maximum",
        severity=Severity(alarm.severity),
        actions=alarm.actions,
        description=described(
            f"{alarm.metric} of {name} on {document.endpoint} is {_limit(alarm)}{_how_often(alarm)}.", alarm.severity
        ),
    )


def _limit(alarm: Alarm) -> str:
    if alarm.limit is not None:
        return f"{alarm.comparison} {alarm.limit:g}"
    side = {">": "above", "<": "below"}.get(alarm.comparison[0], "outside of")
    return f"{side} what is usual by more than {alarm.anomaly_band:g} standard deviations"


def _how_often(alarm: Alarm) -> str:
    datapoints, of = alarm.for_.datapoints, alarm.for_.window
    return f" in {datapoints} of the last {of} executions" if of > 1 else ""


def _failures(document: MonitorDocument) -> Iterator[AlarmSpec]:
    watch, endpoint = document.watch, document.endpoint
    enabled = {name: monitor for name, monitor in document.monitors.by_name().items() if monitor.enabled}
    if not enabled:
        return
    if failures := watch.failed_executions:
        for name, monitor in enabled.items():
            yield AlarmSpec(
                subject=WATCH,
                label=executions_failed(name),
                metric=EXECUTIONS_FAILED,
                dimensions={"Endpoint": endpoint, "Monitor": name},
                period=int(alarm_period(monitor.schedule, failures, "ignore").total_seconds()),
                datapoints=failures,
                of=failures,
                comparison=">=",
                threshold=1.0,
                anomaly_band=None,
                missing="ignore",
                statistic="Maximum",
                severity=Severity.WARNING,
                actions=("notify",),
                description=described(f"The last {_times(failures)} of {name} on {endpoint} failed.", Severity.WARNING),
            )


def _times(failures: int) -> str:
    return "execution" if failures == 1 else f"{failures} executions"


def described(text: str, severity: str) -> str:
    """A description on one line, with the severity."""
    return f"{plain(text)} Severity: {severity}."
