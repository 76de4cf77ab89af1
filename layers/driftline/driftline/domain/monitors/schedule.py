"""When a monitor runs: `cron(…)`, `rate(…)` and `at(…)`, and the times at which they fire.

Source: EventBridge Scheduler User Guide, "Schedule types": a wall-clock time that does not exist in spring is skipped,
one that occurs twice in autumn fires once, the first time; a day of a rate is always 24 hours.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.cron import EXAMPLE, Cron, parse_cron
from driftline.domain.spelling import did_you_mean

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_LONGEST_RATE = timedelta(days=366)
_LONGEST_WAIT = 41 * 12
"""Months. The 29th of February can be 8 years away, a fifth Monday in February 40 (2080 to 2120)."""
_NO_ZONES = ("localtime", "posixrules", "posix/", "right/", "Factory")
"""Files beside the zones. What they mean depends on the machine, or they count leap seconds, which no schedule does."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A fixed interval. EventBridge counts from the schedule's creation, a replay from the epoch."""

    expression: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a wall-clock time in the schedule's time zone."""

    expression: str
    moment: datetime


type Recurrence = Cron | Rate | At


@lru_cache(maxsize=256)
def parse_schedule(expression: str) -> Recurrence:
    """Checks and normalises a schedule expression; `.expression` of the result is for EventBridge.

    Raises:
        InvalidInputError: EventBridge Scheduler would not accept it.
    """
    before, bracket, behind = expression.strip().partition("(")
    kind = before.strip().lower()
    text = f"{kind}{bracket}{behind}"
    if kind == "cron":
        return parse_cron(text)
    if kind == "rate":
        return _parse_rate(text)
    if kind == "at":
        return _parse_at(text)
    if kind == "now":
        raise InvalidInputError(
            "NOW is not a schedule", expected=EXAMPLE, mend="Run the monitor by hand, with a start and an end."
        )
    if len(expression.split()) in {5, 6}:
        raise InvalidInputError(
            f"{expression!r} is not inside cron( )",
            expected=EXAMPLE,
            mend="EventBridge needs a sixth field for the year, and a ? in the day field that does not matter.",
        )
    raise InvalidInputError(f"{expression!r} is not a schedule", expected=f"cron(…), rate(…) or at(…): {EXAMPLE}")


def parse_timezone(name: str) -> tzinfo:
    """A zone of the IANA database.

    Raises:
        InvalidInputError: the zone does not exist.
    """
    if name == "UTC":
        return UTC
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        if _is_a_zone(name):
            return ZoneInfo(name)
    raise InvalidInputError(
        f"unknown time zone {name!r}",
        expected="a name of the IANA database, for example UTC or Europe/Berlin",
        mend=did_you_mean(name, filter(_is_a_zone, available_timezones())),
    )


def _is_a_zone(name: str) -> bool:
    return not name.startswith(_NO_ZONES)


def occurrences(expression: str, start: datetime, end: datetime, timezone: str = "UTC") -> Iterator[datetime]:
    """The scheduled times in [start, end), in order, as UTC.

    Raises:
        InvalidInputError: the expression or the time zone is not valid.
    """
    schedule, zone = parse_schedule(expression), parse_timezone(timezone)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if isinstance(schedule, Rate):
        moment = start + (_EPOCH - start) % schedule.every
        while moment < end:
            yield moment
            moment += schedule.every
    elif isinstance(schedule, At):
        once = _to_utc(schedule.moment, zone)
        if once is not None and start <= once < end:
            yield once
    else:
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        for index in range(_month_index(first), _month_index(last) + 1):
            days = _days(schedule, index) if index // 12 in schedule.years else []
            for day in days:
                if first <= day <= last:
                    yield from (moment for moment in _fire_on(schedule, day, zone) if start <= moment < end)


def previous_occurrence(expression: str, before: datetime, timezone: str = "UTC") -> datetime | None:
    """The last occurrence before a time; None if there is none.

    For a rate it is one interval earlier, because its occurrences depend on when the schedule was created. The year
    field is ignored, so that the first execution of a schedule has a period, too.
    """
    schedule, zone = parse_schedule(expression), parse_timezone(timezone)
    if isinstance(schedule, Rate):
        return before - schedule.every
    if isinstance(schedule, At):
        return None
    today = before.astimezone(zone).date()
    newest = _month_index(today)
    for index in range(newest, max(newest - _LONGEST_WAIT, 12), -1):
        for day in reversed(_days(schedule, index)):
            earlier = [moment for moment in _fire_on(schedule, day, zone) if moment < before] if day <= today else []
            if earlier:
                return earlier[-1]
    return None


def _parse_rate(text: str) -> Rate:
    match = re.fullmatch(r"rate\(\s*(\d{1,6})\s+(minute|hour|day)s?\s*\)", text, re.IGNORECASE | re.ASCII)
    every = int(match[1]) * _UNITS[match[2].lower()] if match else timedelta(0)
    if match is None or not timedelta(0) < every <= _LONGEST_RATE:
        raise InvalidInputError(
            f"{text!r} is not a rate",
            expected="a whole number and minutes, hours or days, up to a year, for example rate(6 hours)",
        )
    unit = match[2].lower() + ("" if int(match[1]) == 1 else "s")
    return Rate(f"rate({int(match[1])} {unit})", every)


def _parse_at(text: str) -> At:
    match = re.fullmatch(r"at\(\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\s*\)", text, re.IGNORECASE | re.ASCII)
    try:
        if match:
            moment = datetime.fromisoformat(match[1].upper())
            return At(f"at({moment.isoformat()})", moment)
    except ValueError:
        pass
    raise InvalidInputError(
        f"{text!r} is not a time", expected="at(yyyy-mm-ddThh:mm:ss), without a zone; set the field timezone"
    )


def _month_index(day: date) -> int:
    """Months since the year 0, January being 0."""
    return day.year * 12 + day.month - 1


def _days(cron: Cron, month_index: int) -> list[date]:
    year, month = month_index // 12, month_index % 12 + 1
    return [date(year, month, day) for day in cron.days(year, month)]


def _fire_on(cron: Cron, day: date, zone: tzinfo) -> Iterator[datetime]:
    """The scheduled times of one day on the zone's clocks, in order."""
    for hour, minute in cron.clock_times():
        moment = _to_utc(datetime(day.year, day.month, day.day, hour, minute), zone)  # noqa: DTZ001, wall-clock time
        if moment is not None:
            yield moment


def _to_utc(wall_clock: datetime, zone: tzinfo) -> datetime | None:
    """The first moment at which clocks in the zone show this time; None if they never do."""
    moment = wall_clock.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall_clock else None
