"""The days of a long window by hand, read side by side: what is kept of them makes the window small."""

from collections.abc import Callable, Mapping
from datetime import datetime

from driftline.domain.backfill.plan import Item, Plan, monitor_of
from driftline.domain.instants import parse_instant
from driftline.domain.windows import DAY, Window
from driftline.usecases.backfill.work_batch import Work

type ReadWindow = Callable[[str, str, Window], int]
"""Reads a window of an endpoint and a monitor, and keeps what longer windows are made of; returns its rows."""


def day_work(plan: Plan, batch: str, *, read: ReadWindow) -> Work:
    """Reads what the window has of a day."""

    def day(item: Item) -> Mapping[str, int]:
        start = parse_instant(item.key)
        return {"days": 1, "rows of days": read(plan.endpoint, monitor_of(batch), _inside(plan, start))}

    return day


def _inside(plan: Plan, day: datetime) -> Window:
    assert plan.start is not None
    assert plan.end is not None
    return Window(max(plan.start, day), min(plan.end, day + DAY))
