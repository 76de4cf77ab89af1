"""The resources of a monitor document in AWS: schedules, alarms, a dashboard. All of them change, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.alarms.check import path_of
from driftline.domain.alarms.dashboard import dashboard_body, dashboard_name
from driftline.domain.alarms.spread import spread_minutes
from driftline.domain.alarms.stack import Stack
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.defaults import StackDefaults
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.naming import schedule_name
from driftline.domain.monitors.problem import DocumentProblem
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import last_good_document
from driftline.usecases.ports import Alarms, AlarmsRefusedError, CaptureBuckets, Dashboards, Schedule, Schedules

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""EventBridge Scheduler replaces it with the scheduled time, not the time of delivery."""


class RefusedError(InvalidInputError):
    """AWS refuses a document that looked valid. Everything is restored."""

    def __init__(self, refusals: Sequence[DocumentProblem]) -> None:
        super().__init__("; ".join(refusal.found for refusal in refusals))
        self.refusals = tuple(refusals)


@dataclass(frozen=True, slots=True)
class Resources:
    """Names of an endpoint's resources.

    Attributes:
        schedules: By monitor, for enabled monitors.
        dashboard: None if the document, or the stack for documents that do not say, turns it off.
    """

    schedules: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    dashboard: str | None = None


@dataclass(frozen=True, slots=True)
class MonitorResources:
    """The stack's schedules, alarms and dashboards, and the buckets that it may read."""

    schedules: Schedules
    alarms: Alarms
    dashboards: Dashboards
    captures: CaptureBuckets
    stack: Stack
    kinds: Kinds
    defaults: StackDefaults

    def follow(self, document: MonitorDocument, before: MonitorStatus | None) -> Resources:
        """Sets everything according to the document.

        A fault in between leaves a part unchanged; the retry applies, or restores, everything again.

        Raises:
            RefusedError: with everything that was refused.
        """
        self._check_captures(document)
        endpoint = document.endpoint
        wanted = self._wanted_schedules(document)
        refusals = [*self._put_schedules(wanted)]
        names: tuple[str, ...] = ()
        try:
            names = tuple(self.alarms.keep(endpoint, wanted_alarms(document)))
        except AlarmsRefusedError as error:
            refusals += [
                DocumentProblem(path_of(document, each.alarm), f"the alarm {each.alarm.label!r}", each.reason)
                for each in error.refused
            ]
        refusals += self._put_dashboard(document)
        if refusals:
            self._put_back(document, before)
            raise RefusedError(refusals)
        scheduled = tuple(schedule.name for schedule in wanted)
        self._delete_schedules(endpoint, before, keep=scheduled)
        if not self.defaults.dashboard_of(document):
            self.dashboards.delete(endpoint)
            return Resources(scheduled, names)
        return Resources(scheduled, names, dashboard_name(self.stack, endpoint))

    def _check_captures(self, document: MonitorDocument) -> None:
        """Before anything changes: a monitor whose captures cannot be read would be green and blind."""
        capture = document.capture
        problem = self.captures.problem(capture.bucket, capture.prefix) if capture.bucket else None
        if problem is not None:
            raise RefusedError([problem])

    def remove(self, endpoint: str, before: MonitorStatus | None) -> None:
        """Deletes everything of an endpoint."""
        self._delete_schedules(endpoint, before, keep=())
        self.alarms.keep(endpoint, [])
        self.dashboards.delete(endpoint)

    def _put_schedules(self, wanted: Sequence[Schedule]) -> Iterator[DocumentProblem]:
        for schedule in wanted:
            try:
                self.schedules.put(schedule)
            except InvalidInputError as error:
                path = ("monitors", str(schedule.payload["monitor"]), "schedule")
                yield DocumentProblem(path, error.what, error.expected or "what EventBridge accepts", error.mend)

    def _put_dashboard(self, document: MonitorDocument) -> Iterator[DocumentProblem]:
        if self.defaults.dashboard_of(document):
            try:
                self.dashboards.put(document.endpoint, dashboard_body(document, self.stack))
            except InvalidInputError as error:
                allowed = error.expected or "what CloudWatch accepts"
                yield DocumentProblem(
                    ("dashboard",), error.what, allowed, "To have no dashboard, set dashboard: false."
                )

    def _put_back(self, document: MonitorDocument, before: MonitorStatus | None) -> None:
        """Restores everything that the document touched according to the last valid document."""
        endpoint = document.endpoint
        last_good = last_good_document(before, kinds=self.kinds)
        earlier = {schedule.name: schedule for schedule in self._wanted_schedules(last_good)} if last_good else {}
        for schedule in self._wanted_schedules(document):
            if schedule.name in earlier:
                self.schedules.put(earlier[schedule.name])
            elif before is None or schedule.name not in before.schedules:
                self.schedules.delete(schedule.name)
            # Otherwise another version of Driftline created it, from a document that this one cannot read.
        if last_good is None and before is not None and before.document is not None:
            return  # As above.
        self.alarms.keep(endpoint, wanted_alarms(last_good) if last_good else [])
        if last_good and self.defaults.dashboard_of(last_good):
            self.dashboards.put(endpoint, dashboard_body(last_good, self.stack))
        else:
            self.dashboards.delete(endpoint)

    def _delete_schedules(self, endpoint: str, before: MonitorStatus | None, keep: tuple[str, ...]) -> None:
        """Deletes by exact names: by prefix, `a` would include the schedules of `a-b`."""
        ours = {schedule_name(endpoint, monitor) for monitor in self.kinds.names}
        ours.update(before.schedules if before else ())
        for name in sorted(ours.difference(keep)):
            self.schedules.delete(name)

    def _wanted_schedules(self, document: MonitorDocument) -> list[Schedule]:
        return [
            Schedule(
                schedule_name(document.endpoint, name),
                monitor.schedule,
                {
                    "endpoint": document.endpoint,
                    "monitor": name,
                    "scheduled_time": SCHEDULED_TIME,
                    "trigger": "schedule",
                },
                monitor.timezone,
                spread_minutes(monitor.schedule, self.defaults.spread_minutes),
            )
            for name, monitor in document.monitors.by_name().items()
            if monitor.enabled
        ]
