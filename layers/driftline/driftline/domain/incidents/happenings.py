"""Messages about what is no alarm: texts of functions, decisions on retrainings, new models."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from driftline.domain.incidents.heard import Happening, Text
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.message import Message, MessageKind, Severity
from driftline.domain.incidents.watching import is_watch
from driftline.domain.incidents.words import line, name

MODEL_ADOPTED = "Model Adopted"
RETRAINING_DECISION = "Retraining Decision"
_REFUSED = "refused"

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


def text_message(heard: Text) -> Message:
    """A notice: the subject as its headline, the text below it."""
    lines = [line(each) for each in heard.text.splitlines() if each.strip()]
    headline = line(heard.subject) or (lines.pop(0) if lines else "Driftline")
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… and {len(lines) - _MOST_LINES} more lines"]
    return Message(
        id=f"notice/{heard.id}",
        kind=MessageKind.NOTICE,
        severity=Severity.WARNING,
        headline=headline,
        at=heard.at,
        details=tuple(lines),
    )


def happening_message(heard: Happening, incident: Incident | None, channels: tuple[str, ...]) -> Message:
    """A message in the conversation of an incident, or a notice if there is none."""
    monitor = _text(heard.detail, "Monitor")
    return Message(
        id=f"event/{heard.id}",
        kind=MessageKind.UPDATED if incident else MessageKind.NOTICE,
        severity=incident.severity if incident else Severity.WARNING,
        headline=line(_headline(heard)),
        at=heard.at,
        incident=incident.id if incident else None,
        endpoint=endpoint_of(heard) or None,
        monitor=monitor or (incident.subject if incident else None),
        details=tuple(_details(heard)),
        since=incident.opened_at if incident else None,
        channels=channels,
    )


def endpoint_of(heard: Happening) -> str:
    return _text(heard.detail, "Endpoint")


def refused_by(heard: Happening) -> str | None:
    """The guard that refused a retraining that an alarm asked for; None for all else.

    Not for what a person approved: whoever approves gets an answer each time.
    """
    asked_by_alarm = heard.detail.get("Id") == heard.detail.get("RequestId")
    if heard.kind != RETRAINING_DECISION or heard.detail.get("Decision") != _REFUSED or not asked_by_alarm:
        return None
    return _text(heard.detail, "Guard") or None


def refusal_id(heard: Happening) -> str:
    """The same for refusals that say the same of the same endpoint."""
    parts = (_text(heard.detail, key) for key in ("Endpoint", "Monitor", "Guard", "Reason"))
    return f"refused/{sha256(json.dumps(list(parts)).encode()).hexdigest()[:24]}"


def conversation_of(heard: Happening, incidents: Iterable[Incident]) -> Incident | None:
    """The incident in whose conversation it is told, which people know of; None if there is none.

    The one that has the event already, if it is delivered again; else that of its monitor, else the endpoint's newest.
    """
    endpoint, monitor = endpoint_of(heard), _text(heard.detail, "Monitor")
    of = [each for each in incidents if each.endpoint == endpoint and not is_watch(each.subject)]
    known = [each for each in of if heard.id in each.causes]
    if known:
        return known[0]
    told = [each for each in of if each.ongoing and each.told is not None and each.opened_at is not None]
    return max(told, key=lambda each: (each.subject == monitor, each.opened_at, each.subject), default=None)


def cause_in(incident: Incident, heard: Happening) -> str:
    """What the incident remembers it by.

    An alarm that flaps while a guard says no is refused each time: a conversation hears once of each guard.
    """
    guard = refused_by(heard)
    return f"refused by {guard}: {incident.id}" if guard else heard.id


def model_of(heard: Happening) -> str:
    """The model that came into use, in words."""
    package, model = _text(heard.detail, "ModelPackage"), _text(heard.detail, "Model")
    named = model or package.rpartition(":model-package/")[2]
    return f"the new model {name(named)}" if named else "a new model"


def reason_of(heard: Happening) -> str:
    return _text(heard.detail, "Reason")


def _headline(heard: Happening) -> str:
    endpoint = name(endpoint_of(heard))
    if heard.kind == MODEL_ADOPTED:
        return f"{endpoint} has {model_of(heard)}"
    decision = (_text(heard.detail, "Decision") or _text(heard.detail, "Outcome")).replace("_", " ")
    reason = reason_of(heard)
    what = f"Retraining of {endpoint}" if heard.kind == RETRAINING_DECISION else f"{name(heard.kind)}: {endpoint}"
    return f"{what}{f': {decision}' if decision else ''}{f'. {reason}' if reason else ''}"


def _details(heard: Happening) -> Iterator[str]:
    """Whatever else the event says, one line for each field, in its order.

    A new model's reason tells of its baselines: it is not in the headline.
    """
    left_out = _LEFT_OUT - {"Reason"} if heard.kind == MODEL_ADOPTED else _LEFT_OUT
    for key, value in list(heard.detail.items())[:_MOST_FIELDS]:
        if key not in left_out and value is not False and value not in (None, "", {}):
            yield line(f"{_LABELS.get(key, name(key))}: {_worded(value)}")


def _worded(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return "yes" if value is True else str(value)


def _text(detail: Mapping[str, object], key: str) -> str:
    value = detail.get(key)
    return value if isinstance(value, str) else ""
