"""One execution of a monitor: a verdict on a window, then its files, metrics and event.

`announcing` writes and announces the results.

Only executions requested by the schedule or by an arrival send signals (`signals` says which) and become the monitor's
last execution. An execution by hand alarms nobody. The record says whether the verdict was signalled, so that a window
that was first run by hand is still signalled by its schedule.

A failed execution leaves `failure.json` where its files would be, and its event says where, for its page.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, PendingError, StaleReadError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.executions.judgement import Judgement
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.monitors.ownership import NOBODY
from driftline.domain.windows import Window
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kinds
from driftline.presentation.headline import envelope_headline
from driftline.usecases.capture.profile_again import profile_again
from driftline.usecases.capture.window_profile import NO_INPUTS, window_inputs
from driftline.usecases.executions.announcing import Outputs, announce_failure, announce_verdict
from driftline.usecases.executions.expired import refuse_expired
from driftline.usecases.executions.judging import judged, monitor_named
from driftline.usecases.executions.requested_window import requested_window
from driftline.usecases.executions.signals import alarmed_names
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.models.model_log import load_model_log
from driftline.usecases.models.model_marks import new_model
from driftline.usecases.monitors.monitor_documents import load_document, load_script
from driftline.usecases.ports import Events, Metrics, ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import Tables
from driftline.usecases.unreadable_state import with_state_made_again

_ATTEMPTS = 4
"""Maximum consecutive evaluations of a window while its data keeps arriving."""


def run_monitor(
    request: ExecutionRequest,
    *,
    store: ObjectStore,
    metrics: Metrics,
    events: Events,
    stores: Stores,
    scripts: Scripts,
    tables: Tables,
    signals_namespace: str | None,
    kinds: Kinds,
    explaining: Explaining,
    namespace: str | None = None,
    defaults: StackDefaults = SHIPPED,
) -> Execution:
    """Runs one monitor over one window.

    A problem that a user has to fix (no baseline, a broken file) is a failed execution, with its reason and event:
    running it again would not help. Everything else is raised, for the platform to retry.

    Data that arrives during the evaluation is in the verdict, or in a revision that follows at once.

    Args:
        stores: Opens the bucket of the captures, if it is another one.
        scripts: Runs the monitor's postprocessing script.
        tables: Reads and joins rows, and makes the files of the tables of results.
        namespace: CloudWatch namespace of monitors that name none; by default SageMaker's for each kind.
        signals_namespace: CloudWatch namespace of the signals for alarms; None: no signals.
        defaults: The stack's parameters for documents that do not say.
        explaining: Where explanations come from. A window whose explanations are not there yet is pending: nothing is
            written, and the same request comes again when they are.
    """
    outputs = Outputs(request, store, metrics, events, signals_namespace, tables)
    window: Window | None = None
    ownership = NOBODY
    # Labels are left to the next sweep, which may write them; until then they are missing in the coverage.
    profile = partial(profile_again, store=store, stores=stores, scripts=scripts, tables=tables, kinds=kinds)
    try:
        document = load_document(store, request.endpoint, kinds=kinds)
        ownership = document.ownership
        monitor, kind = monitor_named(document, request.monitor), kinds.named(request.monitor)
        window, scheduled, folder = requested_window(request, monitor)
        for _ in range(_ATTEMPTS):
            inputs = _inputs(store, document, monitor, window)
            if inputs == NO_INPUTS:
                refuse_expired(store, folder)
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
                defaults=defaults,
            )
            judge = partial(judged, context, kind, explaining.of(request.endpoint, store), store, stores, tables)
            judgement = with_state_made_again(judge, store, profile)
            files = _postprocessed(judgement.files, monitor, store, scripts)
            execution = _execution(request, judgement, files, window, scheduled, folder, schedule)
            execution = replace(execution, ownership=ownership)
            into = monitor.namespace or namespace or monitor.metrics_namespace
            execution = announce_verdict(execution, files, judgement, into, outputs)
            if _inputs(store, document, monitor, window) == inputs:
                return execution
    except PendingError as pending:
        explaining.wait(request, pending, store)
        return _pending(request, pending, window)
    except (InvalidInputError, ObjectNotFoundError) as error:
        return announce_failure(error, window, outputs, kinds=kinds, ownership=ownership)
    raise StaleReadError("captures or labels of the window kept arriving during its evaluation", where=folder)


def _pending(request: ExecutionRequest, pending: PendingError, window: Window | None) -> Execution:
    return Execution(
        request.endpoint,
        request.monitor,
        ExecutionStatus.PENDING,
        str(pending),
        window=window,
        scheduled_time=request.scheduled_time,
    )


def _inputs(store: ObjectStore, document: MonitorDocument, monitor: ScheduledMonitor, window: Window) -> str:
    return window_inputs(store, document.endpoint, window, document.variant, attributes=monitor.reads_attributes)


def _postprocessed(
    files: Mapping[str, bytes], monitor: ScheduledMonitor, store: ObjectStore, scripts: Scripts
) -> Mapping[str, bytes]:
    if monitor.postprocess is None:
        return files
    return {**files, **scripts.postprocess(load_script(store, monitor.postprocess), monitor.postprocess, files)}


def _execution(
    request: ExecutionRequest,
    judgement: Judgement,
    files: Mapping[str, bytes],
    window: Window,
    scheduled: datetime,
    folder: str,
    schedule: str,
) -> Execution:
    envelope = judgement.envelope
    return Execution(
        request.endpoint,
        request.monitor,
        ExecutionStatus(envelope.status),
        envelope.reason,
        schedule=schedule,
        window=window,
        scheduled_time=scheduled,
        rows=envelope.rows,
        evaluated_rows=envelope.evaluated_rows,
        violations=judgement.violations,
        headline=envelope.headline,
        sentence=envelope_headline(envelope),
        coverage=envelope.coverage,
        folder=folder,
        files={name: folder + name for name in sorted(files)},
    )
