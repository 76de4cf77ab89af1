"""Which window an execution evaluates: from its scheduled time, without a clock."""

from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import previous_occurrence
from driftline.domain.windows import SLOT, Window, floor_to


def window_of(scheduled_time: datetime, monitor: ScheduledMonitor) -> Window:
    """The window of the execution scheduled for a time.

    The scheduled time is rounded down to five minutes. Without offsets in the document the window reaches from the
    schedule's previous occurrence to the scheduled time, so that the windows of all executions join without a gap.

    Raises:
        InvalidInputError: the schedule has no previous occurrence, or one within the same five minutes.
    """
    scheduled = floor_to(scheduled_time, SLOT)
    if monitor.window is not None:
        return Window(scheduled + monitor.window.start_offset, scheduled + monitor.window.end_offset)
    previous = previous_occurrence(monitor.schedule, scheduled_time, monitor.timezone)
    if previous is None or floor_to(previous, SLOT) >= scheduled:
        raise InvalidInputError(
            f"{monitor.schedule} gives no window at {format_instant(scheduled_time)}",
            expected="a window in the monitor document, or a start and an end",
            mend="For example window: {start_offset: -PT1H}.",
        )
    return Window(floor_to(previous, SLOT), scheduled)
