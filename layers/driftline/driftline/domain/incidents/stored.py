"""Incidents as JSON, in the state table."""

from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.incident import Incident

_INCIDENT = TypeAdapter(Incident)

LARGEST = 350_000
"""Bytes. An item in DynamoDB has at most 400 KB; the next write adds at most one message."""


def dump_incident(incident: Incident) -> str:
    return _INCIDENT.dump_json(incident).decode()


def fitted(incident: Incident) -> Incident:
    """The incident in a form that fits into the table: losing text is better than losing the incident.

    The oldest waiting messages are dropped first, then the texts of alarms, oldest first.
    """
    while _size(incident) > LARGEST and len(incident.outbox) > 1:
        incident = replace(incident, outbox=incident.outbox[1:])
    if _size(incident) <= LARGEST:
        return incident
    alarms = dict(incident.alarms)
    for label in sorted(alarms, key=lambda label: (alarms[label].changed_at, label)):
        alarms[label] = replace(alarms[label], reason="", description="")
        incident = replace(incident, alarms=dict(alarms))
        if _size(incident) <= LARGEST:
            break
    return incident


def _size(incident: Incident) -> int:
    return len(_INCIDENT.dump_json(incident))


def parse_incident(body: str, where: str) -> Incident:
    """Fields unknown to this version are ignored.

    Raises:
        InvalidInputError: not an incident.
    """
    try:
        return _INCIDENT.validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"not an incident: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(what, where=where, mend="The next alarm replaces it.") from None
