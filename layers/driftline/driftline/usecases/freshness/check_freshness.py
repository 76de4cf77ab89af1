"""Checks every hour what should have happened around each endpoint: executions, captures, ground truth.

The results are ages, and the alarms on them. The time of the check comes from its schedule's event, so that it can be
repeated.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.alarms.ages import (
    CAPTURES_AGE,
    GROUND_TRUTH_AGE,
    SCHEDULE_DELAY,
    UNMATCHED_LABELS_AGE,
    age_alarms,
    transitions,
)
from driftline.domain.alarms.wanted import EXECUTION_AGE, UNREADABLE_STATE
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.keys import MONITORS, endpoint_of_status, report_folder, status_key, variants_prefix
from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import StackDefaults
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.overdue import overdue_since
from driftline.domain.windows import HOUR, SLOT, floor_to
from driftline.kinds.kind import Kinds
from driftline.usecases.each_alone import raise_for
from driftline.usecases.executions.last_execution import last_execution
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.executions.signals import signal
from driftline.usecases.freshness.freshness_record import (
    Waiting,
    forget_endpoints,
    keep_waiting,
    waited_for,
    waiting_since,
)
from driftline.usecases.freshness.outdated import is_outdated
from driftline.usecases.freshness.unmatched_labels import unmatched_since
from driftline.usecases.monitors.monitor_documents import last_good_document, load_status
from driftline.usecases.ports import AgeAlarms, Configurations, Metrics, ObjectStore
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.time_folders import newest_hour
from driftline.usecases.unreadable_state import count_unreadable

_MOST_MADE_UP_FOR = 50
"""Maximum consecutive scheduled times to look up among the reports; each is one request."""

_HOURS = "None"  # CloudWatch has no unit of hours

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FreshnessChecked:
    """Number of checked endpoints, of published ages, and of alarms that changed."""

    endpoints: int
    signals: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the look at an endpoint found.

    Attributes:
        signals: Its ages, for the graphs of its dashboard.
        changed: How many of its alarms have another state than before.
    """

    signals: Sequence[Metric] = ()
    changed: int = 0


def check_freshness(
    at: datetime,
    *,
    store: ObjectStore,
    metrics: Metrics,
    alarms: AgeAlarms,
    configurations: Configurations,
    namespace: str,
    kinds: Kinds,
    defaults: StackDefaults,
) -> FreshnessChecked:
    """Evaluates the alarms on ages of every endpoint with a monitor document.

    For an endpoint: `schedule_delay_hours`, the longest time that a scheduled execution has been missing, or 0;
    `captures_age_hours` and `ground_truth_age_hours` since the end of the newest hour with any, or since the endpoint
    is known; `unmatched_labels_age_hours` since ground truth arrives that matches nothing, or 0. Each only if the
    document's watch section requests it. An alarm that has another state than at the last check is announced, as
    CloudWatch would.

    The ages are published as metrics for endpoints that have a dashboard; then for each enabled monitor that ran also
    `execution_age_hours` since its latest scheduled time. Of the stack, if there are any: `unreadable_state`, how many
    objects of `state/` were moved aside.

    An endpoint whose alarms or dashboard are not those that this release and the stack's parameters ask for is
    configured again.

    Args:
        at: The scheduled time of the check.
        alarms: Where changes of alarms go.
        namespace: CloudWatch namespace of the signals.
        defaults: The stack's parameters for documents that do not say.

    Raises:
        InvalidInputError, StaleReadError: some endpoints could not be checked; all others are.
    """
    endpoints = sorted(filter(None, (endpoint_of_status(found.key) for found in store.list(MONITORS))))
    forget_endpoints(store, keep=endpoints)
    if unreadable := count_unreadable(store):
        metrics.publish(namespace, [Metric(UNREADABLE_STATE, float(unreadable), "Count")])
    signals = changed = 0
    failures: dict[str, Exception] = {}
    look = _Look(at, store, alarms, configurations, kinds, defaults)

    def looked(endpoint: str) -> _Looked | Exception:
        try:
            return look.at_endpoint(endpoint)
        except Exception as error:  # noqa: BLE001 - of AWS, too: the other endpoints have nothing to do with it
            return error

    for endpoint, found in zip(endpoints, side_by_side(looked, endpoints), strict=True):
        if isinstance(found, Exception):
            _log.error("The freshness of %s could not be checked: %s", endpoint, found)
            failures[endpoint] = found
            continue
        if found.signals:
            metrics.publish(namespace, found.signals)
        signals += len(found.signals)
        changed += found.changed
    raise_for(
        failures,
        f"the freshness of {len(failures)} of {len(endpoints)} endpoints could not be checked",
        "Upload their monitor documents again.",
    )
    return FreshnessChecked(len(endpoints), signals, changed)


@dataclass(frozen=True, slots=True)
class _Look:
    """The look at each endpoint in a check."""

    at: datetime
    store: ObjectStore
    alarms: AgeAlarms
    configurations: Configurations
    kinds: Kinds
    defaults: StackDefaults

    def at_endpoint(self, endpoint: str) -> _Looked:
        """Changes are announced before they are noted: after a crash in between they are announced again, which the
        incident recognises.
        """
        status = load_status(self.store, endpoint)
        document = self._document(endpoint, status)
        if status is None or document is None:
            return _Looked()
        if status.status == "ok" and is_outdated(status, document, self.defaults):
            self.configurations.request(status.key, self.at)
        before = waited_for(self.store, endpoint)
        waiting = waiting_since(before, document, self.at)
        last = {name: last_execution(self.store, endpoint, name) for name in waiting.monitors}
        ran = {name: each.last_scheduled if each else None for name, each in last.items()}
        ages = self._ages(document, waiting, ran)
        changes = transitions(document, ages, waiting.alarms, self.at)
        for each in changes:
            self.alarms.changed(each)
        states = {alarm.label: alarm.state_at(ages[alarm.metric]) for alarm in age_alarms(document)}
        keep_waiting(self.store, endpoint, waiting.model_copy(update={"alarms": states}), before)
        if not self.defaults.dashboard_of(document):
            return _Looked(changed=len(changes))
        of_executions = [
            signal(endpoint, EXECUTION_AGE, _hours(scheduled, self.at), name, _HOURS)
            for name, scheduled in ran.items()
            if scheduled is not None
        ]
        signals = [*of_executions, *(signal(endpoint, name, age, unit=_HOURS) for name, age in ages.items())]
        return _Looked(signals, len(changes))

    def _document(self, endpoint: str, status: MonitorStatus | None) -> MonitorDocument | None:
        """The document whose monitors run; None if there never was a valid one, which was reported to its author."""
        document = last_good_document(status, kinds=self.kinds)
        if document is None and (status is None or status.document is not None):
            raise InvalidInputError(
                "the status file cannot be read, or has a document of another version",
                where=self.store.uri(status_key(endpoint)),
                mend="Upload the monitor document again.",
            )
        return document

    def _ages(
        self, document: MonitorDocument, waiting: Waiting, ran: Mapping[str, datetime | None]
    ) -> dict[str, float]:
        """Hours, by the name of the signal; those that an alarm of the document looks at."""
        endpoint, found = document.endpoint, dict[str, float]()
        asked = {alarm.metric for alarm in age_alarms(document)}
        if SCHEDULE_DELAY in asked:
            found[SCHEDULE_DELAY] = max((self._delay(document, waiting, *each) for each in ran.items()), default=0.0)
        if CAPTURES_AGE in asked:
            found[CAPTURES_AGE] = self._age(_profile_prefixes(self.store, document), waiting.since)
        if GROUND_TRUTH_AGE in asked:
            found[GROUND_TRUTH_AGE] = self._age([f"{GROUND_TRUTH}{endpoint}/"], waiting.since)
        if UNMATCHED_LABELS_AGE in asked:
            unmatched = unmatched_since(self.store, endpoint, self.at)
            found[UNMATCHED_LABELS_AGE] = _hours(unmatched or self.at, self.at)
        return found

    def _delay(self, document: MonitorDocument, waiting: Waiting, name: str, ran: datetime | None) -> float:
        """How long an execution of the monitor has been missing."""
        monitor, since = document.monitors.by_name()[name], waiting.monitors[name].since
        overdue = missing_since(self.store, document.endpoint, name, monitor, ran, since, self.at)
        return _hours(overdue, self.at) if overdue else 0.0

    def _age(self, prefixes: Iterable[str], since: datetime) -> float:
        """Counted from the end of the newest hour: data in its last minute is not old."""
        hours = (newest_hour(self.store, prefix, self.at) for prefix in prefixes)
        newest = max((hour for hour in hours if hour is not None), default=None)
        return _hours(max(newest + HOUR, since) if newest else since, self.at)


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


def _hours(since: datetime, at: datetime) -> float:
    return max(0.0, (at - since) / HOUR)
