"""How far executions are apart, and what CloudWatch evaluates of that."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from driftline.domain.alarms.periods import alarm_period, most_periods, schedule_period
from driftline.domain.alarms.settle import settle_time
from driftline.domain.monitors.schedule import occurrences
from driftline.kinds.registry import KINDS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("expression", "period"),
    [
        ("cron(0 * ? * * *)", HOUR),
        ("cron(0/5 * ? * * *)", timedelta(minutes=5)),
        ("cron(0 6 ? * * *)", DAY),
        ("cron(0 6 ? * MON-FRI *)", DAY),
        ("cron(0 6 ? * MON *)", 7 * DAY),
        ("cron(0 6,22 ? * * *)", 8 * HOUR),
        ("cron(0 23,1 ? * * *)", 2 * HOUR),
        ("cron(0 6 1 * ? *)", 28 * DAY),
        ("cron(0 6 L * ? *)", 28 * DAY),
        ("cron(0 6 ? * 3#2 2027)", 28 * DAY),
        ("cron(0 6 1 1 ? *)", 365 * DAY),
        ("cron(0 6 29 2 ? *)", 366 * DAY),
        ("rate(6 hours)", 6 * HOUR),
        ("rate(1 minute)", timedelta(minutes=1)),
    ],
)
def test_the_period_is_the_shortest_gap(expression: str, period: timedelta) -> None:
    assert schedule_period(expression) == period


@pytest.mark.parametrize(
    "expression", ["cron(7 1,5,22 ? * MON,THU *)", "cron(15 3 5W * ? *)", "cron(0/20 8-17 ? * MON-FRI *)"]
)
def test_it_is_that_of_the_occurrences_themselves(expression: str) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    moments = list(occurrences(expression, start, start + 5 * 365 * DAY))
    assert schedule_period(expression) == min(later - earlier for earlier, later in pairwise(moments))


def test_what_happens_once_has_none() -> None:
    assert schedule_period("at(2026-03-01T00:00:00)") is None
    assert alarm_period("at(2026-03-01T00:00:00)", 1, "ignore") == DAY


@pytest.mark.parametrize(
    ("expression", "of", "missing", "period"),
    [
        ("cron(0 * ? * * *)", 1, "ignore", HOUR),
        ("cron(0 6 ? * MON *)", 1, "ignore", DAY),  # not seven days: those are evaluated once an hour
        ("cron(0 6 ? * MON *)", 1, "breaching", 7 * DAY),
        ("cron(0 6 1 * ? *)", 1, "ignore", DAY),
        ("rate(2 days)", 3, "ignore", 2 * DAY),
    ],
)
def test_an_alarm_sees_each_execution_as_one_datapoint(
    expression: str, of: int, missing: str, period: timedelta
) -> None:
    assert alarm_period(expression, of, missing) == period


@pytest.mark.parametrize(
    ("period", "most"), [(HOUR, 168), (DAY, 7), (7 * DAY, 1), (timedelta(minutes=59), 24), (timedelta(minutes=1), 1440)]
)
def test_cloudwatch_looks_back_a_week_or_a_day(period: timedelta, most: int) -> None:
    assert most_periods(period) == most


@pytest.mark.parametrize(
    ("fields", "subject", "settle"),
    [
        ({}, "data_quality", 1.5 * DAY),
        ({}, "watch", 2 * HOUR),
        ({}, "model_quality", 2 * HOUR),  # gone from the document meanwhile
        ({"settle": "PT30M"}, "data_quality", HOUR / 2),
        ({"settle": "PT0H"}, "watch", timedelta(0)),
    ],
)
def test_an_incident_settles_in_its_time(fields: dict[str, object], subject: str, settle: timedelta) -> None:
    monitors = {"data_quality": {"schedule": "cron(0 6 ? * * *)"}}
    document = KINDS.document.model_validate({"endpoint": "e", "monitors": monitors, **fields})
    assert settle_time(document, subject) == settle
