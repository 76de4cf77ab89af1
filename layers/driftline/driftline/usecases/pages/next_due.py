"""When the next execution of a monitor should be there, so that a page can say that it is missing.

A page is written after an execution, and never again if the schedules stop. So it carries the time of the next one, and
its script compares that with the reader's clock. As for the alarm on schedules, nothing is due where no stack runs
schedules, as in a folder, or before the schedule was first seen: a replay of old data is not overdue.
"""

from collections.abc import Sequence
from datetime import datetime

from driftline.domain.instants import parse_instant
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.overdue import next_due
from driftline.presentation.pages.overview.record import Record
from driftline.usecases.freshness.freshness_record import waited_for
from driftline.usecases.ports import ObjectStore


def due_times(
    store: ObjectStore, endpoint: str, monitors: Sequence[Sequence[Record]], document: MonitorDocument | None
) -> dict[str, datetime | None]:
    """The next time of each monitor by name, by its schedule; None where nothing is waited for.

    Args:
        monitors: The records of each, oldest first, at least one.
        document: The endpoint's; None without a usable one.
    """
    waiting = waited_for(store, endpoint)
    found: dict[str, datetime | None] = {}
    for newest in (records[-1] for records in monitors):
        settings = document.monitors.by_name().get(newest.monitor) if document else None
        schedule = waiting.monitors.get(newest.monitor) if waiting else None
        due = None
        if settings and schedule and schedule.is_of(settings):
            due = next_due(settings, max(parse_instant(newest.scheduled), schedule.since))
        found[newest.monitor] = due
    return found
