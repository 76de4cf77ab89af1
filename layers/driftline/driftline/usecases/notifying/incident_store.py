"""Incidents in the state table: what is read, changed, and written if nobody else wrote meanwhile."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.stored import dump_incident, fitted, parse_incident
from driftline.usecases.ports import StateTable

KIND = "incident"
"""Of the items in the state table."""

KEPT = timedelta(days=90)
"""How long an incident that is over is kept after its last change."""

_ATTEMPTS = 6
"""How often a write is tried in a row when somebody else writes the same incident."""

type Change = Callable[[Incident], Incident]


class IncidentStore:
    """The incidents of a stack, one item for each endpoint and subject."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def all(self) -> Sequence[Incident]:
        """All that can be read; one that cannot is an error for its own next alarm, and for no other incident."""
        found = []
        for item in self._table.list(KIND):
            with suppress(InvalidInputError):
                found.append(parse_incident(item.body, _address(item.name)))
        return found

    def get(self, endpoint: str | None, subject: str) -> Incident:
        """The incident as it is now; one in which nothing has happened if there is none.

        Raises:
            InvalidInputError: it cannot be read.
        """
        return self._read(endpoint, subject)[0]

    def change(self, endpoint: str | None, subject: str, change: Change, *, at: datetime) -> Incident:
        """The incident after a change, as it is in the table now.

        Args:
            change: Gives the next incident; is called again when somebody else wrote meanwhile.
            at: When it is changed, from which a finished incident's time in the table counts.

        Raises:
            InvalidInputError: the incident cannot be read.
            RetryLaterError: somebody else wrote it again and again.
        """
        name = _name(endpoint, subject)
        for _ in range(_ATTEMPTS):
            before, version = self._read(endpoint, subject)
            after = fitted(change(before))
            if after == before:
                return after
            expires = None if after.ongoing or after.outbox else at + KEPT
            try:
                self._table.put(KIND, name, dump_incident(after), version=version, expires=expires)
            except StaleReadError:
                continue
            return after
        raise RetryLaterError("others keep writing the incident", where=_address(name))

    def _read(self, endpoint: str | None, subject: str) -> tuple[Incident, int]:
        """The incident with its version, which is 0 for one that is not in the table."""
        name = _name(endpoint, subject)
        item = self._table.get(KIND, name)
        if item is None:
            return Incident(endpoint, subject), 0
        return parse_incident(item.body, _address(name)), item.version


def address(incident: Incident) -> str:
    """Where it is, for errors."""
    return _address(_name(incident.endpoint, incident.subject))


def _name(endpoint: str | None, subject: str) -> str:
    """An endpoint's name has no slash; that of an alarm of the stack may have some."""
    return f"{endpoint}/{subject}" if endpoint is not None else f"/{subject}"


def _address(name: str) -> str:
    return f"{KIND}/{name}"
