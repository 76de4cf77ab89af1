"""The window that an execution is requested for, and where its files go."""

from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import within_bounds
from driftline.domain.keys import report_folder
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import SLOT, Window, floor_to, window_by_hand


def requested_window(request: ExecutionRequest, monitor: ScheduledMonitor) -> tuple[Window, datetime, str]:
    """The window, the scheduled time and the report folder.

    A window by hand uses the schedule's folder only if it is exactly a scheduled window.
    """
    scheduled = request.scheduled_time
    if request.start is None or request.end is None:
        if scheduled is None:
            raise InvalidInputError("an execution needs a scheduled time, or a start and an end")
        floored = floor_to(scheduled, SLOT)
        folder = report_folder(request.endpoint, request.monitor, floored)
        return window_of(scheduled, monitor), floored, folder
    window = window_by_hand(request.start, request.end)
    if scheduled is None:
        scheduled = window.end - (monitor.window.end_offset if monitor.window else SLOT * 0)
    scheduled = within_bounds(floor_to(scheduled, SLOT))
    by_hand_from = None if _is_scheduled(window, scheduled, monitor) else window.start
    return window, scheduled, report_folder(request.endpoint, request.monitor, scheduled, by_hand_from)


def _is_scheduled(window: Window, scheduled: datetime, monitor: ScheduledMonitor) -> bool:
    try:
        return window_of(scheduled, monitor) == window
    except InvalidInputError:
        return False  # The schedule gives no window for this time.
