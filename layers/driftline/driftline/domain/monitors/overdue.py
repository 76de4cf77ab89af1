"""Since when an execution is missing: from the schedule and from what ran, never from a clock."""

from datetime import datetime, timedelta

from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import Rate, occurrences, parse_schedule
from driftline.domain.windows import SLOT, floor_to

GRACE = timedelta(minutes=30)
"""An execution waits some minutes on purpose (RunDelaySeconds) and may be tried again: so late is not yet missing."""


def overdue_since(monitor: ScheduledMonitor, ran: datetime | None, since: datetime, at: datetime) -> datetime | None:
    """The earliest scheduled time that should have run by now and has not; None when nothing is missing.

    Args:
        ran: The latest scheduled time that ran, floored to five minutes as executions keep it; None before the first.
        since: From when on the schedule is known to be as it is. What was due before is not counted.
        at: The time to judge at.
    """
    limit = at - GRACE
    schedule = parse_schedule(monitor.schedule)
    if isinstance(schedule, Rate):
        # EventBridge counts from the schedule's creation, which nobody else knows: one rate after what ran last.
        due = max(ran or since, since) + schedule.every
        return due if due <= limit else None
    # Scheduled times inside a slot are kept as the slot's start, so the slot of the last one has run.
    first = max(floor_to(ran, SLOT) + SLOT, since) if ran else since
    if first > limit:
        return None
    return next(occurrences(monitor.schedule, first, limit + timedelta(microseconds=1), monitor.timezone), None)
