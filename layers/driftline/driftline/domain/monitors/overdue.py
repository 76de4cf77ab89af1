"""Since when an execution has been missing, and when the next is due: from schedule and past, without a clock."""

from datetime import datetime, timedelta

from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import Rate, occurrences, parse_schedule
from driftline.domain.windows import SLOT, floor_to

_FAR = timedelta(days=366)

GRACE = timedelta(minutes=30)
"""An execution waits some minutes (RunDelaySeconds) and may be retried: within this time it is not yet missing."""


def overdue_since(monitor: ScheduledMonitor, ran: datetime | None, since: datetime, at: datetime) -> datetime | None:
    """The earliest scheduled time that should have run and has not; None if nothing is missing.

    Args:
        ran: The latest scheduled time that ran, rounded down to five minutes; None before the first.
        since: Since when the schedule is known to be in effect. Earlier times do not count.
        at: The time to check at.
    """
    limit = at - GRACE
    schedule = parse_schedule(monitor.schedule)
    if isinstance(schedule, Rate):
        # EventBridge counts from the schedule's creation, which is unknown here: one interval after the last execution.
        due = max(ran or since, since) + schedule.every
        return due if due <= limit else None
    # Scheduled times are stored as the start of their slot, so the slot of the last one has run.
    first = max(floor_to(ran, SLOT) + SLOT, since) if ran else since
    if first > limit:
        return None
    return next(occurrences(monitor.schedule, first, limit + timedelta(microseconds=1), monitor.timezone), None)


def next_due(monitor: ScheduledMonitor, ran: datetime) -> datetime | None:
    """The scheduled time that follows an execution; None if there is none within a year, or the monitor is disabled.

    Args:
        ran: The latest scheduled time that ran.
    """
    if not monitor.enabled:
        return None
    schedule = parse_schedule(monitor.schedule)
    if isinstance(schedule, Rate):
        return ran + schedule.every
    first = floor_to(ran, SLOT) + SLOT
    return next(occurrences(monitor.schedule, first, first + _FAR, monitor.timezone), None)
