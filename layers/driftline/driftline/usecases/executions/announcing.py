"""Writes, signals and announces a verdict.

Order of the side effects: files, last.json, metrics and signals, event, rows in the tables of results, and finally the
record that they are announced.
A repeated delivery finds the record and publishes nothing; one that was interrupted before the record publishes again,
because an alarm that comes twice is better than one that never comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from driftline.domain.alarms.wanted import EXECUTIONS_FAILED
from driftline.domain.errors import DriftlineError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.judgement import Judgement
from driftline.domain.keys import document_key, report_folder
from driftline.domain.metrics import Metric
from driftline.domain.monitors.ownership import Ownership
from driftline.domain.windows import SLOT, Window, floor_to
from driftline.kinds.kind import Kinds
from driftline.usecases.executions.failures import keep_failure
from driftline.usecases.executions.last_execution import keep_last_execution, last_execution
from driftline.usecases.executions.result_files import write_result_files
from driftline.usecases.executions.revisions import Announced, announce, digest_of, last_announced, write_files
from driftline.usecases.executions.signals import failure_signal, news
from driftline.usecases.ports import Events, Metrics, ObjectStore
from driftline.usecases.ports.tables import ResultFiles

COMPLETED_EVENT = "Monitoring Execution Completed"
FAILED_EVENT = "Monitoring Execution Failed"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where an execution's results go.

    Attributes:
        signals_namespace: CloudWatch namespace of the signals for alarms; None: no signals.
        tables: Makes the files of the tables of results.
    """

    request: ExecutionRequest
    store: ObjectStore
    metrics: Metrics
    events: Events
    signals_namespace: str | None
    tables: ResultFiles

    def signal(self, signals: Sequence[Metric]) -> None:
        """Sends signals for alarms, unless a person requested the execution."""
        if signals and self.request.signals and self.signals_namespace:
            self.metrics.publish(self.signals_namespace, signals)


@dataclass(frozen=True, slots=True)
class _Revision:
    """An execution whose files are written, and what was announced for its folder before."""

    execution: Execution
    earlier: Announced | None

    @property
    def signalled(self) -> bool:
        """Alarms already know exactly this verdict."""
        return self.execution.unchanged and self.earlier is not None and self.earlier.signalled


def announce_verdict(
    execution: Execution, files: Mapping[str, bytes], judgement: Judgement, namespace: str, outputs: Outputs
) -> Execution:
    """Writes the files; publishes metrics and event unless exactly these files were announced before.

    Args:
        namespace: CloudWatch namespace of the metrics for people.

    Returns:
        The execution with its revision.
    """
    revision = _revised(execution, files, outputs.store)
    signals = _signals_due(revision, judgement, outputs)
    if signals is not None:
        _keep(revision.execution, judgement, outputs)
    _publish(revision.execution, judgement, namespace, signals or (), outputs)
    # After the event, which people wait for; also of an unchanged verdict, so that a replay fills in what is missing.
    write_result_files(revision.execution, judgement, outputs.store, outputs.tables)
    _note(revision, files, judgement, outputs, signalled=signals is not None)
    if any(each.name == EXECUTIONS_FAILED for each in signals or ()):
        _keep(revision.execution, judgement, outputs, recovered=True)
    if signals is None:
        _end_failures(revision.execution, outputs)
    return revision.execution


def _keep(execution: Execution, judgement: Judgement, outputs: Outputs, *, recovered: bool = False) -> None:
    judged = judgement.counted_violations is not None
    keep_last_execution(outputs.store, outputs.request, execution, judged=judged, recovered=recovered)


def announce_failure(
    error: DriftlineError, window: Window | None, outputs: Outputs, *, kinds: Kinds, ownership: Ownership
) -> Execution:
    """Stores why an execution ended without a verdict, signals it and publishes its event.

    Failures are not recorded as announced: repeated, they are announced again.

    Args:
        window: None if it failed before its window was known.
        ownership: Whose endpoint it is, as far as it is known.
    """
    request, store = outputs.request, outputs.store
    scheduled = floor_to(request.scheduled_time, SLOT) if request.scheduled_time else None
    folder = ""
    if request.signals and scheduled is not None and request.start is None:
        # Others get no page: a caller by hand has the answer, and the window may not be one of the schedule.
        folder = report_folder(request.endpoint, request.monitor, scheduled)
        keep_failure(store, folder, window, error, kinds=kinds)
    failed = Execution(
        request.endpoint,
        request.monitor,
        ExecutionStatus.FAILED,
        str(error),
        window=window,
        scheduled_time=scheduled,
        folder=folder,
        ownership=ownership,
    )
    if request.signals:
        keep_last_execution(store, request, failed)
    outputs.signal([failure_signal(request.endpoint, request.monitor, failed=True)])
    detail = failed.event_detail(store.uri(folder) if folder else "")
    outputs.events.publish(FAILED_EVENT, detail, [store.uri(folder or document_key(request.endpoint))])
    return failed


def _revised(execution: Execution, files: Mapping[str, bytes], store: ObjectStore) -> _Revision:
    """Writes the files; the same files are the same revision."""
    earlier = last_announced(store, execution.folder)
    write_files(store, execution.folder, files, earlier)
    if earlier is not None and earlier.digest == digest_of(files):
        return _Revision(replace(execution, revision=earlier.revision, unchanged=True), earlier)
    return _Revision(replace(execution, revision=earlier.revision + 1 if earlier else 1), earlier)


def _signals_due(revision: _Revision, judgement: Judgement, outputs: Outputs) -> Sequence[Metric] | None:
    """What alarms do not know yet, which may be no figure; None if it is nothing to them, or a person requested it."""
    execution = revision.execution
    if revision.signalled or not outputs.request.signals or execution.scheduled_time is None:
        return None
    last = last_execution(outputs.store, execution.endpoint, execution.monitor)
    return news(execution.endpoint, execution.monitor, judgement, execution.scheduled_time, revision.earlier, last)


def _publish(
    execution: Execution, judgement: Judgement, namespace: str, signals: Sequence[Metric], outputs: Outputs
) -> None:
    """Metrics, signals, event, in this order, so that alarms are on their way when the event is sent."""
    if judgement.metrics and execution.window is not None and not execution.unchanged:
        outputs.metrics.publish(namespace, judgement.metrics, execution.window.start)
    outputs.signal(signals)
    if not execution.unchanged:
        folder, store = execution.folder, outputs.store
        detail = execution.event_detail(store.uri(folder))
        outputs.events.publish(COMPLETED_EVENT, detail, [store.uri(folder + SUMMARY)])


def _note(
    revision: _Revision, files: Mapping[str, bytes], judgement: Judgement, outputs: Outputs, *, signalled: bool
) -> None:
    """Records that everything is announced."""
    earlier = revision.earlier
    told = judgement.counted_violations if signalled else earlier.told if earlier else None
    known = outputs.request.signals or revision.signalled
    announced = Announced.of(revision.execution.revision, files, told, signalled=known)
    if announced != earlier:
        announce(outputs.store, revision.execution.folder, announced)


def _end_failures(execution: Execution, outputs: Outputs) -> None:
    """Ends the alarm on failed executions when a failed one has succeeded and there is nothing else to signal.

    Signalled before it is recorded: if it is interrupted in between, the next delivery signals it again.
    """
    last = last_execution(outputs.store, execution.endpoint, execution.monitor)
    if not outputs.request.signals or last is None or not last.failing or execution.scheduled_time is None:
        return
    if last.scheduled_time is None or execution.scheduled_time >= last.scheduled_time:
        outputs.signal([failure_signal(execution.endpoint, execution.monitor, failed=False)])
        keep_last_execution(outputs.store, outputs.request, execution, recovered=True)
