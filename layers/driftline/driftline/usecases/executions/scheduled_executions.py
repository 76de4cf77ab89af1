"""Which executions there are, by the folders of their scheduled times."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from driftline.domain.executions.place import parse_place
from driftline.domain.keys import REPORTS, report_folder
from driftline.presentation.pages.execution.facts import Place
from driftline.usecases.executions.past_executions import STATISTICS
from driftline.usecases.ports import ObjectStore

_IN_A_DAY = re.compile(rf"(?P<folder>\d\d/(?:\d\d/)?(?:from-[^/]+/)?){re.escape(STATISTICS)}")
_DAY = 3
"""Depth of the day's folder below the monitor's."""


def monitor_folder(root: str, endpoint: str, monitor: str) -> str:
    return f"{root}{endpoint}/{monitor}/"


def execution_folder(root: str, endpoint: str, monitor: str, scheduled: datetime) -> str:
    """As report_folder, under another root."""
    return root + report_folder(endpoint, monitor, scheduled).removeprefix(REPORTS)


def scheduled_executions(
    store: ObjectStore, folder: str, since: datetime | None, until: datetime | None
) -> Iterator[Place]:
    """Executions of a monitor that a schedule asked for, in [since, until), by time.

    Earlier revisions, and windows that were asked for by hand, are in folders of other names and are left out.

    Args:
        folder: The monitor's, with a closing slash.
    """
    first = f"{folder}{since:%Y/%m/%d}/" if since else ""
    last = f"{folder}{until:%Y/%m/%d}/" if until else None
    for day in _days(store, folder, first, last):
        for place in _of_day(store, day):
            if place.by_hand:
                continue
            if (since is None or place.scheduled >= since) and (until is None or place.scheduled < until):
                yield place


def newest_execution(store: ObjectStore, folder: str) -> Place | None:
    """The newest verdict of a monitor: what every reader means that is given no time.

    It is the one with the last time in its folder: the scheduled time, or the end of a window that was asked for by
    hand. Of several with one time, a window by hand goes before the schedule's, and the one that begins last before
    other windows by hand. Executions that failed have no verdict, and earlier revisions are not looked at.
    """
    days = _days(store, folder, "", None, newest_first=True)
    return next(chain.from_iterable(_of_day(store, day)[::-1] for day in days), None)


def _days(
    store: ObjectStore, folder: str, first: str, last: str | None, *, newest_first: bool = False, depth: int = 0
) -> Iterator[str]:
    """The folders of days from the first to the last; years and months outside of them are not listed."""
    if depth == _DAY:
        yield folder
        return
    below = (f"{folder}{name}/" for name in store.folders(folder) if name.isdecimal())
    wanted = [each for each in below if first[: len(each)] <= each and (last is None or each <= last[: len(each)])]
    for each in reversed(wanted) if newest_first else wanted:
        yield from _days(store, each, first, last, newest_first=newest_first, depth=depth + 1)


def _of_day(store: ObjectStore, day: str) -> Sequence[Place]:
    matches = (_IN_A_DAY.fullmatch(found.key.removeprefix(day)) for found in store.list(day))
    places = (parse_place(f"{day}{match['folder']}") for match in matches if match)
    return sorted(places, key=lambda place: (place.scheduled, place.by_hand, place.folder))
