"""Incidents as JSON, in the state table."""

from pydantic import TypeAdapter, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.incident import Incident

_INCIDENT = TypeAdapter(Incident)


def dump_incident(incident: Incident) -> str:
    return _INCIDENT.dump_json(incident).decode()


def parse_incident(body: str, where: str) -> Incident:
    """Fields that this version does not know are left out.

    Raises:
        InvalidInputError: not an incident.
    """
    try:
        return _INCIDENT.validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"not an incident: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(what, where=where, mend="Delete the item; the next alarm begins a new one.") from None
