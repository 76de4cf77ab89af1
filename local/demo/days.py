"""Which days the demo replays."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from local.demo.flights import DAY_BEGINS

BASELINE = (date(2013, 1, 1), date(2013, 2, 28))
FIRST, LAST = date(2013, 3, 1), date(2013, 12, 30)
"""The days that can be replayed: those of the data set outside the baseline. The data ends within the operating day of
31 December."""

DEFAULT = (
    *(date(2013, 3, day) for day in (7, 8, 9, 10, 11)),
    *(date(2013, 4, day) for day in (5, 10, 24)),
    date(2013, 6, 13),
    date(2013, 7, 22),
)
"""Five days of March around a storm, and others of spring and summer, good and bad (docs/guide/demo.md)."""


def between(first: date, last: date) -> Sequence[date]:
    """All days from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def evaluated_at(day: date) -> datetime:
    """When the monitor's schedule fires for an operating day: as soon as it has ended."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) + DAY_BEGINS
