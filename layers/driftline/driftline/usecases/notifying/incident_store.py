"""Incidents in the state table: read, changed, and written if no other process wrote meanwhile."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.stored import dump_incident, fitted, parse_incident
from driftline.usecases.ports import StateTable

KIND = "incident"
"""Kind of the items in the state table."""

UNREADABLE = "unreadable"
"""Kind of the items that a new incident replaced because nobody can read them; named after kind and name."""

KEPT = timedelta(days=90)
"""How long a closed incident is kept after its last change."""

_ATTEMPTS = 6
"""How often a write is retried if another process writes the same incident."""

_log = logging.getLogger(__name__)

type Change = Callable[[Incident], Incident]


class IncidentStore:
    """The incidents of a stack, one item per endpoint and subject. A new one is made for each run."""

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._listed: dict[str, Incident] | None = None

    def all(self) -> Sequence[Incident]:
        """All readable incidents; an unreadable one is an error for its own next alarm only.

        They are listed once, since each message of a tick needs them, and follow what is changed here.
        """
        if self._listed is None:
            self._listed = {}
            for item in self._table.list(KIND):
                with suppress(InvalidInputError):
                    self._listed[item.name] = parse_incident(item.body, _address(item.name))
        return list(self._listed.values())

    def relisted(self) -> Sequence[Incident]:
        """All readable incidents as they are now, with what other processes changed."""
        self._listed = None
        return self.all()

    def get(self, endpoint: str | None, subject: str) -> Incident:
        """The current incident; an empty one if there is none.

        One that cannot be read is as if it were not there, and named in the log.
        """
        return self._read(endpoint, subject)[0]

    def change(self, endpoint: str | None, subject: str, change: Change, *, at: datetime) -> Incident:
        """The incident after a change, as stored in the table.

        Args:
            change: Returns the next incident; called again if another process wrote meanwhile.
            at: Time of the change, from which a closed incident's time in the table counts.

        One that cannot be read is kept under another name for as long as a closed one, and replaced.

        Raises:
            RetryLaterError: other processes kept writing it.
        """
        name = _name(endpoint, subject)
        for _ in range(_ATTEMPTS):
            before, version, unreadable = self._read(endpoint, subject)
            after = fitted(change(before))
            if after == before:
                return self._noted(name, after)
            if unreadable is not None:
                self._keep_aside(name, unreadable, at)
            expires = None if after.ongoing or after.outbox else at + KEPT
            try:
                self._table.put(KIND, name, dump_incident(after), version=version, expires=expires)
            except StaleReadError:
                continue
            return self._noted(name, after)
        raise RetryLaterError("other processes keep writing the incident", where=_address(name))

    def _noted(self, name: str, incident: Incident) -> Incident:
        if self._listed is not None:
            self._listed[name] = incident
        return incident

    def _read(self, endpoint: str | None, subject: str) -> tuple[Incident, int, str | None]:
        """(the incident, its version, what is there in its place and cannot be read).

        The version is 0 for one that is not in the table.
        """
        name = _name(endpoint, subject)
        item = self._table.get(KIND, name)
        if item is None:
            return Incident(endpoint, subject), 0, None
        try:
            return parse_incident(item.body, _address(name)), item.version, None
        except InvalidInputError as error:
            _log.error("%s", error)
            return Incident(endpoint, subject), item.version, item.body

    def _keep_aside(self, name: str, body: str, at: datetime) -> None:
        aside = f"{KIND}/{name}"
        there = self._table.get(UNREADABLE, aside)
        if there is None or there.body != body:
            self._table.put(UNREADABLE, aside, body, version=there.version if there else 0, expires=at + KEPT)


def address(incident: Incident) -> str:
    """Its location, for errors."""
    return _address(_name(incident.endpoint, incident.subject))


def _name(endpoint: str | None, subject: str) -> str:
    """An endpoint's name has no slash; the name of a stack's alarm may have some."""
    return f"{endpoint}/{subject}" if endpoint is not None else f"/{subject}"


def _address(name: str) -> str:
    return f"{KIND}/{name}"
