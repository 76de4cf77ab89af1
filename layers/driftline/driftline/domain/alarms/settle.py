"""How long alarms must be quiet before an incident counts as recovered."""

from datetime import timedelta

from driftline.domain.alarms.periods import schedule_period
from driftline.domain.monitors.document import MonitorDocument

_OTHERWISE = timedelta(hours=2)
"""Two hourly freshness checks. Also for a monitor that was removed, or runs once."""

_OF_PERIOD = 1.5
"""The next execution must be quiet, too, and may be late."""


def settle_time(document: MonitorDocument, subject: str) -> timedelta:
    """The document's own time; otherwise 1.5 times the monitor's period, or two hours for `watch`."""
    if document.settle is not None:
        return document.settle
    monitor = document.monitors.by_name().get(subject)
    period = schedule_period(monitor.schedule) if monitor else None
    return period * _OF_PERIOD if period else _OTHERWISE
