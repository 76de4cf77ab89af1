"""The time between executions of a schedule, and how much of it CloudWatch can evaluate.

Source: CloudWatch API Reference, PutMetricAlarm: periods are multiples of a minute; Period times EvaluationPeriods is
at most seven days, and at most one day for periods below an hour.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from driftline.domain.monitors.cron import Cron
from driftline.domain.monitors.schedule import At, Rate, parse_schedule

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=7)
"""CloudWatch's longest period, and how far back an alarm can look."""

_YEARS = range(2025, 2030)
"""Includes a leap year, and the shift of weekdays between years."""

_RARELY = timedelta(days=366)
"""For schedules that fire once in years."""


@lru_cache(maxsize=256)
def schedule_period(expression: str) -> timedelta | None:
    """The shortest time between two occurrences on the clock of the schedule's zone; None if there is only one.

    Raises:
        InvalidInputError: not a schedule.
    """
    schedule = parse_schedule(expression)
    if isinstance(schedule, At):
        return None
    return schedule.every if isinstance(schedule, Rate) else min(_gaps(schedule), default=_RARELY)


def alarm_period(expression: str, of: int, missing: str) -> timedelta:
    """The period of an alarm on the executions of a schedule, so that each execution is one datapoint.

    An alarm on the last execution that ignores missing data keeps its state until the next execution, so its period
    may be shorter than the time between them. A day is enough then, and an alarm that looks back no more than a day is
    evaluated every minute.
    """
    every = schedule_period(expression) or DAY
    return min(every, DAY if of == 1 and missing == "ignore" else LONGEST)


def most_periods(period: timedelta) -> int:
    """The maximum number of periods that CloudWatch evaluates."""
    return (LONGEST if period >= HOUR else DAY) // period


def _gaps(cron: Cron) -> Iterator[timedelta]:
    """Times between occurrences: within a day, and from the last of a day to the first of the next that fires."""
    times = [timedelta(hours=hour, minutes=minute) for hour, minute in cron.clock_times()]
    yield from (later - earlier for earlier, later in pairwise(times))
    for earlier, later in pairwise(_days(cron)):
        yield later - earlier - times[-1] + times[0]


def _days(cron: Cron) -> Iterator[date]:
    return (date(year, month, day) for year in _YEARS for month in range(1, 13) for day in cron.days(year, month))
