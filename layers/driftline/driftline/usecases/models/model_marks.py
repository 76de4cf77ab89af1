"""Marks windows that contain a change of the endpoint's model, and the first windows after it."""

from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import previous_occurrence
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import Window
from driftline.usecases.models.model_log import ModelEntry, ModelLog

FIRST_WINDOWS = 3
"""Number of marked windows after a change."""


def new_model(log: ModelLog, monitor: ScheduledMonitor, window: Window, scheduled: datetime) -> NewModel | None:
    """The mark for a window that contains the last change before its end, or is one of the first after it.

    It depends on the log and the schedule only, so that a replay gives the same mark.
    """
    change = _last_change(log, window.end)
    if change is None:
        return None
    if change.at > window.start:
        return NewModel(name=change.model, since=change.at, windows_since=0, mixed=True)
    count = _windows_since(change.at, monitor, scheduled)
    return NewModel(name=change.model, since=change.at, windows_since=count) if count <= FIRST_WINDOWS else None


def _last_change(log: ModelLog, before: datetime) -> ModelEntry | None:
    """The first entry of the model that answers at the end of a window."""
    last: ModelEntry | None = None
    for entry in log.entries:
        if entry.at < before and (last is None or last.model != entry.model):
            last = entry
    return last


def _windows_since(change: datetime, monitor: ScheduledMonitor, scheduled: datetime) -> int:
    """Counts the window itself and the schedule's windows before it that begin at or after the change."""
    count = 1
    while count <= FIRST_WINDOWS:
        earlier = previous_occurrence(monitor.schedule, scheduled, monitor.timezone)
        try:
            if earlier is None or window_of(earlier, monitor).start < change:
                break
        except InvalidInputError:
            break  # The schedule gives no window there, so there was none.
        scheduled = earlier
        count += 1
    return count
