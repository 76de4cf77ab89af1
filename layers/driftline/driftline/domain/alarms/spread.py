"""How far apart schedules that fire at the same minute are delivered.

Most schedules fire at minute 0. If all of a fleet were delivered then, executions, messages and pages would queue up
behind each other, and the last page would come minutes after its message. EventBridge Scheduler delivers each at a
time of its own within a window after the scheduled time; what it delivers says the scheduled time, exactly.
"""

from datetime import timedelta

from driftline.domain.alarms.periods import schedule_period

_PART = 12
"""At most a twelfth of the time between executions, so that the order of executions stays: an hour has five minutes."""

_MINUTE = timedelta(minutes=1)


def spread_minutes(schedule: str, most: int) -> int:
    """The window of a schedule's delivery in minutes; 0 for delivery at once.

    Args:
        schedule: Its expression. One that fires once is delivered at once.
        most: The stack's parameter.
    """
    every = schedule_period(schedule)
    return min(most, every // _PART // _MINUTE) if every else 0
