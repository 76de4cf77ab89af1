"""Windows and slots of inference time.

All times are timezone-aware UTC datetimes that come from data or from an event, never from a clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from driftline.domain.errors import InvalidInputError

SLOT = timedelta(minutes=5)
"""Profiles are kept per capture file and slot, so a window is a whole number of slots."""

HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_to(moment: datetime, step: timedelta) -> datetime:
    """The last multiple of `step` since the epoch that is not after `moment`."""
    return moment - (moment - _EPOCH) % step


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant as a UTC datetime; a text without an offset is UTC.

    Raises:
        InvalidInputError: not an ISO 8601 instant.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"{text!r} is not a time", expected="ISO 8601, for example 2026-03-01T14:00:00Z"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def format_instant(moment: datetime) -> str:
    """`2026-03-01T14:00:00Z`; fractions of a second are kept when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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

    def covers_hour(self, hour: datetime) -> bool:
        """Whether the window contains the whole hour that begins at `hour`."""
        return self.start <= hour and hour + HOUR <= self.end
