"""What a happening is about, and which refusals of retrainings say the same."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from driftline.domain.incidents.heard import Happening
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.watching import is_watch

MODEL_ADOPTED = "Model Adopted"
RETRAINING_DECISION = "Retraining Decision"
_REFUSED = "refused"


def endpoint_of(heard: Happening) -> str:
    return text_in(heard.detail, "Endpoint")


def refused_by(heard: Happening) -> str | None:
    """The guard that refused a retraining that an alarm asked for; None for all else.

    Not for what a person approved: whoever approves gets an answer each time.
    """
    asked_by_alarm = heard.detail.get("Id") == heard.detail.get("RequestId")
    if heard.kind != RETRAINING_DECISION or heard.detail.get("Decision") != _REFUSED or not asked_by_alarm:
        return None
    return text_in(heard.detail, "Guard") or None


def refusal_id(heard: Happening) -> str:
    """The same for refusals that say the same of the same endpoint."""
    parts = (text_in(heard.detail, key) for key in ("Endpoint", "Monitor", "Guard", "Reason"))
    return f"refused/{sha256(json.dumps(list(parts)).encode()).hexdigest()[:24]}"


def conversation_of(heard: Happening, incidents: Iterable[Incident]) -> Incident | None:
    """The incident in whose conversation it is told, which people know of; None if there is none.

    The one that has the event already, if it is delivered again; else that of its monitor, else the endpoint's newest.
    """
    endpoint, monitor = endpoint_of(heard), text_in(heard.detail, "Monitor")
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


def reason_of(heard: Happening) -> str:
    return text_in(heard.detail, "Reason")


def text_in(detail: Mapping[str, object], key: str) -> str:
    """The text of a field; empty where there is none."""
    value = detail.get(key)
    return value if isinstance(value, str) else ""
