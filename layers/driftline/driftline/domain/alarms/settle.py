"""How long alarms have to be quiet before an incident counts as recovered."""

from datetime import timedelta

from driftline.domain.alarms.periods import schedule_period
from driftline.domain.monitors.document import MonitorDocument

_OTHERWISE = timedelta(hours=2)
"""Two of the hourly looks at what should happen. Also for a monitor that is gone, or that runs once."""

_OF_PERIOD = 1.5
"""The next execution has to be quiet, too, and may come late."""


def settle_time(document: MonitorDocument, subject: str) -> timedelta:
    """The document's own time; else one and a half times the monitor's schedule, or two hours for `watch`."""
    if document.settle is not None:
        return document.settle
    monitor = document.monitors.by_name().get(subject)
    period = schedule_period(monitor.schedule) if monitor else None
    return period * _OF_PERIOD if period else _OTHERWISE
