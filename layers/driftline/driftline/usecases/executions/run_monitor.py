"""One execution of a monitor: a verdict on a window, then its files, metrics and event.

Order of the side effects: files, last.json, metrics and signals, event, and last the note that they are announced. An
execution that is delivered again finds the note and publishes nothing; one that was cut short before the note publishes
again, because an alarm that comes twice is better than one that never comes.

Only executions that the schedule or an arrival asked for send signals (`signals` says which) and, with them,
become the monitor's last execution. What a person runs by hand wakes nobody. The note says whether alarms heard of the
verdict, so that a window that was run by hand first is still signalled by its schedule.

One that fails leaves `failure.json` where its files would be, and its event says where: its page is made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.executions.judgement import Judgement
from driftline.domain.keys import document_key, report_folder
from driftline.domain.metrics import Metric
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import SLOT, Window, floor_to
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kinds
from driftline.usecases.capture.window_profile import window_inputs
from driftline.usecases.executions.failures import keep_failure
from driftline.usecases.executions.last_execution import keep_last_execution, last_execution
from driftline.usecases.executions.revisions import SUMMARY, Announced, announce, digest_of, last_announced, write_files
from driftline.usecases.executions.signals import alarmed_names, failure_signal, news
from driftline.usecases.executions.window_data import StoredWindow
from driftline.usecases.models.model_log import load_model_log
from driftline.usecases.models.model_marks import new_model
from driftline.usecases.monitors.monitor_documents import load_document, load_script
from driftline.usecases.ports import Events, Metrics, ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts

COMPLETED_EVENT = "Monitoring Execution Completed"
FAILED_EVENT = "Monitoring Execution Failed"

_ATTEMPTS = 4
"""So often a window is judged in a row when something of it arrives meanwhile."""


@dataclass(frozen=True, slots=True)
class _Outputs:
    """Where an execution's results go."""

    request: ExecutionRequest
    store: ObjectStore
    metrics: Metrics
    events: Events
    signals_namespace: str | None

    def news(self, execution: Execution, judgement: Judgement, earlier: Announced | None) -> Sequence[Metric]:
        """What alarms have to hear; nothing when a person asked for the execution."""
        if not self.request.signals or execution.scheduled_time is None:
            return ()
        last = last_execution(self.store, execution.endpoint, execution.monitor)
        return news(execution.endpoint, execution.monitor, judgement, execution.scheduled_time, earlier, last)

    def signal(self, signals: Sequence[Metric]) -> None:
        """Tells alarms, unless a person asked for the execution."""
        if signals and self.request.signals and self.signals_namespace:
            self.metrics.publish(self.signals_namespace, signals)


def run_monitor(
    request: ExecutionRequest,
    *,
    store: ObjectStore,
    metrics: Metrics,
    events: Events,
    stores: Stores,
    scripts: Scripts,
    signals_namespace: str | None,
    kinds: Kinds,
    namespace: str | None = None,
) -> Execution:
    """Runs one monitor over one window.

    What a user has to mend (no baseline, a broken file) is an execution that failed, with its reason and its event:
    running it again would not help. Everything else is raised, for the platform to try again.

    What arrives while the window is judged is in the verdict, or makes a revision of it at once.

    Args:
        stores: Opens the bucket that captures are in, where it is another one.
        scripts: Runs the monitor's postprocessing script.
        namespace: CloudWatch namespace of all monitors that name none; SageMaker's for each kind unless given.
        signals_namespace: CloudWatch namespace of what alarms look at; without one nothing is signalled.
    """
    outputs = _Outputs(request, store, metrics, events, signals_namespace)
    window: Window | None = None
    try:
        document = load_document(store, request.endpoint, kinds=kinds)
        monitor, kind = _monitor(document, request.monitor), kinds.named(request.monitor)
        window, scheduled, folder = _when(request, monitor)
        for _ in range(_ATTEMPTS):
            inputs = window_inputs(store, request.endpoint, window, document.variant)
            model = new_model(load_model_log(store, request.endpoint), monitor, window, scheduled)
            schedule = metric_schedule(document, request.monitor)
            context = Context(
                document=document,
                monitor=request.monitor,
                schedule=schedule,
                window=window,
                scheduled_time=scheduled,
                alarmed=alarmed_names(monitor),
                model=model,
            )
            judgement = kind.engine.evaluate(context, StoredWindow(store, stores, document, kind.name, window))
            files = _postprocessed(judgement.files, monitor, store, scripts)
            execution = _execution(request, judgement, files, window, scheduled, folder, schedule)
            into = monitor.namespace or namespace or monitor.metrics_namespace
            execution = _announced(execution, files, judgement, into, outputs)
            if window_inputs(store, request.endpoint, window, document.variant) == inputs:
                return execution
    except (InvalidInputError, ObjectNotFoundError) as error:
        return _failed(error, window, outputs)
    raise StaleReadError("captures or labels of the window kept arriving while it was judged", where=folder)


def _postprocessed(
    files: Mapping[str, bytes], monitor: ScheduledMonitor, store: ObjectStore, scripts: Scripts
) -> Mapping[str, bytes]:
    if monitor.postprocess is None:
        return files
    return {**files, **scripts.postprocess(load_script(store, monitor.postprocess), monitor.postprocess, files)}


def _announced(
    execution: Execution,
    files: Mapping[str, bytes],
    judgement: Judgement,
    namespace: str,
    outputs: _Outputs,
) -> Execution:
    """Writes the files; publishes metrics and event unless exactly these files were announced before."""
    store, folder = outputs.store, execution.folder
    earlier = last_announced(store, folder)
    write_files(store, folder, files, earlier)
    if earlier is not None and earlier.digest == digest_of(files):
        execution = replace(execution, revision=earlier.revision, unchanged=True)
    else:
        execution = replace(execution, revision=earlier.revision + 1 if earlier else 1)
    known = execution.unchanged and earlier is not None and earlier.signalled
    signals = [] if known else outputs.news(execution, judgement, earlier)
    if signals:
        keep_last_execution(store, outputs.request, execution, judged=judgement.verdict is not None)
    if judgement.metrics and execution.window is not None and not execution.unchanged:
        outputs.metrics.publish(namespace, judgement.metrics, execution.window.start)
    outputs.signal(signals)
    if not execution.unchanged:
        uri = store.uri(folder)
        outputs.events.publish(COMPLETED_EVENT, execution.event_detail(uri), [store.uri(folder + SUMMARY)])
    told = judgement.verdict if signals else earlier.told if earlier else None
    signalled = outputs.request.signals or known
    announced = Announced.of(execution.revision, files, told, signalled=signalled)
    if announced != earlier:
        announce(store, folder, announced)
    if not signals:
        _works_again(execution, outputs)
    return execution


def _works_again(execution: Execution, outputs: _Outputs) -> None:
    """Ends the alarm on failed executions when one that failed has worked, and there is nothing else to signal.

    Signalled before it is written down: cut short in between, the next delivery signals it again.
    """
    last = last_execution(outputs.store, execution.endpoint, execution.monitor)
    if not outputs.request.signals or last is None or not last.failed or execution.scheduled_time is None:
        return
    if last.scheduled_time is None or execution.scheduled_time >= last.scheduled_time:
        outputs.signal([failure_signal(execution.endpoint, execution.monitor, failed=False)])
        keep_last_execution(outputs.store, outputs.request, execution)


def _failed(error: DriftlineError, window: Window | None, outputs: _Outputs) -> Execution:
    """There is no note of a failure: repeated, it is told again.

    Args:
        window: None if it failed before its window was known.
    """
    request, store = outputs.request, outputs.store
    scheduled = floor_to(request.scheduled_time, SLOT) if request.scheduled_time else None
    folder = ""
    if request.signals and scheduled is not None and request.start is None:
        # Of others there is no page: whoever asked by hand has the answer, and their window may be no schedule's.
        folder = report_folder(request.endpoint, request.monitor, scheduled)
        keep_failure(store, folder, window, error)
    failed = Execution(
        request.endpoint,
        request.monitor,
        ExecutionStatus.FAILED,
        str(error),
        window=window,
        scheduled_time=scheduled,
        folder=folder,
    )
    if request.signals:
        keep_last_execution(store, request, failed)
    outputs.signal([failure_signal(request.endpoint, request.monitor, failed=True)])
    outputs.events.publish(FAILED_EVENT, failed.event_detail(store.uri(folder) if folder else ""))
    return failed


def _monitor(document: MonitorDocument, name: str) -> ScheduledMonitor:
    monitors = document.monitors.by_name()
    if name not in monitors:
        raise InvalidInputError(
            f"the monitor document has no monitor {name}",
            where=document_key(document.endpoint),
            expected=f"one of {', '.join(monitors)}",
        )
    return monitors[name]


def _when(request: ExecutionRequest, monitor: ScheduledMonitor) -> tuple[Window, datetime, str]:
    """The window, the scheduled time and the report folder.

    A window by hand belongs to the schedule's folder only if the schedule would judge exactly it.
    """
    scheduled = request.scheduled_time
    if request.start is None or request.end is None:
        if scheduled is None:
            raise InvalidInputError("an execution needs a scheduled time, or a start and an end")
        floored = floor_to(scheduled, SLOT)
        folder = report_folder(request.endpoint, request.monitor, floored)
        return window_of(scheduled, monitor), floored, folder
    window = Window(request.start, request.end)
    if scheduled is None:
        scheduled = window.end - (monitor.window.end_offset if monitor.window else SLOT * 0)
    scheduled = floor_to(scheduled, SLOT)
    by_hand_from = None if _is_scheduled(window, scheduled, monitor) else window.start
    return window, scheduled, report_folder(request.endpoint, request.monitor, scheduled, by_hand_from)


def _is_scheduled(window: Window, scheduled: datetime, monitor: ScheduledMonitor) -> bool:
    try:
        return window_of(scheduled, monitor) == window
    except InvalidInputError:
        return False  # The schedule says no window for this time.


def _execution(
    request: ExecutionRequest,
    judgement: Judgement,
    files: Mapping[str, bytes],
    window: Window,
    scheduled: datetime,
    folder: str,
    schedule: str,
) -> Execution:
    violated = judgement.violations > 0
    return Execution(
        request.endpoint,
        request.monitor,
        ExecutionStatus.COMPLETED_WITH_VIOLATIONS if violated else ExecutionStatus.COMPLETED,
        judgement.reason,
        schedule=schedule,
        window=window,
        scheduled_time=scheduled,
        rows=judgement.rows,
        violations=judgement.violations,
        worst_drift=judgement.worst_drift,
        worst_feature=judgement.worst_feature,
        coverage=judgement.coverage,
        folder=folder,
        files={name: folder + name for name in sorted(files)},
    )
