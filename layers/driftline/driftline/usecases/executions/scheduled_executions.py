"""The existing executions, from the folders of their scheduled times."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from driftline.domain.executions.failure import FAILURE
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.keys import REPORTS, report_folder
from driftline.kinds.kind import Kinds
from driftline.usecases.ports import ObjectStore
from driftline.usecases.time_folders import Level, time_folders

_IN_A_DAY = re.compile(r"(?P<folder>\d\d/(?:\d\d/)?(?:from-[^/]+/)?)(?P<file>[^/]+)")


def monitor_folder(root: str, endpoint: str, monitor: str) -> str:
    return f"{root}{endpoint}/{monitor}/"


def execution_folder(root: str, endpoint: str, monitor: str, scheduled: datetime) -> str:
    """Like report_folder, under another root."""
    return root + report_folder(endpoint, monitor, scheduled).removeprefix(REPORTS)


def scheduled_executions(
    store: ObjectStore, folder: str, since: datetime | None, until: datetime | None, *, kinds: Kinds
) -> Iterator[Place]:
    """Scheduled executions of a monitor in [since, until), by time.

    Earlier revisions and windows requested by hand are in folders with other names, and are left out.

    Args:
        folder: The monitor's folder, with a trailing slash.
    """
    for day in time_folders(store, folder, Level.DAY, since=since, until=until):
        for place in _of_day(store, day.path, kinds=kinds):
            if place.by_hand:
                continue
            if (since is None or place.scheduled >= since) and (until is None or place.scheduled < until):
                yield place


def newest_execution(store: ObjectStore, folder: str, *, kinds: Kinds) -> Place | None:
    """The newest verdict of a monitor, for readers without a time.

    It is the one with the last time in its folder: the scheduled time, or the end of a window requested by hand. Among
    several with the same time, a window by hand takes precedence over the schedule's, and among those the one that
    begins last. Failed executions have no verdict, and earlier revisions are ignored.
    """
    days = time_folders(store, folder, Level.DAY, newest_first=True)
    return next(chain.from_iterable(_of_day(store, day.path, kinds=kinds)[::-1] for day in days), None)


def newest_endings(store: ObjectStore, folder: str, most: int, *, kinds: Kinds) -> Sequence[Place]:
    """The newest executions of a monitor, failed ones and windows by hand included, oldest first.

    Args:
        folder: The monitor's folder, with a trailing slash.
        most: How many at most.
    """
    days = time_folders(store, folder, Level.DAY, newest_first=True)
    newest = chain.from_iterable(_of_day(store, day.path, kinds=kinds, also=FAILURE)[::-1] for day in days)
    return list(islice(newest, most))[::-1]


def _of_day(store: ObjectStore, day: str, *, kinds: Kinds, also: str = "") -> Sequence[Place]:
    endings = {*kinds.markers, also}
    matches = (_IN_A_DAY.fullmatch(found.key.removeprefix(day)) for found in store.list(day))
    places = {parse_place(f"{day}{match['folder']}") for match in matches if match and match["file"] in endings}
    return sorted(places, key=lambda place: (place.scheduled, place.by_hand, place.folder))
