"""Evaluates the windows that a schedule would have: over a folder nothing else does."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from driftline.adapters.by_hand.unannounced import UnannouncedStore
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.ground_truth.keys import GROUND_TRUTH, parse_ground_truth_key
from driftline.domain.instants import format_instant
from driftline.domain.keys import parse_capture_key, records_key, source_digest, variants_prefix
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import HOUR, Window
from driftline.kinds.registry import KINDS
from driftline.sagemaker.models import explaining_of
from driftline.sagemaker.session import Session
from driftline.usecases.arrivals.take_arrivals import label_delay, merge_file
from driftline.usecases.capture.profile_capture import profile_capture
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.monitors.monitor_documents import captures_of, load_document
from driftline.usecases.time_folders import Level, time_folders

_MOST = 10_000
"""Executions: more than a year of hours, and less than what looks as if it never ended."""

_LATEST = timedelta(days=366)
"""How long after its captures a window may be evaluated."""

_log = logging.getLogger("driftline.sagemaker")


def replay(session: Session, endpoint: str, monitor: str, start: datetime | None, end: datetime | None) -> list[Place]:
    """Evaluates every scheduled time in [start, end) whose window has captures; returns where the results are.

    Over a folder, reads capture files that were not read yet; over a bucket the stack has.

    A failed execution is logged, and has no place: by hand, none is recorded.

    Raises:
        InvalidInputError: there is nothing to evaluate, or every execution failed.
    """
    document = load_document(session.store, endpoint, kinds=KINDS)
    settings = document.monitors.by_name().get(monitor)
    if settings is None:
        raise InvalidInputError(
            f"the document has no monitor {monitor} any more", where=endpoint, mend="Create it again."
        )
    if not session.fires:
        _read_captures(session, document)
        _read_labels(session, document)
    hours = _hours(session, document)
    if not hours:
        captures = captures_of(document, session.store, session.stores)
        raise InvalidInputError(
            "there are no captures",
            where=captures.uri(f"{document.capture.prefix}{endpoint}/"),
            expected=f"{document.capture.prefix}{endpoint}/<variant>/yyyy/mm/dd/hh/<name>.jsonl",
        )
    moments = list(_moments(settings, hours, start, end))
    if not moments:
        raise InvalidInputError(
            "no scheduled time has a window with captures", where=endpoint, mend="Choose a longer range."
        )
    executions = [(moment, _evaluated(session, endpoint, monitor, moment)) for moment in moments]
    failed = {moment: each.reason for moment, each in executions if each.status is ExecutionStatus.FAILED}
    if len(failed) == len(executions):
        raise InvalidInputError(f"every execution failed: {next(iter(failed.values()))}", where=endpoint)
    for moment, reason in failed.items():
        _log.error("the execution of %s failed: %s", format_instant(moment), reason)
    return [parse_place(each.folder) for moment, each in executions if moment not in failed]


def _read_captures(session: Session, document: MonitorDocument) -> None:
    """A file that cannot be read costs itself alone: it is logged, and counted in the verdict."""
    captures = captures_of(document, session.store, session.stores)
    for summary in list(captures.list(f"{document.capture.prefix}{document.endpoint}/")):
        try:
            source = parse_capture_key(summary.key)
            digest = source_digest(None if captures.name == session.store.name else captures.name, summary.key)
            if session.store.etag(records_key(source.endpoint, source.variant, source.hour, digest)) is None:
                profile_capture(
                    summary.key,
                    capture=captures,
                    state=session.store,
                    stores=session.stores,
                    scripts=ScriptProcesses(),
                    tables=DuckTables(),
                    on_lost=_nobody_was_told,
                    kinds=KINDS,
                )
        except DriftlineError as error:
            _log.warning("%s", error)


def _read_labels(session: Session, document: MonitorDocument) -> None:
    """Merging again changes nothing, and finds captures that came later."""
    if not any(monitor.label_delay for monitor in document.monitors.by_name().values()):
        return
    delay = label_delay(session.store, document.endpoint, kinds=KINDS)
    for summary in list(session.store.list(f"{GROUND_TRUTH}{document.endpoint}/")):
        try:
            parse_ground_truth_key(summary.key)
            merge_file(summary.key, store=session.store, tables=DuckTables(), max_label_delay=delay)
        except DriftlineError as error:
            _log.warning("%s", error)


def _nobody_was_told(_: Sequence[datetime]) -> None:
    """Nothing was announced from here that would have to be taken back."""


def _hours(session: Session, document: MonitorDocument) -> list[datetime]:
    """The hours with captures, in order."""
    prefix = variants_prefix(document.endpoint)
    variants = [document.variant] if document.variant else session.store.folders(prefix)
    found = {
        folder.start
        for variant in variants
        for folder in time_folders(session.store, f"{prefix}{variant}/", Level.HOUR)
    }
    return sorted(found)


def _moments(
    monitor: ScheduledMonitor, hours: Sequence[datetime], start: datetime | None, end: datetime | None
) -> Iterator[datetime]:
    first, last = hours[0], hours[-1] + HOUR
    count = 0
    for moment in occurrences(monitor.schedule, start or first, end or last + _LATEST, monitor.timezone):
        window = window_of(moment, monitor)
        if window.start >= last:
            return
        if _has_captures(window, hours):
            count += 1
            if count > _MOST:
                raise InvalidInputError(
                    f"more than {_MOST:,} windows", mend="Pass start and end, and call it again for the rest."
                )
            yield moment


def _has_captures(window: Window, hours: Sequence[datetime]) -> bool:
    return any(hour < window.end and hour + HOUR > window.start for hour in hours)


def _evaluated(session: Session, endpoint: str, monitor: str, moment: datetime) -> Execution:
    return run_monitor(
        ExecutionRequest(endpoint=endpoint, monitor=monitor, scheduled_time=moment),
        store=UnannouncedStore(session.store),
        metrics=NoMetrics(),
        events=NoEvents(),
        stores=session.stores,
        scripts=ScriptProcesses(),
        tables=DuckTables(),
        signals_namespace=None,
        kinds=KINDS,
        explaining=explaining_of(session),
    )
