"""Where executions are on an axis that is true to time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from driftline.domain.instants import parse_instant
from driftline.presentation.pages.overview.record import Record

_ALONE = timedelta(hours=1)
"""Drawn width of a single window whose end is unknown."""


def slots(records: Sequence[Record]) -> list[tuple[datetime, datetime]]:
    """Start and end of what is drawn of each window: up to the next one, where windows overlap.

    Args:
        records: Of one monitor, oldest first.
    """
    starts = [parse_instant(each.time) for each in records]
    gaps = [later - earlier for earlier, later in pairwise(starts) if later > earlier]
    step = min(gaps, default=_ALONE)
    # Overlapping windows and those of unknown length are as wide as the distance to the next one.
    longest = [*(later - earlier for earlier, later in pairwise(starts)), None]
    found = []
    for record, start, most in zip(records, starts, longest, strict=True):
        length = parse_instant(record.end) - start if record.end and record.start else step
        limit = most or (step if length > step and gaps else length)
        found.append((start, start + min(length, limit)))
    return found


def drawn_until(records: Sequence[Record]) -> datetime:
    """The end of what is drawn of a monitor's windows."""
    return max(end for _, end in slots(records))
