"""Driftline's own verdict on a window of a schedule, from the captures and labels that are still there."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.keys import hour_folder
from driftline.domain.migration.translate import bucket_and_key
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import Window
from driftline.kinds.kind import Kinds
from driftline.usecases.arrivals.take_arrivals import merge_file
from driftline.usecases.capture.profile_capture import profile_capture
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.migration.import_schedules import import_schedules
from driftline.usecases.migration.read_schedules import ReadSchedule
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import EditableStore, ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import Tables

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What evaluating needs.

    Attributes:
        scratch: Makes a store in which nothing is, for one schedule.
        buckets: Opens buckets of the account.
        explaining: For run_monitor; kinds that ask a model are not evaluated.
    """

    scratch: Callable[[], EditableStore]
    buckets: Stores
    scripts: Scripts
    tables: Tables
    explaining: Explaining


@dataclass(frozen=True, slots=True)
class CapturedVerdict:
    """Driftline's verdict.

    Attributes:
        rows: That were evaluated.
        violations: The constraint_violations.json.
    """

    rows: int
    violations: bytes


class Captured:
    """The windows of one schedule, evaluated in a store of its own by the same use cases as in the stack.

    Raises:
        InvalidInputError: there can be no such monitor.
    """

    def __init__(self, read: ReadSchedule, tools: Tools, *, kinds: Kinds) -> None:
        self._read, self._tools, self._kinds = read, tools, kinds
        self._store = tools.scratch()
        [endpoint] = import_schedules([read], self._store, kinds=kinds)
        [carried] = endpoint.schedules
        if carried.error is not None:
            raise carried.error

    def verdict(self, scheduled: datetime) -> CapturedVerdict | None:
        """On the window of a scheduled time; None if there are no captures of it.

        Raises:
            InvalidInputError: the window cannot be evaluated.
        """
        monitor, store = self._read.monitor, self._store
        if monitor.capture is None or monitor.capture.bucket is None:
            return None
        document = load_document(store, monitor.endpoint, kinds=self._kinds)
        settings = document.monitors.by_name()[monitor.kind]
        window = window_of(scheduled, settings)
        if not self._read_captures(window, monitor.capture.bucket, monitor.capture.prefix):
            return None
        if settings.label_delay is not None:
            for key in self._copied_labels(window):
                merge_file(key, store=store, tables=self._tools.tables, max_label_delay=settings.label_delay)
        execution = self._execution(scheduled)
        if execution.status is ExecutionStatus.FAILED:
            raise InvalidInputError(execution.reason, where=self._read.source.name)
        return CapturedVerdict(execution.evaluated_rows, store.get(execution.files["constraint_violations.json"]).body)

    def _read_captures(self, window: Window, bucket: str, prefix: str) -> int:
        """Profiles the window's capture files; returns how many there are."""
        captures, found = self._tools.buckets(bucket), 0
        root = f"{prefix}{self._read.monitor.endpoint}/"
        for variant in captures.folders(root):
            for hour in window.hours():
                for summary in captures.list(f"{root}{variant}/{hour_folder(hour)}"):
                    self._profile(captures, summary.key)
                    found += 1
        return found

    def _profile(self, captures: ObjectStore, key: str) -> None:
        """A file that cannot be read costs itself alone: the verdict is on other rows than SageMaker's then."""
        try:
            profile_capture(
                key,
                capture=captures,
                state=self._store,
                stores=self._tools.buckets,
                scripts=self._tools.scripts,
                tables=self._tools.tables,
                on_lost=_nobody_was_told,
                kinds=self._kinds,
            )
        except InvalidInputError as error:
            _log.warning("%s", error)

    def _copied_labels(self, window: Window) -> list[str]:
        """Copies the ground truth of the window's hours to where labels are read."""
        source = self._read.source.definition.ground_truth
        if source is None:
            return []
        bucket, prefix = bucket_and_key(source)
        labels, copied = self._tools.buckets(bucket), list[str]()
        for hour in window.hours():
            folder = hour_folder(hour)
            for summary in labels.list(f"{prefix.strip('/')}/{folder}".removeprefix("/")):
                name = summary.key.rpartition("/")[2]
                key = f"{GROUND_TRUTH}{self._read.monitor.endpoint}/{folder}{name}"
                self._store.put(key, labels.get(summary.key).body)
                copied.append(key)
        return copied

    def _execution(self, scheduled: datetime) -> Execution:
        monitor = self._read.monitor
        return run_monitor(
            ExecutionRequest(endpoint=monitor.endpoint, monitor=monitor.kind, scheduled_time=scheduled),
            store=self._store,
            metrics=NoMetrics(),
            events=NoEvents(),
            stores=self._tools.buckets,
            scripts=self._tools.scripts,
            tables=self._tools.tables,
            signals_namespace=None,
            kinds=self._kinds,
            explaining=self._tools.explaining,
        )


def _nobody_was_told(_: Sequence[datetime]) -> None:
    """Nothing was announced from here that would have to be taken back."""
