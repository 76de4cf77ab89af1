"""The windows of a run, as items of its batches and as executions."""

from datetime import datetime

from driftline.domain.backfill.plan import Item, Plan, monitor_of
from driftline.domain.executions.execution import ExecutionRequest, Trigger
from driftline.domain.instants import format_instant, parse_instant


def window_by_hand_item(start: datetime, end: datetime) -> Item:
    return Item(f"{format_instant(start)}/{format_instant(end)}")


def is_by_hand(item: Item) -> bool:
    """Whether the window has a start and an end, instead of a scheduled time."""
    return "/" in item.key


def request_of(plan: Plan, batch: str, item: Item) -> ExecutionRequest:
    """The execution of a window."""
    start, _, end = item.key.partition("/")
    endpoint, monitor = plan.endpoint, monitor_of(batch)
    if end:
        return ExecutionRequest(endpoint=endpoint, monitor=monitor, start=parse_instant(start), end=parse_instant(end))
    trigger: Trigger = "schedule" if plan.publish else "hand"
    return ExecutionRequest(endpoint=endpoint, monitor=monitor, scheduled_time=parse_instant(start), trigger=trigger)
