"""An alarm's request: the document that allows it, and the parameters of the run."""

from collections.abc import Mapping
from datetime import datetime

from driftline.domain.alarms.names import alarm_name
from driftline.domain.ground_truth.keys import GROUND_TRUTH, MERGED
from driftline.domain.instants import format_instant
from driftline.domain.keys import REPORTS, baseline_folder
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.retraining.decision import problem_of
from driftline.domain.retraining.guards import LabelledRows
from driftline.domain.retraining.request import AlarmChange
from driftline.usecases.executions.last_execution import LastExecution, last_execution
from driftline.usecases.monitors.monitor_documents import captures_of
from driftline.usecases.ports import ObjectStore, Stores


def why_not(document: MonitorDocument | None, alarm: AlarmChange, stack: str) -> str:
    """Why the document does not request a retraining for this alarm; empty if it does."""
    monitor = document.monitors.by_name().get(alarm.monitor) if document else None
    labels = (each.label for each in monitor.alarms) if monitor else ()
    names = {alarm_name(stack, alarm.endpoint, alarm.monitor, label): label for label in labels}
    return problem_of(document, alarm, names.get(alarm.name))


def placeholder_values(
    store: ObjectStore, stores: Stores, document: MonitorDocument, alarm: AlarmChange
) -> Mapping[str, str]:
    """The values of the placeholders. Window and report are those of the monitor's last execution.

    A failed execution has neither data nor report to train with.
    """
    endpoint, monitor = alarm.endpoint, alarm.monitor
    last = _last_verdict(store, endpoint, monitor)
    captures = captures_of(document, store, stores)
    variant = f"{document.variant}/" if document.variant else ""
    folder = last.folder if last and last.folder else f"{REPORTS}{endpoint}/{monitor}/"
    return {
        "endpoint": endpoint,
        "monitor": monitor,
        "window_start": _text(last.window_start if last else None),
        "window_end": _text(last.window_end if last else None),
        "report": store.uri(folder),
        "baseline": store.uri(baseline_folder(endpoint, monitor)),
        "captures": captures.uri(f"{document.capture.prefix}{endpoint}/{variant}"),
        "ground_truth": store.uri(f"{GROUND_TRUTH}{endpoint}/"),
        "merged": store.uri(f"{MERGED}{endpoint}/{variant}"),
    }


def labelled_rows_of(
    store: ObjectStore, document: MonitorDocument, settings: Retraining, alarm: AlarmChange, at: datetime
) -> LabelledRows:
    """Counted up to the event, and back from the last evaluated window: a late monitor evaluates old windows."""
    from driftline.usecases.ground_truth.labelled_rows import count_labelled_rows  # noqa: PLC0415, brings numpy

    last = _last_verdict(store, document.endpoint, alarm.monitor)
    seen = min(last.window_end, at) if last and last.window_end else at
    return count_labelled_rows(
        store,
        document.endpoint,
        seen - settings.labelled_within,
        at,
        settings.minimum_labelled_rows,
        document.variant,
    )


def _last_verdict(store: ObjectStore, endpoint: str, monitor: str) -> LastExecution | None:
    last = last_execution(store, endpoint, monitor)
    return None if last is None or last.failed else last


def _text(moment: datetime | None) -> str:
    return format_instant(moment) if moment else ""
