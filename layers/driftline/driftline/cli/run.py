"""`driftline run` and `driftline replay`: evaluate one window, or all windows of a range of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import typer
from rich.console import Console

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.by_hand.unannounced import UnannouncedStore
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import read_report, show_report
from driftline.cli.tables import show_executions, show_failure
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.executions.verdict import Verdict
from driftline.domain.ground_truth.keys import GROUND_TRUTH, open_labels_prefix
from driftline.domain.instants import format_instant
from driftline.domain.keys import variants_prefix
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.windows import window_by_hand
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.monitors.monitor_documents import find_document, load_document
from driftline.usecases.ports import ObjectStore

MOST_EXECUTIONS = 10_000
"""Of one replay: more than a year of hours, and less than what looks as if it never ended."""

_CODES: dict[Verdict | None, ExitCode] = {
    None: ExitCode.FAILED,
    "violations": ExitCode.COMPLETED_WITH_VIOLATIONS,
    "not_evaluated": ExitCode.NOT_EVALUATED,
    "good": ExitCode.COMPLETED,
}
"""The exit code for each verdict, the gravest first; None: the execution failed."""


@dataclass(frozen=True, slots=True)
class _Monitor:
    """A monitor of an endpoint in a place."""

    place: Place
    endpoint: str
    name: str

    def execute(
        self, *, scheduled: datetime | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Execution:
        """Runs the same use case as the function run_monitor; writes the same files, publishes nothing."""
        request = ExecutionRequest(
            endpoint=self.endpoint, monitor=self.name, scheduled_time=scheduled, start=start, end=end
        )
        store = UnannouncedStore(self.place.store)
        return run_monitor(
            request,
            store=store,
            metrics=NoMetrics(),
            events=NoEvents(),
            stores=self.place.stores,
            scripts=ScriptProcesses(),
            tables=DuckTables(),
            signals_namespace=None,
            kinds=KINDS,
            explaining=explaining(),
        )


def run(
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    start: options.Start = None,
    end: options.End = None,
    as_json: options.Json = False,
) -> None:
    """Evaluate one window: that of a scheduled time, or any with a start and an end.

    Writes the same files as the function run_monitor. Publishes neither metrics nor events.

    Example: driftline run --start 2013-03-08T09:00:00Z --end 2013-03-09T09:00:00Z
    """
    if (start is None) != (end is None) or (scheduled is None) == (start is None):
        raise typer.BadParameter("pass --scheduled, or --start and --end")
    if start is not None and end is not None:
        _check_window(start, end)
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        target = _monitor(place, endpoint, monitor)
        _refuse_unprofiled(place, target.endpoint)
        notes = _notes(target)
        execution = target.execute(scheduled=scheduled, start=start, end=end)
        result = {**_document(place, execution), "notes": notes}
        output.result(result, lambda console: _show(console, place, execution))
        _report_failures(output, [execution])
        for note in notes:
            output.note(note)
    raise typer.Exit(_CODES[execution.verdict])


def replay(
    first: options.From,
    last: options.To,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    as_json: options.Json = False,
) -> None:
    """Evaluate every window whose scheduled time is in a range, as the schedule would have.

    The exit code is 1 if an execution failed, otherwise 2 if one has violations, otherwise 3 if one evaluated no rows.

    Example: driftline replay --from 2013-03-01 --to 2013-04-01
    """
    if first >= last:
        raise typer.BadParameter(
            f"--from {format_instant(first)} is not before --to {format_instant(last)}; the end is excluded"
        )
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        target = _monitor(place, endpoint, monitor)
        _refuse_unprofiled(place, target.endpoint)
        notes = _notes(target)
        moments = _scheduled_times(target, first, last)
        executions: list[Execution] = []
        interrupted: dict[datetime, DriftlineError] = {}
        with output.progress("evaluating", len(moments)) as step:
            for moment in moments:
                step(format_instant(moment))
                try:
                    executions.append(target.execute(scheduled=moment))
                except DriftlineError as error:  # its data kept changing, or a store refused: the others go on
                    interrupted[moment] = error
        result = {
            "executions": [_document(place, execution) for execution in executions],
            "interrupted": [
                {"scheduled_time": format_instant(at), **output.parts(error)} for at, error in interrupted.items()
            ],
            "notes": notes,
        }
        output.result(result, lambda console: show_executions(console, executions))
        _report_failures(output, executions)
        for each in interrupted.values():
            output.trouble(each)
        for note in notes:
            output.note(note)
    raise typer.Exit(ExitCode.FAILED if interrupted else _code(executions))


def _monitor(place: Place, endpoint: str | None, monitor: str | None) -> _Monitor:
    name = place.endpoint(endpoint)
    return _Monitor(place, name, place.monitor(name, monitor))


def _report_failures(output: Output, executions: Sequence[Execution]) -> None:
    for execution in executions:
        if execution.status is ExecutionStatus.FAILED:
            at = execution.scheduled_time
            output.trouble(DriftlineError(execution.reason, where=format_instant(at) if at else ""))


def _check_window(start: datetime, end: datetime) -> None:
    """A window that cannot be is a usage error, not a failed execution."""
    try:
        window_by_hand(start, end)
    except InvalidInputError as error:
        raise typer.BadParameter(str(error)) from None


def _notes(target: _Monitor) -> list[str]:
    """What was forgotten, if the window looks empty because of it."""
    store, endpoint = target.place.store, target.endpoint
    if not store.folders(variants_prefix(endpoint)):
        capture = target.place.capture(endpoint)
        where = capture.store.uri(f"{capture.prefix}{endpoint}/")
        return [f"Nothing was ingested yet: there are no capture files in {where}."]
    document = find_document(store, endpoint, kinds=KINDS)
    monitor = document.monitors.by_name().get(target.name) if document else None
    if monitor is None or monitor.label_delay is None or _is_anything(store, open_labels_prefix(endpoint)):
        return []
    prefix = f"{GROUND_TRUTH}{endpoint}/"
    if _is_anything(store, prefix):
        return ["The ground truth was not merged yet: run `driftline merge`."]
    return [f"No ground truth yet: there are no labels in {store.uri(prefix)}. `driftline merge FILE` adds some."]


def _is_anything(store: ObjectStore, prefix: str) -> bool:
    return next(iter(store.list(prefix)), None) is not None


def _refuse_unprofiled(place: Place, endpoint: str) -> None:
    """Capture files without profiles mean that `ingest` was forgotten: the window would look empty."""
    if place.store.folders(variants_prefix(endpoint)):
        return
    capture = place.capture(endpoint)
    if _is_anything(capture.store, f"{capture.prefix}{endpoint}/"):
        raise InvalidInputError(
            "the capture files have no profiles yet",
            where=place.store.uri(variants_prefix(endpoint)),
            mend="Run `driftline ingest` first.",
        )


def _scheduled_times(target: _Monitor, first: datetime, last: datetime) -> list[datetime]:
    document = load_document(target.place.store, target.endpoint, kinds=KINDS)
    monitors = document.monitors.by_name()
    if target.name not in monitors:
        raise InvalidInputError(
            f"the monitor document has no monitor {target.name}",
            where=target.endpoint,
            expected=f"one of {', '.join(monitors)}",
        )
    schedule = monitors[target.name]
    moments = list(islice(occurrences(schedule.schedule, first, last, schedule.timezone), MOST_EXECUTIONS + 1))
    if len(moments) > MOST_EXECUTIONS:
        raise InvalidInputError(
            f"{schedule.schedule} has more than {MOST_EXECUTIONS:,} scheduled times from {format_instant(first)} to "
            f"{format_instant(last)}",
            where=target.endpoint,
            expected=f"a range with at most {MOST_EXECUTIONS:,}",
            mend=f"Cut it: the first part may end with --to {format_instant(moments[-1])}, where the next one starts.",
        )
    if not moments:
        raise InvalidInputError(
            f"{schedule.schedule} has no scheduled time from {format_instant(first)} to {format_instant(last)}",
            where=target.endpoint,
            mend="Use a longer range; its end is excluded.",
        )
    return moments


def _code(executions: Sequence[Execution]) -> ExitCode:
    found = {execution.verdict for execution in executions}
    return next(code for verdict, code in _CODES.items() if verdict in found)


def _document(place: Place, execution: Execution) -> Mapping[str, object]:
    """The execution as JSON: times as text, files as locations."""
    window = execution.window
    return {
        "endpoint": execution.endpoint,
        "monitor": execution.monitor,
        "status": execution.status.value,
        "verdict": execution.verdict,
        "reason": execution.reason,
        "window": {"start": format_instant(window.start), "end": format_instant(window.end)} if window else None,
        "scheduled_time": format_instant(execution.scheduled_time) if execution.scheduled_time else None,
        "rows": execution.rows,
        "evaluated_rows": execution.evaluated_rows,
        "violations": execution.violations,
        "summary": execution.sentence or execution.reason,
        "headline": execution.headline.model_dump() if execution.headline else None,
        "coverage": execution.coverage,
        "files": {name: place.store.uri(key) for name, key in execution.files.items()},
    }


def _show(console: Console, place: Place, execution: Execution) -> None:
    if execution.status is ExecutionStatus.FAILED:
        show_failure(console, execution)  # the reason is on standard error
        return
    show_report(console, place.store, read_report(place, execution.folder))
