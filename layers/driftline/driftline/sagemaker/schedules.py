"""A monitoring schedule is a monitor in an endpoint's document."""

import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.keys import MONITORS, SCRIPTS, baseline_folder, document_key, endpoint_of_document
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.naming import metric_schedule
from driftline.kinds.registry import KINDS
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.fields import stated
from driftline.sagemaker.locations import read, whole
from driftline.sagemaker.monitoring_files import ModelMonitoringFile
from driftline.sagemaker.session import Session
from driftline.sagemaker.unused import refuse
from driftline.usecases.baselines.baseline_files import read_files, replace_files
from driftline.usecases.monitors.monitor_documents import find_document, load_document, load_status

_NOW = "NOW"
_log = logging.getLogger("driftline.sagemaker")


def endpoint_of(given: "EndpointInput | str | None", where: str) -> EndpointInput:
    """Raises InvalidInputError: no endpoint, or an argument of it that cannot be honoured."""
    if given is None:
        raise InvalidInputError("no endpoint", where=where, expected="endpoint_input or batch_transform_input")
    found = given if isinstance(given, EndpointInput) else EndpointInput(str(given), "")
    refuse({"exclude_features_attribute": found.exclude_features_attribute}, where)
    return found


def attributes_of(endpoint: EndpointInput) -> dict[str, object]:
    """Where predictions are in the endpoint's answers: the document's fields."""
    return stated(
        inference_attribute=endpoint.inference_attribute,
        probability_attribute=endpoint.probability_attribute,
        probability_threshold_attribute=endpoint.probability_threshold_attribute,
    )


def check_ground_truth(session: Session, given: str | None, endpoint: str) -> None:
    """Raises InvalidInputError: labels would be somewhere else than where they are read."""
    expected = session.store.uri(f"{GROUND_TRUTH}{endpoint}").rstrip("/")
    if given is None or whole(given).rstrip("/") != expected:
        raise InvalidInputError(
            "labels are not read there",
            where=f"ground_truth_input={given!r}",
            expected=f"{expected}/, and files in yyyy/mm/dd/hh/ below",
            mend="Have the labels written there, and pass it.",
        )


def schedule_fields(
    given: EndpointInput | None, cron: str | None, start: str | None, end: str | None
) -> dict[str, object]:
    """The document's fields of what was stated: the schedule and the window.

    Raises:
        InvalidInputError: a window without its start, or a schedule that runs once.
    """
    fields: dict[str, object] = {}
    if cron is not None:
        if cron == _NOW:
            raise InvalidInputError(
                "NOW is not a schedule",
                where="schedule_cron_expression",
                expected="CronExpressionGenerator.hourly(), .daily(), cron(…) or rate(…)",
                mend="Create the schedule with one of these, and call run_schedule_now() on the monitor.",
            )
        fields["schedule"] = cron
    first = start or (given.start_time_offset if given else None)
    last = end or (given.end_time_offset if given else None)
    if first is not None:
        fields["window"] = {"start_offset": first, "end_offset": last or "PT0H"}
    elif last is not None:
        raise InvalidInputError("a window without its start", where="start_time_offset", expected="such as -PT1H")
    return fields


def script_fields(session: Session, scripts: Mapping[str, str | None]) -> dict[str, object]:
    """Field → name of the script below scripts/.

    Raises:
        InvalidInputError: a script that is elsewhere, or is not there. Only operators may write scripts/, so none is
            copied from here.
    """
    found: dict[str, object] = {}
    for field, location in scripts.items():
        if location is None:
            continue
        below = f"{session.store.uri(SCRIPTS).rstrip('/')}/"
        name = (location if "/" not in location else whole(location)).removeprefix(below)
        if "/" in name or session.store.etag(SCRIPTS + name) is None:
            raise InvalidInputError(
                f"the script is not in {below}",
                where=location,
                expected=f"{below}{Path(location).name}",
                mend="Have somebody who may write there upload it, and pass its name.",
            )
        found[field] = name
    return found


def metrics_level(enabled: bool) -> MetricsLevel:
    """`totals` instead of SageMaker's every metric: CloudWatch charges for each."""
    return "totals" if enabled else "none"


def place_baseline(session: Session, endpoint: str, kind: str, files: Mapping[str, bytes]) -> None:
    """Makes these the endpoint's baseline. Other files of these names are kept in `replaced/` beside them."""
    store, folder = session.store, baseline_folder(endpoint, kind)
    for name, body in read_files(store, folder, files).items():
        if body != files[name]:
            stem, _, suffix = name.rpartition(".")
            kept = f"{folder}replaced/{stem}-{sha256(body).hexdigest()[:12]}.{suffix}"
            store.put(kept, body, content_type="application/json")
            _log.warning("%s of %s was replaced; the former one is %s", name, endpoint, store.uri(kept))
    replace_files(store, folder, files)


def bytes_of(given: "ModelMonitoringFile | str | None", session: Session) -> bytes | None:
    """The content of a file that was passed as an object or by its place."""
    if given is None or isinstance(given, ModelMonitoringFile):
        return given.to_bytes() if given is not None else None
    return read(given, session)


def refuse_existing(session: Session, endpoint: str, kind: str, there: ScheduledMonitor | None) -> None:
    """Raises InvalidInputError: the endpoint has a monitor of this kind."""
    if there is not None:
        raise InvalidInputError(
            f"{endpoint} has a monitor {kind} already",
            where=session.store.uri(document_key(endpoint)),
            expected="one monitor of each kind for an endpoint",
            mend="attach() to its schedule and update_monitoring_schedule(), or delete_monitoring_schedule() first.",
        )


def find_schedule(session: Session, name: str, kind: str) -> str:
    """The endpoint whose monitor of this kind has this schedule name.

    Raises:
        InvalidInputError: there is none.
    """
    known: list[str] = []
    for endpoint in filter(None, [endpoint_of_document(each.key) for each in session.store.list(MONITORS)]):
        document = find_document(session.store, endpoint, kinds=KINDS)
        if document is not None and kind in document.monitors.by_name():
            known.append(metric_schedule(document, kind))
            if known[-1] == name:
                return endpoint
    expected = f"one of {', '.join(known)}" if known else f"a document with a monitor {kind}"
    raise InvalidInputError(f"no schedule {name}", where=session.store.uri(MONITORS), expected=expected)


def described(session: Session, endpoint: str, kind: str, monitoring_type: str) -> dict[str, Any]:
    """As DescribeMonitoringSchedule, as far as it applies.

    Raises:
        ObjectNotFoundError, InvalidInputError: there is no such monitor any more, or the document has errors.
    """
    document = load_document(session.store, endpoint, kinds=KINDS)
    monitor = document.monitors.by_name().get(kind)
    if monitor is None:
        raise InvalidInputError(
            f"{endpoint} has no monitor {kind}", where=session.store.uri(document_key(endpoint)), mend="Create it."
        )
    status, why = _status(session, endpoint, monitor)
    config: dict[str, object] = {"ScheduleExpression": monitor.schedule}
    if monitor.window is not None:
        window = monitor.window.model_dump(mode="json")
        config |= {"DataAnalysisStartTime": window["start_offset"], "DataAnalysisEndTime": window["end_offset"]}
    found: dict[str, Any] = {
        "MonitoringScheduleName": metric_schedule(document, kind),
        "MonitoringScheduleStatus": status,
        "MonitoringType": monitoring_type,
        "EndpointName": endpoint,
        "MonitoringScheduleConfig": {"ScheduleConfig": config, "MonitoringType": monitoring_type},
    }
    return {**found, "FailureReason" if status == "Failed" else "Note": why} if why else found


def _status(session: Session, endpoint: str, monitor: ScheduledMonitor) -> tuple[str, str]:
    """SageMaker's word for it, and why the schedule does not fire."""
    if not monitor.enabled:
        return "Stopped", ""
    if not session.fires:
        return "Stopped", "A folder has no schedules that fire: run_schedule_now() evaluates."
    status = load_status(session.store, endpoint)
    if status is None or status.etag != session.store.etag(document_key(endpoint)):
        return "Pending", ""
    if status.status == "error":
        return "Failed", "; ".join(f"line {each.line}: {each.found}" for each in status.errors)
    return "Scheduled", ""
