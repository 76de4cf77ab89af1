"""What CloudWatch does with alarms, and MiniStack does not: evaluate them by dimensions, M of N and missing data.

Source: CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data".
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

_COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (lambda value, threshold: value >= threshold, "greater than or equal to"),
    "GreaterThanThreshold": (lambda value, threshold: value > threshold, "greater than"),
    "LessThanOrEqualToThreshold": (lambda value, threshold: value <= threshold, "less than or equal to"),
    "LessThanThreshold": (lambda value, threshold: value < threshold, "less than"),
}
_LOOK_BACK = 2
"""Periods beyond the N of M of N in which data still counts if newer data is missing. The example in CloudWatch's guide
shows two; the number is not documented."""

WALL_CLOCK_NAMESPACES = frozenset({"AWS/Lambda"})
"""Metrics that the server stamps itself, which therefore say nothing about a simulated time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that an alarm should have. `values` decided it, newest first; None is a missing value."""

    state: str
    reason: str
    values: tuple[float | None, ...]


def verdict_on(alarm: Mapping[str, Any], periods: Sequence[float | None]) -> Verdict | None:
    """The state that an alarm should have; None to leave it as it is.

    Args:
        alarm: As returned by DescribeAlarms.
        periods: The statistic of each period, newest first; None where there is no data.
    """
    of = int(alarm["EvaluationPeriods"])
    wanted = int(alarm.get("DatapointsToAlarm") or of)
    beyond, words = _COMPARISONS[alarm["ComparisonOperator"]]
    threshold = float(alarm["Threshold"])
    found = [value for value in periods if value is not None]
    real = found[:of]
    breaching = sum(beyond(value, threshold) for value in real)
    treat = alarm.get("TreatMissingData") or "missing"
    missing = of - len(real)
    if treat == "breaching":
        breaching += missing
    state = "ALARM" if breaching >= wanted else "OK"
    if state == "OK" and treat in {"missing", "ignore"}:
        all_breach = breaching == len(real)
        if not real:
            state = "INSUFFICIENT_DATA" if treat == "missing" else ""
        elif all_breach and treat == "ignore":
            state = ""
        elif all_breach and _oldest(periods[:of]) >= wanted:
            state = "ALARM"  # "premature": the oldest is old enough, and no newer value contradicts it
    if not state:
        return None
    if state == "INSUFFICIENT_DATA":
        return Verdict(state, f"Insufficient Data: {of} datapoint{_s(of)} were unknown.", (None,) * of)
    shown = ", ".join(f"{value:g}" for value in real) or "no datapoint"
    filled = f"; {missing} missing datapoint{_s(missing)} treated as [{treat}]" if missing else ""
    crossed = f"was {words}" if state == "ALARM" else f"was not {words}"
    reason = (
        f"Threshold Crossed: {wanted} out of the last {of} datapoint{_s(of)} [{shown}] {crossed} the threshold "
        f"({threshold:g}){filled}."
    )
    return Verdict(state, reason, (*real, *(None,) * missing))


def _oldest(periods: Sequence[float | None]) -> int:
    """How many periods ago the oldest value is, the newest period being the first."""
    return max((age for age, value in enumerate(periods, start=1) if value is not None), default=0)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


class Metric(NamedTuple):
    """A metric over a time, from `start` (seconds since 1970) to just before `end`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    start: float
    end: float


class Point(NamedTuple):
    """What was published once, at `at` (seconds since 1970)."""

    at: float
    samples: float
    total: float
    minimum: float
    maximum: float


class Metrics(Protocol):
    """What CloudWatch holds."""

    def alarms(self) -> Sequence[Mapping[str, Any]]:
        """All metric alarms, as DescribeAlarms describes them."""

    def points(self, metrics: Sequence[Metric], /) -> Sequence[Sequence[Point]]:
        """What was published for each metric."""


class AlarmEvaluator:
    """Evaluates all alarms of an account; SetAlarmState runs the actions of those that change.

    A period is (now - period, now]; CloudWatch aligns to minutes.

    Args:
        metrics: What CloudWatch holds.
        cloudwatch: A CloudWatch client, for SetAlarmState.
        now: The time at which alarms are evaluated.
        simulated: Whether `now` differs from the server's time.
        note: Called with a line for people, once per alarm that cannot be evaluated.
    """

    def __init__(
        self,
        metrics: Metrics,
        cloudwatch: Any,
        now: Callable[[], datetime],
        simulated: Callable[[], bool] = lambda: False,
        note: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._metrics = metrics
        self._cloudwatch = cloudwatch
        self._now = now
        self._simulated = simulated
        self._note = note
        self._told: set[str] = set()
        self._turn = threading.Lock()
        self.changes = 0
        """State changes since the start."""

    def evaluate(self) -> int:
        """Evaluates every alarm once; returns the number of changes."""
        with self._turn:
            before = self.changes
            alarms = [alarm for alarm in self._metrics.alarms() if self._can(alarm)]
            now = self._now()
            points = self._metrics.points([_metric(alarm, now) for alarm in alarms])
            for alarm, published in zip(alarms, points, strict=True):
                if verdict := verdict_on(alarm, _periods(alarm, published, now)):
                    self._set(alarm, verdict, now)
            return self.changes - before

    def _can(self, alarm: Mapping[str, Any]) -> bool:
        if alarm.get("Namespace") in WALL_CLOCK_NAMESPACES and self._simulated():
            return False
        if alarm.get("MetricName") and alarm.get("Statistic") and alarm["ComparisonOperator"] in _COMPARISONS:
            return True
        if alarm["AlarmName"] not in self._told:
            self._told.add(alarm["AlarmName"])
            self._note(
                f"The alarm {alarm['AlarmName']} is not evaluated here: "
                "only CloudWatch has anomaly bands, percentiles and formulas."
            )
        return False

    def _set(self, alarm: Mapping[str, Any], verdict: Verdict, now: datetime) -> None:
        if alarm["StateValue"] == verdict.state:
            return
        data = {
            "version": "1.0",
            "queryDate": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "statistic": alarm["Statistic"],
            "period": alarm["Period"],
            "recentDatapoints": [value for value in reversed(verdict.values) if value is not None],
            "threshold": alarm["Threshold"],
        }
        try:
            self._cloudwatch.set_alarm_state(
                AlarmName=alarm["AlarmName"],
                StateValue=verdict.state,
                StateReason=verdict.reason,
                StateReasonData=json.dumps(data),
            )
        except self._cloudwatch.exceptions.ResourceNotFound:
            return  # deleted meanwhile
        self.changes += 1


def _metric(alarm: Mapping[str, Any], now: datetime) -> Metric:
    return Metric(
        namespace=alarm["Namespace"],
        name=alarm["MetricName"],
        dimensions={each["Name"]: each["Value"] for each in alarm.get("Dimensions") or []},
        start=now.timestamp() - _count(alarm) * float(alarm["Period"]),
        end=now.timestamp() + 1,
    )


def _periods(alarm: Mapping[str, Any], points: Sequence[Point], now: datetime) -> list[float | None]:
    """The statistic of each period, newest first; None where there is no data."""
    found: list[list[Point]] = [[] for _ in range(_count(alarm))]
    for point in points:
        age = int((now.timestamp() - point.at) / float(alarm["Period"]))
        if 0 <= age < len(found):
            found[age].append(point)
    return [_statistic(alarm["Statistic"], in_period) for in_period in found]


def _count(alarm: Mapping[str, Any]) -> int:
    return int(alarm["EvaluationPeriods"]) + _LOOK_BACK


def _statistic(name: str, points: Sequence[Point]) -> float | None:
    """One statistic of all points of a period; None without any."""
    if not points:
        return None
    samples = sum(point.samples for point in points)
    total = sum(point.total for point in points)
    return {
        "Maximum": max(point.maximum for point in points),
        "Minimum": min(point.minimum for point in points),
        "Sum": total,
        "SampleCount": samples,
        "Average": total / samples,
    }[name]
