"""Evaluates windows again when some of their data arrives after the verdict.

The schedule says which windows an arrival belongs to; the announcements say which of them have a verdict. An arrival in
a window without a verdict requests nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import within_bounds
from driftline.domain.keys import STATE
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import HOUR, Window
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import ObjectStore, Reruns

_DAY = timedelta(days=1)
_LONGEST_PERIOD = timedelta(days=32)
"""For a schedule without a window of its own: a month."""

_EXECUTION_KEY = re.compile(r".*/(\d{4})/(\d\d)/(\d\d)/(\d\d)/(?:(\d\d)/)?announced\.json")


def reopen_windows(
    endpoint: str,
    hours: Iterable[datetime],
    *,
    store: ObjectStore,
    reruns: Reruns,
    arrived: datetime,
    collected: datetime | None = None,
    waiting_for_labels: bool = False,
    reading_attributes: bool = False,
    kinds: Kinds,
) -> list[ExecutionRequest]:
    """Requests a new execution of every evaluated window that overlaps these hours.

    Args:
        hours: Starts of the UTC hours of inference time that something was added to.
        arrived: When it arrived, from its event.
        collected: What the age of a window that is opened again counts to; when it came, unless its key says better.
        waiting_for_labels: It concerns only monitors that wait for labels.
        reading_attributes: It concerns only monitors that read attributes.

    Returns:
        The requests. Repeating them does no harm: the queue drops repetitions, and an execution that finds
        nothing new publishes nothing.
    """
    document = find_document(store, endpoint, kinds=kinds)
    if document is None:
        return []
    concerned = set(hours)
    asked = []
    for name, monitor in document.monitors.by_name().items():
        if waiting_for_labels and monitor.label_delay is None:
            continue
        if reading_attributes and not monitor.reads_attributes:
            continue
        for scheduled in sorted(_judged(store, endpoint, name, monitor, concerned, arrived, collected or arrived)):
            request = ExecutionRequest(endpoint=endpoint, monitor=name, scheduled_time=scheduled, trigger="rerun")
            reruns.request(request)
            asked.append(request)
    return asked


def _judged(
    store: ObjectStore,
    endpoint: str,
    name: str,
    monitor: ScheduledMonitor,
    hours: set[datetime],
    arrived: datetime,
    collected: datetime,
) -> set[datetime]:
    """Scheduled times of the announced executions whose window has something of the hours."""
    found = set()
    for hour in hours:
        for prefix in _prefixes(hour, min(_latest(hour, monitor), arrived)):
            for summary in store.list(f"{STATE}executions/{endpoint}/{name}/{prefix}"):
                scheduled = _scheduled(summary.key)
                if scheduled is None:
                    continue
                window = _window(scheduled, monitor)
                touched = window is not None and window.start < hour + HOUR and hour < window.end
                if window is not None and touched and collected - window.end <= monitor.max_revisions_age:
                    found.add(scheduled)
    return found


def _latest(hour: datetime, monitor: ScheduledMonitor) -> datetime:
    """The last scheduled time whose window can have something of the hour."""
    end = hour + HOUR
    if monitor.window is not None:
        return end - monitor.window.start_offset
    try:
        return next(occurrences(monitor.schedule, end, end + _LONGEST_PERIOD, monitor.timezone), end) + HOUR
    except InvalidInputError:
        return end


def _prefixes(first: datetime, last: datetime) -> Iterator[str]:
    """Date folders from the first day to the last; whole months where those are fewer requests."""
    if last - first > 2 * _DAY:
        month = first.replace(day=1)
        while month <= last:
            yield f"{month:%Y/%m}/"
            month = (month + _LONGEST_PERIOD).replace(day=1)
        return
    day = first
    while day.date() <= last.date():
        yield f"{day:%Y/%m/%d}/"
        day += _DAY


def _scheduled(key: str) -> datetime | None:
    """The scheduled time of an execution; None for windows by hand, which are not evaluated again."""
    match = _EXECUTION_KEY.fullmatch(key)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    try:
        return within_bounds(datetime(year, month, day, hour, minute, tzinfo=UTC))
    except (ValueError, InvalidInputError):
        return None  # not a key that anything here writes


def _window(scheduled: datetime, monitor: ScheduledMonitor) -> Window | None:
    try:
        return window_of(scheduled, monitor)
    except InvalidInputError:
        return None  # Evaluated under another schedule.
