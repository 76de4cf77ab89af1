"""Requests of OTLP in JSON: the figures of an execution as gauges, and every event as a log record.

https://opentelemetry.io/docs/specs/otlp/#otlphttp, https://github.com/open-telemetry/opentelemetry-proto
"""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from driftline import __version__
from driftline.adapters.telemetry.events_in import TelemetryEvent

COMPLETED = "Monitoring Execution Completed"
FAILED = "Monitoring Execution Failed"
ALARM = "CloudWatch Alarm State Change"

_INFO, _WARN, _ERROR = (9, "INFO"), (13, "WARN"), (17, "ERROR")
"""Severities: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber."""

_LONGEST = 10_000
"""Characters of a text; collectors limit a request to some megabytes."""

_OF_LOGS = {
    "MonitoringExecutionStatus": "driftline.status",
    "Verdict": "driftline.verdict",
    "WindowStart": "driftline.window.start",
    "WindowEnd": "driftline.window.end",
    "ScheduledTime": "driftline.scheduled_time",
    "Revision": "driftline.revision",
    "Violations": "driftline.violations",
    "ReportUri": "driftline.report",
    "AlarmLabel": "driftline.alarm",
    "alarmName": "driftline.alarm",
    "Decision": "driftline.decision",
    "Outcome": "driftline.outcome",
    "Model": "driftline.model",
}
"""Attributes of log records by the field of the event. Those of gauges are few: each set of values is a time series."""

_GAUGES = {
    "Rows": ("driftline.rows", "{row}"),
    "EvaluatedRows": ("driftline.evaluated_rows", "{row}"),
    "Violations": ("driftline.violations", "{violation}"),
    "Coverage": ("driftline.coverage", "1"),
}


def metrics_request(event: TelemetryEvent, stack: str) -> bytes | None:
    """ExportMetricsServiceRequest; None for events without figures.

    A figure has the time of its event, when it became known: collectors refuse what is older than some hours.
    """
    metrics = [_gauge(*each, event) for each in _figures(event)]
    if not metrics:
        return None
    return _encoded({"resourceMetrics": [_of_stack(event, stack) | {"scopeMetrics": [_SCOPE | {"metrics": metrics}]}]})


def logs_request(event: TelemetryEvent, stack: str) -> bytes:
    """ExportLogsServiceRequest: one record."""
    number, text = _severity(event)
    detail = event.detail
    own = {name: detail[field] for field, name in _OF_LOGS.items() if field in detail}
    record = {
        "timeUnixNano": event.nanoseconds,
        "observedTimeUnixNano": event.nanoseconds,
        "severityNumber": number,
        "severityText": text,
        "eventName": "driftline." + event.detail_type.lower().replace(" ", "_"),
        "body": {"stringValue": _body(event)[:_LONGEST]},
        "attributes": _attributes({"driftline.event.id": event.id, **_whose(detail), **own}),
    }
    return _encoded({"resourceLogs": [_of_stack(event, stack) | {"scopeLogs": [_SCOPE | {"logRecords": [record]}]}]})


type _Figure = tuple[str, str, float, Mapping[str, object]]
"""Name, unit, value, and attributes beside endpoint and monitor."""


def _figures(event: TelemetryEvent) -> Iterator[_Figure]:
    if event.detail_type not in {COMPLETED, FAILED}:
        return
    detail = event.detail
    yield "driftline.failed", "{execution}", float(event.detail_type == FAILED), {}
    if event.detail_type == FAILED:
        return
    for field, (name, unit) in _GAUGES.items():
        # A window that was not evaluated has no number of violations, which is not the same as none.
        if isinstance(value := detail.get(field), int | float) and not (
            field == "Violations" and detail.get("Verdict") == "not_evaluated"
        ):
            yield name, unit, float(value), {}
    headline = detail.get("Headline")
    if not isinstance(headline, dict):
        return
    for field, name in (("Value", "driftline.headline"), ("Limit", "driftline.headline.limit")):
        if isinstance(value := headline.get(field), int | float) and isfinite(value):
            known = {"driftline.figure": headline.get("Figure"), "driftline.subject": headline.get("Subject")}
            yield name, "1", float(value), known


def _gauge(name: str, unit: str, value: float, own: Mapping[str, object], event: TelemetryEvent) -> dict[str, object]:
    attributes = _attributes({**_whose(event.detail), **own})
    point = {"timeUnixNano": event.nanoseconds, "asDouble": value, "attributes": attributes}
    return {"name": name, "unit": unit, "gauge": {"dataPoints": [point]}}


def _severity(event: TelemetryEvent) -> tuple[int, str]:
    if event.detail_type == FAILED:
        return _ERROR
    ringing = _state(event).get("value") == "ALARM"
    return _WARN if ringing or event.detail.get("Verdict") == "violations" else _INFO


def _state(event: TelemetryEvent) -> Mapping[str, Any]:
    """Of an alarm; empty for other events."""
    state = event.detail.get("state")
    return state if isinstance(state, dict) else {}


def _body(event: TelemetryEvent) -> str:
    detail = event.detail
    if event.detail_type == ALARM:
        state = _state(event)
        return f"{detail.get('alarmName')}: {state.get('value')}. {state.get('reason') or ''}".strip()
    said = detail.get("FailureReason") or detail.get("Summary") or detail.get("Reason")
    return str(said or event.detail_type)


def _whose(detail: Mapping[str, Any]) -> dict[str, object]:
    return {
        "driftline.endpoint": detail.get("EndpointName") or detail.get("Endpoint"),
        "driftline.monitor": detail.get("MonitoringType") or detail.get("Monitor"),
        "driftline.team": detail.get("Team"),
    }


def _of_stack(event: TelemetryEvent, stack: str) -> dict[str, object]:
    known = {
        "service.name": "driftline",
        "service.namespace": stack,
        "service.version": __version__,
        "cloud.provider": "aws",
        "cloud.region": event.region,
        "cloud.account.id": event.account,
    }
    return {"resource": {"attributes": _attributes(known)}}


_SCOPE: dict[str, object] = {"scope": {"name": "driftline", "version": __version__}}


def _attributes(values: Mapping[str, object]) -> list[dict[str, object]]:
    """Those that are known, numbers as numbers."""
    return [{"key": key, "value": _value(each)} for key, each in values.items() if each is not None and each != ""]


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": str(value)[:_LONGEST]}


def _encoded(request: Mapping[str, object]) -> bytes:
    # Texts come from data: half of a surrogate pair is not UTF-8.
    return json.dumps(request, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
