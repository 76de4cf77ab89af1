"""The executions of a monitor before one of them, for trends.

A trend needs many small objects, found by listings: both are requested in parallel, a level of folders or a trend's
length at a time, so that a page waits for a dozen answers of S3 and not for hundreds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched, islice

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import PastExecution
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.instants import parse_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.windows import Window
from driftline.kinds.kind import Kind, Kinds
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import AT_ONCE, side_by_side
from driftline.usecases.time_folders import Level, time_folders

PAST = 20
"""Number of earlier executions in the trends."""

_MOST_HOURS = 150
"""Maximum number of folders to check, so that years of executions without readable files do no harm."""

_DAYS_AT_FIRST = 2
"""Days that are listed in parallel at first, which cover a trend of hours; then twice as many each time."""

_TWO_DIGITS = re.compile(r"\d{2}", re.ASCII)


class _Span(msgspec.Struct):
    start: str
    end: str


class _Head(msgspec.Struct):
    """What all kinds' summaries have."""

    window: _Span | None = None


_HEADS = JsonDecoder(_Head)


def past_executions(store: ObjectStore, place: Place, kind: Kind, *, kinds: Kinds) -> list[PastExecution]:
    """The last PAST scheduled executions before this one, oldest first.

    Those whose files cannot be read are left out: a trend has gaps rather than no page. Those that failed are among
    them, without figures.
    """
    found: list[PastExecution] = []
    for places in batched(folders_before(store, place), PAST, strict=False):
        found += filter(None, side_by_side(lambda earlier: _past(store, earlier, kind, kinds=kinds), places, PAST))
        if len(found) >= PAST:
            break
    return found[:PAST][::-1]


def _past(store: ObjectStore, place: Place, kind: Kind, *, kinds: Kinds) -> PastExecution | None:
    reporter = kind.reporter
    summary = body_or_none(store, f"{place.folder}{SUMMARY}")
    try:
        if summary is not None:
            return replace(reporter.past(place, {SUMMARY: summary}), window=window_in(summary))
        files = present(store, place.folder, reporter.past_files)
        if not files:
            failure = failure_in(store, place.folder, kinds=kinds)
            return PastExecution.without_verdict(place, _ends(failure.window)) if failure else None
        return reporter.past(place, files)
    except InvalidInputError:
        return None  # The execution's own page reports what is wrong with it.


def window_in(summary: bytes) -> tuple[datetime, datetime] | None:
    """The window of a summary.json of any kind and version; None where it has none."""
    try:
        span = _HEADS.decode(summary).window
        return (parse_instant(span.start), parse_instant(span.end)) if span else None
    except (msgspec.DecodeError, InvalidInputError):
        return None


def _ends(window: Window | None) -> tuple[datetime, datetime] | None:
    return (window.start, window.end) if window else None


def folders_before(store: ObjectStore, place: Place) -> Iterator[Place]:
    """Folders of earlier executions, newest first; what is not asked for is not listed, but for a few.

    The objects of a whole day are listed, which are few: folder by folder, each hour would be one more listing.
    """
    root = f"{place.folder.rsplit(f'/{place.scheduled:%Y/%m/%d/%H}/', 1)[0]}/"
    days = time_folders(store, root, Level.DAY, until=place.scheduled, newest_first=True, eager=True)
    hours, at_once = 0, _DAYS_AT_FIRST
    while batch := [day.path for day in islice(days, at_once)]:
        for day, below in zip(batch, side_by_side(lambda path: list(store.list(path)), batch), strict=True):
            for folders in _hours_of_day(day, [each.key for each in below]):
                hours += 1
                for each in folders:
                    earlier = _place_or_none(each)
                    if earlier is not None and earlier.scheduled < place.scheduled:
                        yield earlier
                if hours == _MOST_HOURS:
                    return
        at_once = min(2 * at_once, AT_ONCE)


def _hours_of_day(day: str, keys: Iterable[str]) -> Iterator[list[str]]:
    """The folders of each hour, newest first: those of its minutes, then its own."""
    found: dict[str, set[str]] = {}
    for key in keys:
        hour, slash, rest = key.removeprefix(day).partition("/")
        if slash and _TWO_DIGITS.fullmatch(hour):
            minute, below, _ = rest.partition("/")
            found.setdefault(hour, set()).update([minute] if below and minute.isdecimal() else [])
    for hour in sorted(found, reverse=True):
        yield [*(f"{day}{hour}/{minute}/" for minute in sorted(found[hour], reverse=True)), f"{day}{hour}/"]


def _place_or_none(folder: str) -> Place | None:
    """None for folders with numbers that are not a time, which are not ours."""
    try:
        return parse_place(folder)
    except InvalidInputError:
        return None


def body_or_none(store: ObjectStore, key: str) -> bytes | None:
    found = store.find(key)
    return found.body if found else None


def present(store: ObjectStore, folder: str, names: Sequence[str]) -> dict[str, bytes]:
    """Those of the files that are in the folder."""
    bodies = bodies_or_none(store, [f"{folder}{name}" for name in names])
    return {name: body for name, body in zip(names, bodies, strict=True) if body is not None}


def bodies_or_none(store: ObjectStore, keys: Iterable[str]) -> Iterator[bytes | None]:
    """body_or_none of each, read in parallel."""
    return side_by_side(lambda key: body_or_none(store, key), keys)
