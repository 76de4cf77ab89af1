"""When a scheduled execution is missing, and since when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.monitors.overdue import GRACE, next_due, overdue_since
from driftline.kinds.data_quality.settings import DataQualityMonitor

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)  # a Sunday
H = timedelta(hours=1)
M = timedelta(minutes=1)
LONG_AGO = NOON - timedelta(days=90)
WINDOW = {"window": {"start_offset": "-PT1H"}}


def monitor(schedule: str, timezone: str = "UTC") -> DataQualityMonitor:
    return DataQualityMonitor.model_validate({"schedule": schedule, "timezone": timezone, **WINDOW})


@pytest.mark.parametrize(
    ("schedule", "ran", "at", "expected"),
    [
        # Hourly: the one at 12 may still be on its way for half an hour
        ("cron(0 * ? * * *)", NOON - H, NOON, None),
        ("cron(0 * ? * * *)", NOON - H, NOON + GRACE - M, None),
        ("cron(0 * ? * * *)", NOON - H, NOON + GRACE, NOON),
        ("cron(0 * ? * * *)", NOON, NOON + GRACE, None),
        # The earliest that is missing counts
        ("cron(0 * ? * * *)", NOON - 9 * H, NOON, NOON - 8 * H),
        # Every Monday at nine: nothing is missing all week
        ("cron(0 9 ? * MON *)", NOON - 6 * 24 * H - 3 * H, NOON, None),
        ("cron(0 9 ? * MON *)", NOON - 6 * 24 * H - 3 * H, NOON + 22 * H, NOON + 21 * H),
        # At seven past: executions keep the start of the five minutes
        ("cron(7 * ? * * *)", NOON + 5 * M, NOON + H, None),
        ("cron(7 * ? * * *)", NOON + 5 * M, NOON + 2 * H, NOON + H + 7 * M),
        # A rate counts from what ran last, wherever in the hour that is
        ("rate(6 hours)", NOON - 5 * H, NOON + H, None),
        ("rate(6 hours)", NOON - 5 * H, NOON + 2 * H, NOON + H),
        # Once
        ("at(2026-03-01T12:00:00)", None, NOON + GRACE, NOON),
        ("at(2026-03-01T12:00:00)", NOON, NOON + GRACE, None),
    ],
)
def test_what_should_have_run_and_has_not(
    schedule: str, ran: datetime | None, at: datetime, expected: datetime | None
) -> None:
    assert overdue_since(monitor(schedule), ran, LONG_AGO, at) == expected


@pytest.mark.parametrize("schedule", ["cron(0 * ? * * *)", "rate(1 hour)"])
def test_nothing_is_missing_from_before_the_schedule_was_known(schedule: str) -> None:
    # Given a monitor that ran a week ago, and whose schedule came at noon
    ran = NOON - timedelta(days=7)
    assert overdue_since(monitor(schedule), ran, NOON + M, NOON + GRACE + M) is None
    assert overdue_since(monitor(schedule), None, NOON + M, NOON + 2 * H) is not None


@pytest.mark.parametrize(
    ("schedule", "ran", "since"),
    [
        ("cron(0 * ? * * *)", None, NOON),
        ("cron(0 * ? * * *)", NOON - 5 * M, LONG_AGO),
        ("rate(1 hour)", NOON - H, LONG_AGO),
        ("rate(1 hour)", None, NOON - H),
    ],
)
def test_at_the_end_of_its_grace_it_is_missing_and_not_before(
    schedule: str, ran: datetime | None, since: datetime
) -> None:
    assert overdue_since(monitor(schedule), ran, since, NOON + GRACE) == NOON
    assert overdue_since(monitor(schedule), ran, since, NOON + GRACE - timedelta(microseconds=1)) is None


def test_a_local_time_that_the_clocks_skip_is_not_missed() -> None:
    # Given 02:30 in Berlin, which the 29th of March 2026 does not have
    nightly = monitor("cron(30 2 * * ? *)", "Europe/Berlin")
    ran = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    assert overdue_since(nightly, ran, LONG_AGO, datetime(2026, 3, 29, 23, tzinfo=UTC)) is None
    missing = datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    assert overdue_since(nightly, ran, LONG_AGO, datetime(2026, 3, 30, 1, tzinfo=UTC)) == missing


@given(st.integers(0, 59), st.integers(0, 24 * 60), st.integers(0, 24 * 60))
def test_after_it_ran_only_later_times_are_missing(minute: int, ran_after: int, looked_after: int) -> None:
    hourly = monitor(f"cron({minute} * ? * * *)")
    ran = NOON + timedelta(minutes=ran_after - ran_after % 5)
    at = ran + timedelta(minutes=looked_after)
    missing = overdue_since(hourly, ran, LONG_AGO, at)
    if missing is None:
        assert at - ran < H + GRACE + 5 * M
    else:
        assert ran < missing <= at - GRACE
        assert missing - ran <= H + 5 * M


@pytest.mark.parametrize(
    ("schedule", "ran", "expected"),
    [
        ("cron(0 * ? * * *)", NOON, NOON + H),
        # At seven past: executions keep the start of the five minutes
        ("cron(7 * ? * * *)", NOON + 5 * M, NOON + H + 7 * M),
        ("cron(7 * ? * * *)", NOON, NOON + 7 * M),
        # Every Monday at nine
        ("cron(0 9 ? * MON *)", NOON, NOON + 21 * H),
        ("rate(6 hours)", NOON + 5 * M, NOON + 6 * H + 5 * M),
        # Once, before and after it
        ("at(2026-03-01T12:00:00)", NOON - H, NOON),
        ("at(2026-03-01T12:00:00)", NOON, None),
        # On the 29th of February, of which there is none within a year
        ("cron(0 0 29 2 ? *)", NOON, None),
    ],
)
def test_what_is_due_next(schedule: str, ran: datetime, expected: datetime | None) -> None:
    assert next_due(monitor(schedule), ran) == expected


def test_a_local_time_that_the_clocks_skip_is_not_due() -> None:
    nightly = monitor("cron(30 2 * * ? *)", "Europe/Berlin")
    assert next_due(nightly, datetime(2026, 3, 28, 1, 30, tzinfo=UTC)) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("schedule", ["cron(0 * ? * * *)", "rate(1 hour)"])
def test_of_a_disabled_monitor_nothing_is_due(schedule: str) -> None:
    assert next_due(monitor(schedule).model_copy(update={"enabled": False}), NOON) is None


@given(st.integers(0, 59), st.integers(0, 24 * 60))
def test_what_is_due_next_is_missing_when_its_grace_is_over(minute: int, ran_after: int) -> None:
    """A page and the alarm say so at the same time."""
    hourly = monitor(f"cron({minute} * ? * * *)")
    ran = NOON + timedelta(minutes=ran_after - ran_after % 5)
    due = next_due(hourly, ran)
    assert due is not None
    assert overdue_since(hourly, ran, LONG_AGO, due + GRACE) == due
    assert overdue_since(hourly, ran, LONG_AGO, due + GRACE - timedelta(microseconds=1)) is None
