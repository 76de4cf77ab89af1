"""What CloudWatch does with alarms, and MiniStack does not: evaluate them by dimensions, M of N and missing data.

Source: CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data".
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

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


class AlarmEvaluator:
    """Evaluates all alarms of an account; SetAlarmState runs the actions of those that change.

    A period is (now - period, now]; CloudWatch aligns to minutes.

    Args:
        cloudwatch: A CloudWatch client.
        now: The time at which alarms are evaluated.
        simulated: Whether `now` differs from the server's time.
        note: Called with a line for people, once per alarm that cannot be evaluated.
    """

    def __init__(
        self,
        cloudwatch: Any,
        now: Callable[[], datetime],
        simulated: Callable[[], bool] = lambda: False,
        note: Callable[[str], None] = lambda _line: None,
    ) -> None:
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
            pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
            now = self._now()
            for alarm in (one for page in pages for one in page["MetricAlarms"]):
                if self._can(alarm) and (verdict := verdict_on(alarm, self._periods(alarm, now))):
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

    def _periods(self, alarm: Mapping[str, Any], now: datetime) -> list[float | None]:
        period = timedelta(seconds=int(alarm["Period"]))
        count = int(alarm["EvaluationPeriods"]) + _LOOK_BACK
        points = self._cloudwatch.get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=now - count * period,
            EndTime=now + timedelta(seconds=1),
            Period=1,
            Statistics=["SampleCount", "Sum", "Minimum", "Maximum"],
        )["Datapoints"]
        found: list[list[dict[str, Any]]] = [[] for _ in range(count)]
        for point in points:
            age = int((now - point["Timestamp"].astimezone(UTC)) / period)
            if 0 <= age < count:
                found[age].append(point)
        return [_statistic(alarm["Statistic"], in_period) for in_period in found]

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


def _statistic(name: str, points: Sequence[Mapping[str, Any]]) -> float | None:
    """One statistic of all points of a period; None without any."""
    if not points:
        return None
    samples = sum(point["SampleCount"] for point in points)
    total = sum(point["Sum"] for point in points)
    return float(
        {
            "Maximum": max(point["Maximum"] for point in points),
            "Minimum": min(point["Minimum"] for point in points),
            "Sum": total,
            "SampleCount": samples,
            "Average": total / samples,
        }[name]
    )
