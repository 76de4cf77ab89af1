"""When the next execution of a monitor should be there, so that a page can say that it is missing.

A page is written after an execution, and never again if the schedules stop. So it carries the time of the next one, and
its script compares that with the reader's clock.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from driftline.domain.monitors.overdue import next_due
from driftline.domain.windows import parse_instant
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.record import Record
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import ObjectStore

_LOOKED_AT = 10
"""Executions whose distances stand for a schedule that is not known, such as one of SageMaker's."""


def due_times(
    store: ObjectStore, endpoint: str, monitors: Sequence[Sequence[Record]], *, kinds: Kinds
) -> dict[str, datetime | None]:
    """The next time of each monitor by name: by the document, else as far away as the last executions are apart.

    Args:
        monitors: The records of each, oldest first, at least one.
    """
    document = find_document(store, endpoint, kinds=kinds)
    found: dict[str, datetime | None] = {}
    for records in monitors:
        newest = records[-1]
        if document is None:
            found[newest.monitor] = _by_distance(records)
            continue
        settings = document.monitors.by_name().get(newest.monitor)
        found[newest.monitor] = next_due(settings, parse_instant(newest.scheduled)) if settings else None
    return found


def _by_distance(records: Sequence[Record]) -> datetime | None:
    """The largest of the last distances: a schedule may leave out nights or weekends."""
    times = [parse_instant(each.scheduled) for each in records[-_LOOKED_AT:]]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return times[-1] + max(gaps) if gaps else None
