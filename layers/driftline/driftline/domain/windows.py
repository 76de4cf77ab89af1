"""Windows and slots of inference time.

All times are timezone-aware UTC datetimes that come from data or from an event, never from a clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant

SLOT = timedelta(minutes=5)
"""Profiles are kept per capture file and slot, so a window is a whole number of slots."""

HOUR = timedelta(hours=1)

DAY = timedelta(days=1)
"""Of UTC."""

LONGEST_BY_HAND = timedelta(days=1096)
"""Three years. A window costs some listings for each of its days, also where nothing was captured; those of schedules
are as long as their schedules say."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_to(moment: datetime, step: timedelta) -> datetime:
    """The last multiple of `step` since the epoch that is not after `moment`."""
    return moment - (moment - _EPOCH) % step


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The half-open range [start, end) of inference times that one execution evaluates."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name, moment in (("start", self.start), ("end", self.end)):
            if moment != floor_to(moment, SLOT):
                raise InvalidInputError(
                    f"the window's {name} {format_instant(moment)} is inside a five-minute slot",
                    expected="a multiple of five minutes",
                    mend=f"Use {format_instant(floor_to(moment, SLOT))}.",
                )
        if self.start >= self.end:
            raise InvalidInputError(
                f"the window [{format_instant(self.start)}, {format_instant(self.end)}) is empty",
                expected="a start before the end",
            )

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def hours(self) -> Iterator[datetime]:
        """The starts of all UTC hours that the window touches, in order."""
        hour = floor_to(self.start, HOUR)
        while hour < self.end:
            yield hour
            hour += HOUR

    def days(self) -> Iterator[datetime]:
        """The starts of all UTC days that the window touches, in order."""
        day = floor_to(self.start, DAY)
        while day < self.end:
            yield day
            day += DAY

    def hours_of(self, day: datetime) -> Iterator[datetime]:
        """The starts of the hours of a UTC day that the window touches, in order."""
        return Window(max(self.start, day), min(self.end, day + DAY)).hours()

    def covers_day(self, day: datetime) -> bool:
        """Whether the window contains the whole UTC day that begins at `day`."""
        return self.start <= day and day + DAY <= self.end

    def covers_hour(self, hour: datetime) -> bool:
        """Whether the window contains the whole hour that begins at `hour`."""
        return self.start <= hour and hour + HOUR <= self.end


def window_by_hand(start: datetime, end: datetime) -> Window:
    """A window that a person asks for.

    Raises:
        InvalidInputError: inside a five-minute slot, empty, or too long.
    """
    window = Window(start, end)
    if end - start > LONGEST_BY_HAND:
        raise InvalidInputError(
            f"the window [{format_instant(start)}, {format_instant(end)}) is {(end - start).days:,} days long",
            expected=f"at most {LONGEST_BY_HAND.days:,} days",
            mend=f"Cut it: the first part may end at {format_instant(start + LONGEST_BY_HAND)}, "
            "where the next one starts.",
        )
    return window
