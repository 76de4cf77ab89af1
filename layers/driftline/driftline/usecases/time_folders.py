"""Folders of time, `yyyy/mm/dd/hh/`, in order: found with a few listings of folders, for any number of objects."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from itertools import islice

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import within_bounds
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_YEAR = re.compile(r"\d{4}", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{2}", re.ASCII)

_FIRST_LISTINGS = 2
"""How many folders of a level are listed in parallel at first; then twice as many each time. The last 20 hours are in
two days, the last 20 days in two months."""

_MOST_FOLDERS_BEFORE_THE_YEAR = 3


class Level(IntEnum):
    """The depth of a folder below the root."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    HOUR = 4


@dataclass(frozen=True, slots=True)
class TimeFolder:
    """A folder of a time.

    Attributes:
        path: With a trailing slash.
        date: Its numbers so far, for example (2026, 3) for a month.
    """

    path: str
    date: tuple[int, ...] = ()

    @property
    def start(self) -> datetime:
        """The start of its time."""
        return _start(self.date)


@dataclass(frozen=True, slots=True)
class _Range:
    """The requested hours, both ends included; None for no end."""

    first: tuple[int, ...] | None
    last: tuple[int, ...] | None

    def touches(self, date: tuple[int, ...]) -> bool:
        size = len(date)
        return (self.first is None or date >= self.first[:size]) and (self.last is None or date <= self.last[:size])


def time_folders(
    store: ObjectStore,
    root: str,
    level: Level,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    newest_first: bool = False,
    eager: bool = False,
) -> Iterator[TimeFolder]:
    """The folders of one level that overlap the hours from `since` to `until`, in the order of their times.

    Folders outside these hours are not listed, nor is anything not requested. Folders that are not dates are ignored.

    Args:
        root: With a trailing slash; the folders of years are directly below it.
        since, until: Their hours are included; None for no end.
        eager: List folders in parallel, a few of them needlessly, for callers that need many.
    """
    hours = _Range(_hour(since), _hour(until))
    found: Iterator[TimeFolder] = iter([TimeFolder(root)])
    for _ in range(level):
        found = _below(store, found, hours, newest_first=newest_first, eager=eager)
    return found


def newest_hour(store: ObjectStore, prefix: str, until: datetime) -> datetime | None:
    """The newest hour of `<prefix>[…/]yyyy/mm/dd/hh/` that begins at or before a time; None when there is none.

    Hours in the future are ignored: a wrong clock somewhere must not look like fresh data for years.

    Args:
        prefix: With a trailing slash. Folders between it and the year are searched.
    """
    hours = _Range(None, _hour(until))
    newest: list[TimeFolder] = []
    roots = [prefix]
    for depth in range(_MOST_FOLDERS_BEFORE_THE_YEAR + 1):
        listed = [(root, store.folders(root)) for root in roots]
        for root, names in listed:
            found = iter(_dated(TimeFolder(root), names, hours, newest_first=True))
            for _ in range(Level.HOUR - Level.YEAR):
                found = _below(store, found, hours, newest_first=True)
            newest += islice(found, 1)
        if depth < _MOST_FOLDERS_BEFORE_THE_YEAR:
            roots = [f"{root}{name}/" for root, names in listed for name in names if not _YEAR.fullmatch(name)]
    return max((each.start for each in newest), default=None)


def _hour(moment: datetime | None) -> tuple[int, ...] | None:
    return moment.astimezone(UTC).timetuple()[: Level.HOUR] if moment else None


def _below(
    store: ObjectStore, folders: Iterator[TimeFolder], hours: _Range, *, newest_first: bool, eager: bool = False
) -> Iterator[TimeFolder]:
    size = _FIRST_LISTINGS if eager else 1
    while batch := tuple(islice(folders, size)):
        paths = [each.path for each in batch]
        listed = side_by_side(store.folders, paths) if eager else map(store.folders, paths)
        for above, names in zip(batch, listed, strict=True):
            yield from _dated(above, names, hours, newest_first=newest_first)
        size = min(2 * size, AT_ONCE) if eager else 1


def _dated(above: TimeFolder, names: Iterable[str], hours: _Range, *, newest_first: bool) -> Iterator[TimeFolder]:
    """The subfolders that are dates and overlap the hours."""
    pattern = _TWO_DIGITS if above.date else _YEAR
    for name in sorted(filter(pattern.fullmatch, names), reverse=newest_first):
        date = (*above.date, int(name))
        if hours.touches(date) and _is_time(date):
            yield TimeFolder(f"{above.path}{name}/", date)


def _is_time(date: tuple[int, ...]) -> bool:
    """2026/13/45/99 is a folder, but not an hour; nor is the year 0001."""
    try:
        within_bounds(_start(date))
    except (ValueError, InvalidInputError):
        return False
    return True


def _start(date: tuple[int, ...]) -> datetime:
    year, month, day, hour = (*date, *(1, 1, 1, 0)[len(date) :])
    return datetime(year, month, day, hour, tzinfo=UTC)
