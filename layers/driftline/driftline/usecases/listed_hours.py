"""What is stored of the hours of a window, in few listings.

A whole UTC day takes one listing, and one more for each further 1,000 objects; the hours of a day that the window cuts
take one each, so that a window of an hour does not list its day. Listings are side by side: each waits for S3.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby
from operator import itemgetter

from driftline.domain.windows import HOUR, Window
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side

type HoursOfDay = Mapping[datetime, Sequence[ObjectSummary]]
"""Start of an hour -> its objects; hours without objects are left out."""

_HOUR = re.compile("[01][0-9]|2[0-3]")


def listed_days(
    store: ObjectStore, window: Window, prefix_of: Callable[[datetime], str]
) -> Iterator[tuple[datetime, HoursOfDay]]:
    """(day, its hours inside the window) for every UTC day that the window touches, in order.

    Args:
        prefix_of: The prefix of a day, `…/yyyy/mm/dd/`; below it are folders named after the hours. Folders with other
            names are not ours.
    """
    prefixes = list(_prefixes(window, prefix_of))
    listings = _listings(store, [prefix for _, prefix in prefixes])
    found = ((day, summaries) for (day, _), summaries in zip(prefixes, listings, strict=True))
    for day, of_day in groupby(found, key=itemgetter(0)):
        summaries = chain.from_iterable(summaries for _, summaries in of_day)
        yield day, _by_hour(summaries, day, prefix_of(day))


def listed_hours(store: ObjectStore, window: Window, prefix_of: Callable[[datetime], str]) -> HoursOfDay:
    """All hours of the window that have objects, in order; see `listed_days`."""
    return {hour: found for _, hours in listed_days(store, window, prefix_of) for hour, found in hours.items()}


def listed_day(store: ObjectStore, day: datetime, prefix_of: Callable[[datetime], str]) -> HoursOfDay:
    """A whole day, without a thread; see `listed_days`."""
    return _by_hour(store.list(prefix_of(day)), day, prefix_of(day))


def _listings(store: ObjectStore, prefixes: Sequence[str]) -> Iterable[Sequence[ObjectSummary]]:
    def listed(prefix: str) -> Sequence[ObjectSummary]:
        return list(store.list(prefix))

    if len(prefixes) == 1:  # as for most windows, which are an hour: no thread
        return [listed(prefixes[0])]
    return side_by_side(listed, prefixes, store.at_once)


def _by_hour(summaries: Iterable[ObjectSummary], day: datetime, prefix: str) -> HoursOfDay:
    hours: dict[datetime, list[ObjectSummary]] = {}
    for summary in summaries:
        folder = summary.key.removeprefix(prefix).partition("/")[0]
        if _HOUR.fullmatch(folder):
            hours.setdefault(day + int(folder) * HOUR, []).append(summary)
    return dict(sorted(hours.items()))


def _prefixes(window: Window, prefix_of: Callable[[datetime], str]) -> Iterator[tuple[datetime, str]]:
    for day in window.days():
        if window.covers_day(day):
            yield day, prefix_of(day)
        else:
            yield from ((day, f"{prefix_of(day)}{hour:%H}/") for hour in window.hours_of(day))
