"""What an event is about, and which refusals of retrainings are the same."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.received import Happening
from driftline.domain.incidents.watching import is_watch

MODEL_ADOPTED = "Model Adopted"
RETRAINING_DECISION = "Retraining Decision"
_REFUSED = "refused"


def endpoint_of(received: Happening) -> str:
    return text_in(received.detail, "Endpoint")


def refused_by(received: Happening) -> str | None:
    """The guard that refused a retraining requested by an alarm; None for everything else.

    Not for approvals: a person who approves gets an answer every time.
    """
    asked_by_alarm = received.detail.get("Id") == received.detail.get("RequestId")
    if received.kind != RETRAINING_DECISION or received.detail.get("Decision") != _REFUSED or not asked_by_alarm:
        return None
    return text_in(received.detail, "Guard") or None


def refusal_id(received: Happening) -> str:
    """The same key for refusals with the same content about the same endpoint."""
    parts = (text_in(received.detail, key) for key in ("Endpoint", "Monitor", "Guard", "Reason"))
    return f"refused/{sha256(json.dumps(list(parts)).encode()).hexdigest()[:24]}"


def conversation_of(received: Happening, incidents: Iterable[Incident]) -> Incident | None:
    """The known incident in whose conversation the event is reported; None if there is none.

    The one that already has the event, if it is redelivered; otherwise that of its monitor, or the endpoint's newest.
    """
    endpoint, monitor = endpoint_of(received), text_in(received.detail, "Monitor")
    of = [each for each in incidents if each.endpoint == endpoint and not is_watch(each.subject)]
    known = [each for each in of if received.id in each.causes]
    if known:
        return known[0]
    reported = [each for each in of if each.ongoing and each.told is not None and each.opened_at is not None]
    return max(reported, key=lambda each: (each.subject == monitor, each.opened_at, each.subject), default=None)


def cause_in(incident: Incident, received: Happening) -> str:
    """The key under which the incident remembers it.

    An alarm that flaps while a guard refuses is refused every time: a conversation reports each guard once.
    """
    guard = refused_by(received)
    return f"refused by {guard}: {incident.id}" if guard else received.id


def reason_of(received: Happening) -> str:
    return text_in(received.detail, "Reason")


def text_in(detail: Mapping[str, object], key: str) -> str:
    """The text of a field; empty if there is none."""
    value = detail.get(key)
    return value if isinstance(value, str) else ""
