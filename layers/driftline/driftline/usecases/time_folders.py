"""Folders of time, `yyyy/mm/dd/hh/`, in order: found with a few listings of folders, however many objects there are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from itertools import islice

from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_YEAR = re.compile(r"\d{4}", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{2}", re.ASCII)

_FIRST_LISTINGS = 2
"""How many folders of a level are listed side by side at first; then twice as many each time. The last 20 hours lie in
two days, the last 20 days in two months."""

_MOST_FOLDERS_BEFORE_THE_YEAR = 3


class Level(IntEnum):
    """How deep a folder lies below the root."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    HOUR = 4


@dataclass(frozen=True, slots=True)
class TimeFolder:
    """A folder that stands for a time.

    Attributes:
        path: With a closing slash.
        date: Its numbers so far, for example (2026, 3) for a month.
    """

    path: str
    date: tuple[int, ...] = ()

    @property
    def start(self) -> datetime:
        """When its time begins."""
        return _start(self.date)


@dataclass(frozen=True, slots=True)
class _Range:
    """The hours that are asked for, both ends included; None is no end."""

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
    """The folders of one level that have something of the hours from `since` to `until`, in the order of their times.

    Folders outside of these hours are not listed, nor is what is not asked for. Folders that are no dates are passed
    over.

    Args:
        root: With a closing slash; the folders of years lie directly below it.
        since, until: Their hours are included; None is no end.
        eager: List some folders side by side, and a few in vain, for those who want many of them.
    """
    hours = _Range(_hour(since), _hour(until))
    found: Iterator[TimeFolder] = iter([TimeFolder(root)])
    for _ in range(level):
        found = _below(store, found, hours, newest_first=newest_first, eager=eager)
    return found


def newest_hour(store: ObjectStore, prefix: str, until: datetime) -> datetime | None:
    """The newest hour of `<prefix>[…/]yyyy/mm/dd/hh/` that begins at or before a time; None when there is none.

    Hours in the future are passed over: a clock that is wrong somewhere must not look like news for years.

    Args:
        prefix: With a closing slash. Folders between it and the year are looked into.
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
    """Those of the sub-folders that are dates and have something of the hours."""
    pattern = _TWO_DIGITS if above.date else _YEAR
    for name in sorted(filter(pattern.fullmatch, names), reverse=newest_first):
        date = (*above.date, int(name))
        if hours.touches(date) and _is_time(date):
            yield TimeFolder(f"{above.path}{name}/", date)


def _is_time(date: tuple[int, ...]) -> bool:
    """2026/13/45/99 is a folder, and no hour."""
    try:
        _start(date)
    except ValueError:
        return False
    return True


def _start(date: tuple[int, ...]) -> datetime:
    year, month, day, hour = (*date, *(1, 1, 1, 0)[len(date) :])
    return datetime(year, month, day, hour, tzinfo=UTC)
