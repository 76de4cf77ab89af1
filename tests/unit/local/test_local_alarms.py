"""Alarms as CloudWatch evaluates them. The two tables are those of its user guide, "How alarm state is evaluated when
data is missing"; X is breaching, 0 is not, - is missing, the newest on the right."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from local.alarms import AlarmEvaluator, Metric, Point, verdict_on

NOW = datetime(2013, 3, 8, 5, tzinfo=UTC)
VALUES = {"X": 9.0, "0": 1.0, "-": None}
STATES = {"A": "ALARM", "O": "OK", "I": "INSUFFICIENT_DATA", "R": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def alarm(**changed: Any) -> dict[str, Any]:
    return {
        "AlarmName": "s/e/m/violations",
        "Namespace": "Driftline/s",
        "MetricName": "violations",
        "Dimensions": [{"Name": "Endpoint", "Value": "e"}],
        "Statistic": "Maximum",
        "Period": 3600,
        "EvaluationPeriods": 1,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "StateValue": "INSUFFICIENT_DATA",
    } | changed


@pytest.mark.parametrize(
    ("datapoints", "of", "row", "expected"),
    [
        (3, 3, "0-X-X", "OOOO"),
        (3, 3, "----0", "OOOO"),
        (3, 3, "-----", "IRAO"),
        (3, 3, "0XX-X", "AAAA"),
        (3, 3, "--X--", "ARAO"),
        (2, 3, "0-X-X", "AAAA"),
        (2, 3, "00X0X", "AAAA"),
        (2, 3, "0-X--", "OOAO"),
        (2, 3, "----0", "OOAO"),
        (2, 3, "---X-", "ARAO"),
    ],
)
def test_missing_data_is_treated_as_the_guide_says(datapoints: int, of: int, row: str, expected: str) -> None:
    for treatment, state in zip(TREATMENTS, expected, strict=True):
        assert state_of(datapoints, of, row, treatment) == STATES[state], treatment


@pytest.mark.parametrize(
    ("datapoints", "of", "row", "expected"),
    [
        # Breaching and missing alone are an alarm before M have come if the oldest is at least M periods old …
        (3, 3, "--X-X", "ARAO"),
        # … which one that has just come is not, nor one that is older than the N periods.
        (3, 3, "----X", "ORAO"),
        (3, 3, "---X-", "ORAO"),
        (3, 3, "X----", "ORAO"),
        (3, 3, "X--X-", "ORAO"),
        # As many as are wanted are an alarm, whatever is missing.
        (2, 3, "---XX", "AAAA"),
        (1, 3, "----X", "AAAA"),
    ],
)
def test_an_alarm_comes_early_only_if_its_oldest_value_is_old_enough(
    datapoints: int, of: int, row: str, expected: str
) -> None:
    """By the rule under "Avoiding premature transitions to alarm state", for rows that the tables do not have."""
    for treatment, state in zip(TREATMENTS, expected, strict=True):
        assert state_of(datapoints, of, row, treatment) == STATES[state], treatment


def state_of(datapoints: int, of: int, row: str, treatment: str | None) -> str | None:
    """The state that an alarm gets; None if it keeps the one that it has."""
    newest_first = [VALUES[mark] for mark in reversed(row)]
    verdict = verdict_on(
        alarm(EvaluationPeriods=of, DatapointsToAlarm=datapoints, TreatMissingData=treatment), newest_first
    )
    return verdict.state if verdict else None


def test_without_a_word_about_missing_data_it_is_missing() -> None:
    assert state_of(3, 3, "-----", None) == "INSUFFICIENT_DATA"
    assert state_of(3, 3, "--X--", None) == "ALARM"


@pytest.mark.parametrize(
    ("of", "row", "treatment", "decided", "filled"),
    [
        (1, "0", "missing", "1 out of the last 1 datapoint [1] was not", ""),
        (2, "XX", "missing", "2 out of the last 2 datapoints [9, 9] was", ""),
        (2, "--0", "missing", "[1] was not", "; 1 missing datapoint treated as [missing]"),
        (2, "---", "breaching", "[no datapoint] was", "; 2 missing datapoints treated as [breaching]"),
    ],
)
def test_the_reason_names_the_values_and_what_was_missing(
    of: int, row: str, treatment: str, decided: str, filled: str
) -> None:
    newest_first = [VALUES[mark] for mark in reversed(row)]
    verdict = verdict_on(alarm(EvaluationPeriods=of, TreatMissingData=treatment), newest_first)
    assert verdict is not None
    assert verdict.reason.startswith("Threshold Crossed: ")
    assert verdict.reason.endswith(f"{decided} greater than or equal to the threshold (5){filled}.")


@pytest.mark.parametrize(("of", "unknown"), [(1, "1 datapoint were unknown."), (3, "3 datapoints were unknown.")])
def test_where_nothing_is_known_the_reason_says_so(of: int, unknown: str) -> None:
    verdict = verdict_on(alarm(EvaluationPeriods=of), [None] * (of + 2))
    assert verdict is not None
    assert (verdict.reason, verdict.values) == (f"Insufficient Data: {unknown}", (None,) * of)


@pytest.mark.parametrize(
    ("operator", "states"),
    [
        ("GreaterThanOrEqualToThreshold", "OAA"),
        ("GreaterThanThreshold", "OOA"),
        ("LessThanOrEqualToThreshold", "AAO"),
        ("LessThanThreshold", "AOO"),
    ],
)
def test_both_sides_of_the_threshold(operator: str, states: str) -> None:
    for value, state in zip((4.9, 5.0, 5.1), states, strict=True):
        verdict = verdict_on(alarm(ComparisonOperator=operator), [value])
        assert verdict is not None
        assert verdict.state == STATES[state]


class CloudWatch:
    """One alarm and its points; remembers what its state was set to."""

    def __init__(self, one: dict[str, Any], points: dict[datetime, float]) -> None:
        self.alarm = one
        self._published = points
        self.changes: list[dict[str, str]] = []
        self.exceptions = SimpleNamespace(ResourceNotFound=KeyError)

    def alarms(self) -> list[dict[str, Any]]:
        return [self.alarm]

    def points(self, metrics: Sequence[Metric]) -> list[list[Point]]:
        for asked in metrics:
            assert (asked.namespace, asked.name) == (self.alarm["Namespace"], self.alarm["MetricName"])
            assert asked.dimensions == {each["Name"]: each["Value"] for each in self.alarm["Dimensions"]}
        return [
            [
                Point(at.timestamp(), 1.0, value, value, value)
                for at, value in self._published.items()
                if asked.start <= at.timestamp() < asked.end
            ]
            for asked in metrics
        ]

    def set_alarm_state(self, **change: str) -> None:
        self.changes.append(change)
        self.alarm["StateValue"] = change["StateValue"]


def test_actions_run_at_changes_only_and_at_the_simulated_time() -> None:
    # Given a clock in the past, and a violation at that time
    clock = [NOW]
    points = {NOW: 7.0}
    cloudwatch = CloudWatch(alarm(), points)
    evaluator = AlarmEvaluator(cloudwatch, cloudwatch, lambda: clock[0])
    # When alarms are evaluated again and again, and the violation is over an hour later
    assert [evaluator.evaluate() for _ in range(3)] == [1, 0, 0]
    clock[0] = NOW + timedelta(hours=1)
    points[clock[0]] = 0.0
    assert [evaluator.evaluate() for _ in range(3)] == [1, 0, 0]
    # Then there were two changes
    assert [(change["AlarmName"], change["StateValue"]) for change in cloudwatch.changes] == [
        ("s/e/m/violations", "ALARM"),
        ("s/e/m/violations", "OK"),
    ]
    assert json.loads(cloudwatch.changes[0]["StateReasonData"]) == {
        "version": "1.0",
        "queryDate": "2013-03-08T05:00:00.000+0000",
        "statistic": "Maximum",
        "period": 3600,
        "recentDatapoints": [7.0],
        "threshold": 5.0,
    }
    assert "[7] was greater than or equal to the threshold (5)" in cloudwatch.changes[0]["StateReason"]


def test_recent_datapoints_are_the_known_ones_the_oldest_first() -> None:
    points = {NOW - timedelta(hours=2): 8.0, NOW: 7.0}
    cloudwatch = CloudWatch(alarm(EvaluationPeriods=3, DatapointsToAlarm=2), points)
    AlarmEvaluator(cloudwatch, cloudwatch, lambda: NOW).evaluate()
    assert json.loads(cloudwatch.changes[0]["StateReasonData"])["recentDatapoints"] == [8.0, 7.0]


def test_a_point_counts_in_its_period_and_a_late_one_for_two_more() -> None:
    clock = [NOW]
    cloudwatch = CloudWatch(alarm(TreatMissingData="breaching", Threshold=50.0), {NOW: 1.0})
    evaluator = AlarmEvaluator(cloudwatch, cloudwatch, lambda: clock[0])
    for hours, state in ((0, "OK"), (1, "OK"), (2, "OK"), (3, "ALARM")):
        clock[0] = NOW + timedelta(hours=hours)
        evaluator.evaluate()
        assert cloudwatch.alarm["StateValue"] == state, hours


@pytest.mark.parametrize(
    ("statistic", "value"), [("Maximum", 8.0), ("Minimum", 2.0), ("Sum", 10.0), ("Average", 5.0), ("SampleCount", 2.0)]
)
def test_a_period_has_one_value_of_all_its_points(statistic: str, value: float) -> None:
    points = {NOW: 8.0, NOW - timedelta(minutes=59): 2.0, NOW - timedelta(minutes=61): 100.0}
    exactly = CloudWatch(alarm(Statistic=statistic, Threshold=value), points)
    above = CloudWatch(alarm(Statistic=statistic, Threshold=value + 0.1), points)
    for cloudwatch in (exactly, above):
        AlarmEvaluator(cloudwatch, cloudwatch, lambda: NOW).evaluate()
    assert (exactly.alarm["StateValue"], above.alarm["StateValue"]) == ("ALARM", "OK")


@pytest.mark.parametrize(
    "fields",
    [
        {"MetricName": None, "Statistic": None, "ComparisonOperator": "GreaterThanUpperThreshold"},  # an anomaly band
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"MetricName": None},  # a formula
        {"Statistic": None, "ExtendedStatistic": "p99"},
    ],
)
def test_what_only_cloudwatch_knows_is_told_once_and_not_evaluated(fields: dict[str, Any]) -> None:
    told: list[str] = []
    cloudwatch = CloudWatch(alarm(**fields), {NOW: 7.0})
    evaluator = AlarmEvaluator(cloudwatch, cloudwatch, lambda: NOW, note=told.append)
    assert [evaluator.evaluate() for _ in range(3)] == [0, 0, 0]
    (line,) = told
    assert line.startswith("The alarm s/e/m/violations is not evaluated here: only CloudWatch has anomaly bands, ")


def changes(cloudwatch: CloudWatch, *, simulated: bool) -> int:
    return AlarmEvaluator(cloudwatch, cloudwatch, lambda: NOW, simulated=lambda: simulated).evaluate()


def test_figures_of_the_servers_own_clock_say_nothing_about_a_simulated_time() -> None:
    stopped = alarm(Namespace="AWS/Lambda", TreatMissingData="breaching")
    assert changes(CloudWatch(stopped, {}), simulated=True) == 0
    assert changes(CloudWatch(stopped, {}), simulated=False) == 1


def test_all_other_alarms_are_evaluated_at_a_simulated_time() -> None:
    assert changes(CloudWatch(alarm(), {NOW: 7.0}), simulated=True) == 1
