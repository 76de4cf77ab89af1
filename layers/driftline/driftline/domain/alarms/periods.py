"""How long the executions of a schedule are apart, and what CloudWatch can evaluate of that.

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
"""CloudWatch's longest period, and the longest time that an alarm looks back."""

_YEARS = range(2025, 2030)
"""With a leap year, and with the day of the week of the first of January shifting."""

_RARELY = timedelta(days=366)
"""Of schedules that fire once in years."""


@lru_cache(maxsize=256)
def schedule_period(expression: str) -> timedelta | None:
    """The shortest time between two occurrences on the clock of the schedule's zone; None if there is only one.

    Raises:
        InvalidInputError: the expression is no schedule.
    """
    schedule = parse_schedule(expression)
    if isinstance(schedule, At):
        return None
    return schedule.every if isinstance(schedule, Rate) else min(_gaps(schedule), default=_RARELY)


def alarm_period(expression: str, of: int, missing: str) -> timedelta:
    """The period of an alarm on what the executions of a schedule publish, so that each is one datapoint.

    An alarm on the last execution alone that ignores missing data may look at less than the time between two
    executions: it keeps its state until the next one. A day is enough then, and an alarm that does not look back for
    more than a day is evaluated every minute.
    """
    every = schedule_period(expression) or DAY
    return min(every, DAY if of == 1 and missing == "ignore" else LONGEST)


def most_periods(period: timedelta) -> int:
    """How many periods CloudWatch evaluates at most."""
    return (LONGEST if period >= HOUR else DAY) // period


def _gaps(cron: Cron) -> Iterator[timedelta]:
    """Times between occurrences: within a day, and from the last of a day to the first of the next that fires."""
    times = [timedelta(hours=hour, minutes=minute) for hour, minute in cron.clock_times()]
    yield from (later - earlier for earlier, later in pairwise(times))
    for earlier, later in pairwise(_days(cron)):
        yield later - earlier - times[-1] + times[0]


def _days(cron: Cron) -> Iterator[date]:
    return (date(year, month, day) for year in _YEARS for month in range(1, 13) for day in cron.days(year, month))
