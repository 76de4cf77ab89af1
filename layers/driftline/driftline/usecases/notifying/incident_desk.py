"""Where incidents are kept, changed and told: conditional writes first, then the channels."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from driftline.domain.alarms.names import WATCH
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, RetryLaterError, StaleReadError
from driftline.domain.incidents.incident import Entry, Incident, due
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.messages import incident_message
from driftline.domain.incidents.outbox import announce, mark_sent, sweep
from driftline.domain.incidents.silence import parse_silence, silence_key
from driftline.domain.incidents.stored import dump_incident, fitted, parse_incident
from driftline.domain.incidents.watching import is_watch
from driftline.domain.monitors.document import MonitorDocument
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.notifying.incident_delivery import Failure, is_complete, raise_for, send_waiting
from driftline.usecases.notifying.incident_facts import gather
from driftline.usecases.ports import Channel, ObjectStore, Once, ReportLinks, StateTable

KIND = "incident"
"""Of the items in the state table."""

KEPT = timedelta(days=90)
"""So long after its last change an incident that is over is kept."""

_ATTEMPTS = 6
"""So often a write is tried in a row when somebody else writes the same incident."""

type Change = Callable[[Incident], Incident]


@dataclass(frozen=True, slots=True)
class Notified:
    """What came of it, for the log.

    Attributes:
        sent: (message, channel) of everything that was sent now.
        failures: What a channel did not take and another delivery, or the next tick, tries again.
    """

    sent: tuple[tuple[str, str], ...] = ()
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: "Notified") -> "Notified":
        return Notified(self.sent + other.sent, self.failures + other.failures)


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports of one use case together.

    Attributes:
        stack: The stack's name, with which the names of its endpoints' alarms begin.
        links: To the pages of reports, where they can be linked.
        documents: What was read so far, by endpoint: a tick looks at all incidents, and endpoints have several.
    """

    store: ObjectStore
    table: StateTable
    once: Once
    channels: Sequence[Channel]
    stack: str
    links: ReportLinks | None = None
    documents: dict[str, MonitorDocument | ObjectNotFoundError | InvalidInputError] = field(default_factory=dict)

    def incidents(self) -> list[Incident]:
        """All that can be read; one that cannot is an error for its own next alarm, and for no other incident."""
        found = []
        for item in self.table.list(KIND):
            with suppress(InvalidInputError):
                found.append(parse_incident(item.body, f"{KIND}/{item.name}"))
        return found

    def document(self, endpoint: str | None) -> MonitorDocument | None:
        """None for the stack itself, and where there is no document, or none that can be used."""
        if endpoint is None:
            return None
        found = self.read(endpoint)
        return found if isinstance(found, MonitorDocument) else None

    def read(self, endpoint: str) -> MonitorDocument | ObjectNotFoundError | InvalidInputError:
        """The endpoint's document, or why there is none."""
        if endpoint not in self.documents:
            try:
                self.documents[endpoint] = load_document(self.store, endpoint)
            except (ObjectNotFoundError, InvalidInputError) as error:
                self.documents[endpoint] = error
        return self.documents[endpoint]

    def change(
        self,
        endpoint: str | None,
        subject: str,
        change: Change,
        *,
        cause: str,
        at: datetime,
        say: Message | None = None,
    ) -> Notified:
        """Changes an incident, writes the message that is due then, and sends what waits.

        Args:
            change: Gives the next incident; may be called again when somebody else wrote meanwhile.
            cause: What it comes from: the same again changes and announces nothing, and sends what still waits.
            at: When it happened.
            say: One more message of the conversation, besides those that are due.

        Raises:
            RetryLaterError: a message of this cause has not arrived everywhere, or `say` is of another conversation
                than the one that goes on by now.
            InvalidInputError: a channel refuses a message of this cause.
        """
        name = _name(endpoint, subject)

        def announced(incident: Incident) -> Incident:
            changed = self._announced(change(incident), cause, at)
            if say is None or cause in changed.causes:
                return changed
            if changed.id != say.incident:
                raise RetryLaterError("the conversation ended meanwhile", where=f"{KIND}/{name}", after=0)
            return announce(changed, say, cause)

        incident = self._write(name, announced, Incident(endpoint, subject), at)
        return self._flush(name, incident, cause, at)

    def tell(self, message: Message) -> Notified:
        """Sends a message that belongs to no incident.

        Raises:
            RetryLaterError, InvalidInputError: as above; a redelivery sends it to those that did not take it.
        """
        notice = Incident(None, message.id, outbox=(Entry(message, message.id),))
        sent, failures = send_waiting(notice, self.channels, self.once)
        raise_for(failures)
        return Notified(tuple((each.message, each.channel) for each in sent))

    def _announced(self, incident: Incident, cause: str, at: datetime) -> Incident:
        kind = due(incident)
        if kind is None or self._silenced(incident, at):
            return incident
        facts = gather(incident, self.store, self.document(incident.endpoint), self.links)
        told_at = _moment(incident, kind, at)
        message, snapshot = incident_message(incident, kind, told_at, facts)
        return announce(incident, message, cause, snapshot)

    def _silenced(self, incident: Incident, at: datetime) -> bool:
        """A silence that nobody can read is none: rather a message too many."""
        if incident.endpoint is None:
            return False
        subject = WATCH if is_watch(incident.subject) else incident.subject
        key = silence_key(incident.endpoint, subject)
        try:
            return parse_silence(self.store.get(key).body, key).covers(at)
        except (ObjectNotFoundError, InvalidInputError):
            return False

    def _write(self, name: str, change: Change, new: Incident, at: datetime) -> Incident:
        """The incident after a change, as it is in the table now.

        Raises:
            RetryLaterError: somebody else wrote it again and again.
        """
        where = f"{KIND}/{name}"
        for _ in range(_ATTEMPTS):
            item = self.table.get(KIND, name)
            before = parse_incident(item.body, where) if item else new
            after = fitted(change(before))
            if after == before:
                return after
            expires = None if after.ongoing or after.outbox else at + KEPT
            try:
                self.table.put(KIND, name, dump_incident(after), version=item.version if item else 0, expires=expires)
            except StaleReadError:
                continue
            return after
        raise RetryLaterError("others keep writing the incident", where=where)

    def _flush(self, name: str, incident: Incident, cause: str, at: datetime) -> Notified:
        """Sends what waits and takes what arrived out of the outbox."""
        if not incident.outbox:
            return Notified()
        sent, failures = send_waiting(incident, self.channels, self.once)

        def arrived(current: Incident) -> Incident:
            marked = mark_sent(current, sent)
            return sweep(marked, lambda entry: is_complete(entry, self.channels, marked))

        left = self._write(name, arrived, incident, at)
        own = {entry.message.id for entry in left.outbox if entry.cause == cause}
        if own:
            raise_for(failures)
        return Notified(tuple((each.message, each.channel) for each in sent), failures)


def _name(endpoint: str | None, subject: str) -> str:
    """An endpoint's name has no slash; that of an alarm of the stack may have some."""
    return f"{endpoint}/{subject}" if endpoint is not None else f"/{subject}"


def _moment(incident: Incident, kind: MessageKind, at: datetime) -> datetime:
    """When what is told happened, which is before `at` if a silence held it back."""
    match kind:
        case MessageKind.OPENED:
            return incident.opened_at or at
        case MessageKind.RECOVERED:
            return incident.closed_at or at
        case _:
            return at
