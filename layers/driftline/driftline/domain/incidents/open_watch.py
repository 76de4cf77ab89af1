"""An open incident under `watch`, for the pages over time: `state/watch/<endpoint>/<label>.json`.

Incidents are in the state table, which pages do not read. Those about data are on the pages through their executions;
what did not happen has no execution.
"""

import re
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.watching import is_watch, label_of, trouble
from driftline.domain.instants import Instant
from driftline.domain.keys import OPEN_WATCH

_KEY = re.compile(rf"{OPEN_WATCH}(?P<endpoint>[^/]+)/[^/]+\.json")


class OpenWatch(BaseModel):
    """Attributes: label: of the alarm; headline: what stopped; since: when the incident began."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: str
    headline: str
    since: Instant


def open_watch_key(endpoint: str, label: str) -> str:
    return f"{OPEN_WATCH}{endpoint}/{quote(label, safe=' ')}.json"


def endpoint_of_open_watch(key: str) -> str | None:
    """None for keys of another shape."""
    match = _KEY.fullmatch(key)
    return match["endpoint"] if match else None


def key_of(incident: Incident) -> str | None:
    """Where the incident is while it is open; None for those that are not under `watch`."""
    if incident.endpoint is None or not is_watch(incident.subject):
        return None
    return open_watch_key(incident.endpoint, label_of(incident.subject))


def open_watch(incident: Incident) -> OpenWatch | None:
    """None if the incident is over, or is not under `watch`."""
    if key_of(incident) is None or not incident.ongoing or incident.opened_at is None:
        return None
    return OpenWatch(
        label=label_of(incident.subject), headline=trouble(incident.subject).headline, since=incident.opened_at
    )


def parse_open_watch(body: bytes, where: str) -> OpenWatch:
    """Raises InvalidInputError: not one."""
    try:
        return OpenWatch.model_validate_json(body)
    except ValidationError:
        raise InvalidInputError("not an open incident under watch", where=where) from None
