"""Evaluates windows again when some of their data arrives after the verdict.

The schedule says which windows an arrival belongs to; the announcements say which of them have a verdict. An arrival in
a window without a verdict requests nothing.

Nearly all captures arrive within minutes, when no window with them has a verdict yet. For them a listing would cost
twelve times the question about the one or two executions that the schedule names. What arrives later lists, and so
finds executions that today's schedule does not name: those of an earlier schedule, and windows of the same length that
a person requested.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import within_bounds
from driftline.domain.keys import STATE, execution_key, report_folder
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import Rate, occurrences, parse_schedule
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import HOUR, SLOT, Window, floor_to
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import ObjectStore, Reruns

_DAY = timedelta(days=1)
_LONGEST_PERIOD = timedelta(days=32)
"""For a schedule without a window of its own: a month."""

_RECENT = 2 * HOUR
"""How long after the start of an hour its arrivals are asked about by name."""

_MOST_BY_NAME = 8
"""Executions to ask about one by one; from twelve on a listing is cheaper."""

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
        named = _named(hour, monitor) if arrived < hour + _RECENT else None
        if named is None:
            announced = _listed(store, endpoint, name, _prefixes(hour, min(_latest(hour, monitor), arrived + HOUR)))
        else:
            announced = _asked(store, endpoint, name, named)
        for scheduled in announced:
            window = _window(scheduled, monitor)
            if window is not None and _touches(window, hour) and collected - window.end <= monitor.max_revisions_age:
                found.add(scheduled)
    return found


def _named(hour: datetime, monitor: ScheduledMonitor) -> list[datetime] | None:
    """The scheduled times whose windows have something of the hour; None if they are too many to ask one by one.

    A rate counts from the creation of its schedule, so nothing here knows its times.
    """
    if isinstance(parse_schedule(monitor.schedule), Rate):
        return None
    found: list[datetime] = []
    for each in occurrences(monitor.schedule, hour, _latest(hour, monitor) + SLOT, monitor.timezone):
        scheduled = floor_to(each, SLOT)
        window = _window(scheduled, monitor)
        if window is None or not _touches(window, hour) or scheduled in found:
            continue
        if len(found) == _MOST_BY_NAME:
            return None
        found.append(scheduled)
    return found


def _asked(store: ObjectStore, endpoint: str, name: str, scheduled: Iterable[datetime]) -> Iterator[datetime]:
    for each in scheduled:
        if store.etag(execution_key(report_folder(endpoint, name, each))) is not None:
            yield each


def _listed(store: ObjectStore, endpoint: str, name: str, prefixes: Iterable[str]) -> Iterator[datetime]:
    for prefix in prefixes:
        for summary in store.list(f"{STATE}executions/{endpoint}/{name}/{prefix}"):
            scheduled = _scheduled(summary.key)
            if scheduled is not None:
                yield scheduled


def _touches(window: Window, hour: datetime) -> bool:
    return window.start < hour + HOUR and hour < window.end


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
