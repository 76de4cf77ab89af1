"""The newest hour folder below a prefix, found with a few listings of folders, however many objects there are."""

import re
from datetime import UTC, datetime

from driftline.usecases.ports import ObjectStore

_YEAR = re.compile(r"\d{4}", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{2}", re.ASCII)
_HOUR_LEVEL = 3
_MOST_FOLDERS_BEFORE_THE_YEAR = 3


def newest_hour(store: ObjectStore, prefix: str, until: datetime) -> datetime | None:
    """The newest hour of `<prefix>[…/]yyyy/mm/dd/hh/` that begins at or before a time; None when there is none.

    Hours in the future are passed over: a clock that is wrong somewhere must not look like news for years.

    Args:
        prefix: With a closing slash. Folders between it and the year are looked into.
    """
    until = until.astimezone(UTC)
    return _newest(store, prefix, (), (until.year, until.month, until.day, until.hour), 0)


def _newest(
    store: ObjectStore, prefix: str, date: tuple[int, ...], until: tuple[int, ...], depth: int
) -> datetime | None:
    pattern = _TWO_DIGITS if date else _YEAR
    names = store.folders(prefix)
    found = []
    for name in sorted(filter(pattern.fullmatch, names), reverse=True):
        there = (*date, int(name))
        if there > until:
            continue
        hour = _hour(there) if len(date) == _HOUR_LEVEL else _newest(store, f"{prefix}{name}/", there, until, depth)
        if hour is not None:
            found.append(hour)
            break
    if not date and depth < _MOST_FOLDERS_BEFORE_THE_YEAR:
        others = (name for name in names if not pattern.fullmatch(name))
        below = (_newest(store, f"{prefix}{name}/", (), until, depth + 1) for name in others)
        found += [hour for hour in below if hour is not None]
    return max(found, default=None)


def _hour(date: tuple[int, ...]) -> datetime | None:
    try:
        return datetime(*date, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None  # 2026/13/45/99 is a folder, and no hour.
