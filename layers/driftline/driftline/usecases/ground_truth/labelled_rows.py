"""Counts an endpoint's labelled rows, to see whether there are enough to learn from.

Counted hour by hour from the newest one, until there are enough. An hour that a monitor has merged gives its exact
number of labelled rows. In an hour that was not merged since its last label or capture arrived, each inference with a
label counts as one row, whatever its label is. Each inference counts once in its hour, and hours do not overlap,
whatever the windows of the monitors are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import variants_prefix
from driftline.domain.retraining.guards import LabelledRows
from driftline.domain.windows import DAY, HOUR, SLOT, Window, floor_to
from driftline.usecases.ground_truth.merged_hours import HourInputs, latest_labels, stored_hour
from driftline.usecases.listed_hours import listed_day
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class _Hour:
    at: VariantHour
    inputs: HourInputs


def count_labelled_rows(
    store: ObjectStore, endpoint: str, since: datetime, until: datetime, enough: int, variant: str | None = None
) -> LabelledRows:
    """Labelled rows of inferences in [since, until), of all variants or one.

    Args:
        enough: Counting stops at this number.
    """
    window = Window(floor_to(since, SLOT), floor_to(until, SLOT) + SLOT)
    variants = [variant] if variant else list(store.folders(variants_prefix(endpoint)))
    rows = unmerged = 0
    for day in _days_backwards(window):
        hours = [hour for name in variants for hour in _labelled_hours(store, endpoint, name, day, window)]
        for counted, merged in side_by_side(lambda hour: _rows(store, endpoint, hour, window), hours, store.at_once):
            rows += counted
            unmerged += 0 if merged else counted
        if rows >= enough and day > window.start:
            return LabelledRows(rows, complete=False, since=window.start, unmerged=unmerged)
    return LabelledRows(rows, complete=True, since=window.start, unmerged=unmerged)


def _days_backwards(window: Window) -> Iterator[datetime]:
    day = floor_to(window.end, DAY)
    while day + DAY > window.start:
        yield day
        day -= DAY


def _labelled_hours(store: ObjectStore, endpoint: str, variant: str, day: datetime, window: Window) -> Iterator[_Hour]:
    """Hours of the day with captures and labels: two listings, instead of two per hour."""
    labels = listed_day(store, day, partial(keys.day_prefix, "labels", endpoint, variant))
    if not labels:
        return
    profiles = listed_day(store, day, partial(keys.day_prefix, "profiles", endpoint, variant))
    for hour, of_hour in labels.items():
        at = VariantHour(variant, hour)
        inputs = HourInputs(tuple(profiles.get(hour, ())), tuple(of_hour))
        if inputs.mergeable and window.start < at.hour + HOUR and at.hour < window.end:
            yield _Hour(at, inputs)


def _rows(store: ObjectStore, endpoint: str, hour: _Hour, window: Window) -> tuple[int, bool]:
    """(labelled rows of the hour inside the window, whether the hour was merged)."""
    merged = stored_hour(store, endpoint, hour.at, hour.inputs)
    if merged is not None:
        return sum(slot.labelled_rows for start, slot in merged.slots.items() if start in window), True
    if hour.at.hour < window.start:
        return 0, False  # It is unknown which of its labels are older than the window.
    return len(latest_labels(store, hour.inputs)), False
