"""Which days the demo replays."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from local.demo.flights import DAY_BEGINS

BASELINE = (date(2013, 1, 1), date(2013, 2, 28))
FIRST, LAST = date(2013, 3, 1), date(2013, 12, 30)
"""The days that can be replayed: those of the data set that are not in the baseline. The data end inside the operating
day of 31 December."""

SPRING_ENDS = date(2013, 4, 30)
"""Two months with three storms (8 March, 10 and 19 April) take 40 seconds on two free cores."""

STORMS = (date(2013, 5, 23), date(2013, 6, 13), date(2013, 7, 22))
"""Bad days of the summer."""


def between(first: date, last: date) -> Sequence[date]:
    """All days from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def default_days() -> Sequence[date]:
    """Two months of spring, and three storms of the summer."""
    return [*between(FIRST, SPRING_ENDS), *STORMS]


def judged_at(day: date) -> datetime:
    """When the monitor's schedule fires for an operating day: as soon as it has ended."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) + DAY_BEGINS
