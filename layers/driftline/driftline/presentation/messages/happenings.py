"""Messages about other events than alarms: texts of functions, retraining decisions, new models."""

from collections.abc import Iterator, Mapping

from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.happenings import (
    MODEL_ADOPTED,
    RETRAINING_DECISION,
    endpoint_of,
    reason_of,
    text_in,
)
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Happening, Text
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.presentation.messages.wording import message_line, name

_MOST_LINES = 40
_MOST_FIELDS = 24
_LEFT_OUT = {"Endpoint", "Monitor", "Decision", "Outcome", "Reason", "Id", "RequestId", "Alarm", "At"}
"""What the message says elsewhere, or what nobody reads."""

_LABELS = {
    "ApproveCommand": "To approve",
    "ExpiresAt": "Void after",
    "AlarmLabel": "Alarm",
    "AuditUri": "Audit record",
    "RunArn": "Run",
    "ModelPackage": "Model package",
    "StartedAt": "Started",
    "Mend": "What to do",
}


def text_message(received: Text, channels: tuple[str, ...] = ()) -> Message:
    """A notice: the subject as its headline, the text below it."""
    lines = [message_line(each) for each in received.text.splitlines() if each.strip()]
    headline = message_line(received.subject) or (lines.pop(0) if lines else "Driftline")
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… and {len(lines) - _MOST_LINES} more lines"]
    return Message(
        id=f"notice/{received.id}",
        kind=MessageKind.NOTICE,
        severity=Severity.WARNING,
        headline=headline,
        at=received.at,
        details=tuple(lines),
        channels=channels,
    )


def happening_message(
    received: Happening, incident: Incident | None, channels: tuple[str, ...], ownership: Ownership = NOBODY
) -> Message:
    """A message in the conversation of an incident, or a notice if there is none."""
    monitor = text_in(received.detail, "Monitor")
    return Message(
        id=f"event/{received.id}",
        kind=MessageKind.UPDATED if incident else MessageKind.NOTICE,
        severity=incident.severity if incident else Severity.WARNING,
        headline=message_line(_headline(received)),
        at=received.at,
        incident=incident.id if incident else None,
        endpoint=endpoint_of(received) or None,
        monitor=monitor or (incident.subject if incident else None),
        details=tuple(_details(received)),
        since=incident.opened_at if incident else None,
        channels=channels,
        ownership=ownership,
    )


def model_of(received: Happening) -> str:
    """The model that came into use, in words."""
    package, model = text_in(received.detail, "ModelPackage"), text_in(received.detail, "Model")
    named = model or package.rpartition(":model-package/")[2]
    return f"the new model {name(named)}" if named else "a new model"


def _headline(received: Happening) -> str:
    endpoint = name(endpoint_of(received))
    if received.kind == MODEL_ADOPTED:
        return f"{endpoint} has {model_of(received)}"
    decision = (text_in(received.detail, "Decision") or text_in(received.detail, "Outcome")).replace("_", " ")
    reason = reason_of(received)
    what = f"Retraining of {endpoint}" if received.kind == RETRAINING_DECISION else f"{name(received.kind)}: {endpoint}"
    return f"{what}{f': {decision}' if decision else ''}{f'. {reason}' if reason else ''}"


def _details(received: Happening) -> Iterator[str]:
    """Whatever else the event says, one line for each field, in its order.

    A new model's reason tells of its baselines: it is not in the headline.
    """
    left_out = _LEFT_OUT - {"Reason"} if received.kind == MODEL_ADOPTED else _LEFT_OUT
    for key, value in list(received.detail.items())[:_MOST_FIELDS]:
        if key not in left_out and value is not False and value not in (None, "", {}):
            yield message_line(f"{_LABELS.get(key, name(key))}: {_worded(value)}")


def _worded(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return "yes" if value is True else str(value)
