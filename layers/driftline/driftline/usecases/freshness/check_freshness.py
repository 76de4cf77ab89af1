"""Checks every hour what should have happened around each endpoint: executions, captures, ground truth.

The results are ages, as signals; the alarms decide whether an age is too high. The time of the check comes from its
schedule's event, so that it can be repeated.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.alarms.wanted import (
    CAPTURES_AGE,
    EXECUTION_AGE,
    GROUND_TRUTH_AGE,
    SCHEDULE_DELAY,
    UNMATCHED_LABELS_AGE,
    UNREADABLE_STATE,
    wanted_alarms,
)
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.keys import MONITORS, endpoint_of_status, report_folder, status_key, variants_prefix
from driftline.domain.metrics import Metric
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.overdue import overdue_since
from driftline.domain.windows import HOUR, SLOT, floor_to
from driftline.kinds.kind import Kinds
from driftline.usecases.each_alone import raise_for
from driftline.usecases.executions.last_execution import last_execution
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.executions.signals import signal
from driftline.usecases.freshness.freshness_record import Waiting, forget_endpoints, waiting_since
from driftline.usecases.freshness.unmatched_labels import unmatched_since
from driftline.usecases.monitors.monitor_documents import last_good_document, load_status
from driftline.usecases.ports import Metrics, ObjectStore
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.time_folders import newest_hour
from driftline.usecases.unreadable_state import count_unreadable

_MOST_MADE_UP_FOR = 50
"""Maximum consecutive scheduled times to look up among the reports; each is one request."""

_HOURS = "None"  # CloudWatch has no unit of hours

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FreshnessChecked:
    """Number of checked endpoints, and of resulting signals."""

    endpoints: int
    signals: int


def check_freshness(
    at: datetime, *, store: ObjectStore, metrics: Metrics, namespace: str, kinds: Kinds
) -> FreshnessChecked:
    """Publishes the ages of every endpoint with a monitor document.

    For an endpoint: `schedule_delay_hours`, the longest time that a scheduled execution has been missing, or 0;
    `captures_age_hours` and `ground_truth_age_hours` since the end of the newest hour with any, or since the endpoint
    is known; `unmatched_labels_age_hours` since ground truth arrives that matches nothing, or 0. Each only if the
    document's watch section requests it. For each enabled monitor that ran: `execution_age_hours` since its latest
    scheduled time. Of the stack, if there are any: `unreadable_state`, how many objects of `state/` were moved
    aside.

    Args:
        at: The scheduled time of the check.
        namespace: CloudWatch namespace of the signals.

    Raises:
        InvalidInputError, StaleReadError: some endpoints could not be checked; the signals of all others are
            published.
    """
    endpoints = sorted(filter(None, (endpoint_of_status(found.key) for found in store.list(MONITORS))))
    forget_endpoints(store, keep=endpoints)
    if unreadable := count_unreadable(store):
        metrics.publish(namespace, [Metric(UNREADABLE_STATE, float(unreadable), "Count")])
    published = 0
    failures: dict[str, Exception] = {}

    def look(endpoint: str) -> list[Metric] | Exception:
        try:
            return _look(store, endpoint, at, kinds=kinds)
        except Exception as error:  # noqa: BLE001 - of AWS, too: the other endpoints have nothing to do with it
            return error

    for endpoint, found in zip(endpoints, side_by_side(look, endpoints), strict=True):
        if isinstance(found, Exception):
            _log.error("The freshness of %s could not be checked: %s", endpoint, found)
            failures[endpoint] = found
        elif found:
            metrics.publish(namespace, found)
            published += len(found)
    raise_for(
        failures,
        f"the freshness of {len(failures)} of {len(endpoints)} endpoints could not be checked",
        "Upload their monitor documents again.",
    )
    return FreshnessChecked(len(endpoints), published)


def _look(store: ObjectStore, endpoint: str, at: datetime, *, kinds: Kinds) -> list[Metric]:
    document = _document(store, endpoint, kinds=kinds)
    if document is None:
        return []
    waiting = waiting_since(store, document, at)
    asked = {alarm.metric for alarm in wanted_alarms(document)}
    found = list(_executions(store, document, waiting, at, asked))
    if CAPTURES_AGE in asked:
        newest = _newest(store, _profile_prefixes(store, document), at)
        found.append(_age(endpoint, CAPTURES_AGE, newest, waiting.since, at))
    if GROUND_TRUTH_AGE in asked:
        newest = _newest(store, [f"{GROUND_TRUTH}{endpoint}/"], at)
        found.append(_age(endpoint, GROUND_TRUTH_AGE, newest, waiting.since, at))
    if UNMATCHED_LABELS_AGE in asked:
        unmatched = unmatched_since(store, endpoint, at)
        found.append(signal(endpoint, UNMATCHED_LABELS_AGE, _hours(unmatched or at, at), unit=_HOURS))
    return found


def _document(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> MonitorDocument | None:
    """The document whose monitors run; None if there never was a valid one, which was reported to its author."""
    status = load_status(store, endpoint)
    document = last_good_document(status, kinds=kinds)
    if document is None and (status is None or status.document is not None):
        raise InvalidInputError(
            "the status file cannot be read, or has a document of another version",
            where=store.uri(status_key(endpoint)),
            mend="Upload the monitor document again.",
        )
    return document


def _executions(
    store: ObjectStore, document: MonitorDocument, waiting: Waiting, at: datetime, asked: set[str]
) -> Iterator[Metric]:
    delay = 0.0
    for name, monitor in document.monitors.by_name().items():
        if not monitor.enabled:
            continue
        last = last_execution(store, document.endpoint, name)
        ran = last.last_scheduled if last else None
        if ran is not None:
            yield signal(document.endpoint, EXECUTION_AGE, _hours(ran, at), name, _HOURS)
        overdue = missing_since(store, document.endpoint, name, monitor, ran, waiting.monitors[name].since, at)
        delay = max(delay, _hours(overdue, at) if overdue else 0.0)
    if SCHEDULE_DELAY in asked:
        yield signal(document.endpoint, SCHEDULE_DELAY, delay, unit=_HOURS)


def missing_since(
    store: ObjectStore,
    endpoint: str,
    name: str,
    monitor: ScheduledMonitor,
    ran: datetime | None,
    since: datetime,
    at: datetime,
) -> datetime | None:
    """The earliest scheduled time that has neither run nor been made up for by hand.

    Two executions of a monitor at the same time may overwrite each other's last.json. An announced report proves that
    its time has run.
    """
    for _ in range(_MOST_MADE_UP_FOR):
        missing = overdue_since(monitor, ran, since, at)
        if missing is None:
            return None
        slot = floor_to(missing, SLOT)
        if last_announced(store, report_folder(endpoint, name, slot)) is None:
            return missing
        ran = slot
    return None


def _profile_prefixes(store: ObjectStore, document: MonitorDocument) -> list[str]:
    folder = variants_prefix(document.endpoint)
    variants = [document.variant] if document.variant else store.folders(folder)
    return [f"{folder}{variant}/" for variant in variants]


def _newest(store: ObjectStore, prefixes: Iterable[str], at: datetime) -> datetime | None:
    hours = (newest_hour(store, prefix, at) for prefix in prefixes)
    return max((hour for hour in hours if hour is not None), default=None)


def _age(endpoint: str, name: str, newest: datetime | None, since: datetime, at: datetime) -> Metric:
    """Counted from the end of the hour: data in its last minute is not old."""
    came = max(newest + HOUR, since) if newest else since
    return signal(endpoint, name, _hours(came, at), unit=_HOURS)


def _hours(since: datetime, at: datetime) -> float:
    return max(0.0, (at - since) / HOUR)
