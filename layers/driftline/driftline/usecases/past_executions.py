"""The executions of a monitor before one of them, for trends."""

from collections.abc import Iterator

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.reports.facts import PastExecution, Place
from driftline.domain.reports.files import Kind
from driftline.domain.reports.past import past_execution, past_of_sagemaker
from driftline.domain.reports.place import parse_place
from driftline.usecases.ports import ObjectStore
from driftline.usecases.revisions import SUMMARY

VIOLATIONS = "constraint_violations.json"
STATISTICS = "statistics.json"
PAST = 20
"""So many earlier executions are in the trends."""

_MOST_LISTINGS = 200
_HOUR = 4
"""Depth of the hour's folder below the monitor's."""


def past_executions(store: ObjectStore, place: Place, kind: Kind) -> list[PastExecution]:
    """The last PAST executions before this one that a schedule asked for, oldest first.

    Those whose files cannot be read are left out: a trend has gaps rather than no page.
    """
    found: list[PastExecution] = []
    for earlier in folders_before(store, place):
        past = _past(store, earlier, kind)
        if past is not None:
            found.append(past)
        if len(found) == PAST:
            break
    return found[::-1]


def _past(store: ObjectStore, place: Place, kind: Kind) -> PastExecution | None:
    summary = body_or_none(store, f"{place.folder}{SUMMARY}")
    try:
        if summary is not None:
            return past_execution(place, summary)
        violations = body_or_none(store, f"{place.folder}{VIOLATIONS}")
        if violations is None:
            return None
        statistics = body_or_none(store, f"{place.folder}{STATISTICS}") if kind is Kind.MODEL_QUALITY else None
        return past_of_sagemaker(place, violations, statistics)
    except InvalidInputError:
        return None  # The execution's own page says what is wrong with it.


def folders_before(store: ObjectStore, place: Place) -> Iterator[Place]:
    """Folders of earlier executions, newest first; so few listings that years of hourly executions do no harm."""
    root = f"{place.folder.rsplit(f'/{place.scheduled:%Y/%m/%d/%H}/', 1)[0]}/"
    listings = 0
    open_folders = [root]
    while open_folders and listings < _MOST_LISTINGS:
        folder = open_folders.pop()
        depth = folder.removeprefix(root).count("/")
        listings += 1
        deeper = [f"{folder}{name}/" for name in store.folders(folder) if name.isdecimal()]
        if depth < _HOUR:
            # Sorted ascending, so the newest is taken next.
            open_folders += [each for each in deeper if each <= place.folder]
            continue
        for each in (*reversed(deeper), folder):
            earlier = _place_or_none(each)
            if earlier is not None and earlier.scheduled < place.scheduled:
                yield earlier


def _place_or_none(folder: str) -> Place | None:
    """None for folders with numbers that are no time; somebody else made them."""
    try:
        return parse_place(folder)
    except InvalidInputError:
        return None


def body_or_none(store: ObjectStore, key: str) -> bytes | None:
    try:
        return store.get(key).body
    except ObjectNotFoundError:
        return None
