"""Which messages wait for a digest, and when it goes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from pydantic import TypeAdapter, ValidationError

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.incidents.digest import (
    Digest,
    Group,
    Member,
    are_many,
    due_at,
    group_of,
    held_by,
    hold,
    sent_as,
    waiting_for,
)
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.message import MessageKind
from driftline.domain.incidents.outbox import mark_sent, sweep
from driftline.presentation.messages.digest import digest_message
from driftline.usecases.notifying.incident_delivery import Delivery, Failure
from driftline.usecases.notifying.incident_store import IncidentStore
from driftline.usecases.ports import ReportLinks, StateTable

KIND = "digest"
"""Kind of the items in the state table: for each group, what is being sent."""

_DIGEST = TypeAdapter(Digest)
_KEPT = timedelta(days=1)
_INDEX = "reports/index.html"
_ROUNDS = 5
"""Digests of one group in a row; what is left then waits for the next delivery."""


class Digests:
    """Holds messages back and sends them together."""

    def __init__(self, table: StateTable, incidents: IncidentStore, delivery: Delivery, links: ReportLinks) -> None:
        self._table = table
        self._incidents = incidents
        self._delivery = delivery
        self._links = links

    def held(self, incident: Incident, messages: Collection[str]) -> Incident:
        """The incident with those of its new messages marked that are to wait for a digest; nothing is written.

        Args:
            messages: Ids of the new ones. An older one may have been sent by a run that died before it noted that.
        """
        others = self._incidents.all()
        for entry in incident.outbox:
            if entry.message.id not in messages:
                continue
            reached = incident.conversations.get(entry.message.incident or "", {})
            for channel in self._delivery.digesting(entry.message, reached):
                group = group_of(incident, entry, channel)
                if group is not None and are_many(incident, group, others, partial(self._is_known, channel)):
                    incident = hold(incident, entry.message.id, channel)
        return incident

    def _is_known(self, channel: str, incident: Incident) -> bool:
        """Whether a channel was notified of the incident, or is about to be."""
        return channel in incident.conversations.get(incident.id, {}) or any(
            channel in self._delivery.digesting(entry.message, {}) for entry in incident.outbox
        )

    def send_due(self, of: Sequence[Incident], now: datetime, *, all_: bool = False) -> list[Failure]:
        """Sends the digests that messages of these incidents wait for.

        Args:
            all_: Also those that could wait for further messages: a tick has brought all of its own.

        Raises:
            RetryLaterError: some are not due yet, or another process is sending them.
        """
        found = dict.fromkeys(group for incident in of for group, _ in held_by(incident))
        groups = sorted(found, key=lambda group: group.kind is not MessageKind.OPENED)  # The end comes last.
        failures: list[Failure] = []
        later: list[datetime] = []
        for group in groups:
            failure, due = self._send(group, now, all_=all_)
            failures += [failure] if failure else []
            later += [due] if due else []
        if later:
            after = max((min(later) - now).total_seconds(), 1.0)
            raise RetryLaterError("messages wait for a digest of alike incidents", after=after)
        return failures

    def _send(self, group: Group, now: datetime, *, all_: bool) -> tuple[Failure | None, datetime | None]:
        """Why the channel did not accept a digest; when the next one is due."""
        for _ in range(_ROUNDS):
            digest, version = self._read(group)
            if digest.message is None:
                members = waiting_for(group, self._incidents.relisted())
                if not members:
                    break
                due = due_at([message for _, message in members])
                if now < due and not all_:
                    return None, due
                message = digest_message(group, [each for _, each in members], self._links.to(_INDEX).url)
                digest = Digest(message, tuple(member for member, _ in members))
                version = self._write(group, digest, version)
            failure = self._deliver(group, digest, version)
            if failure is not None:
                return failure, None
        return None, None

    def _deliver(self, group: Group, digest: Digest, version: int) -> Failure | None:
        if digest.message is None:
            return None
        conversation, failure = self._delivery.send_digest(digest.message, group.channel)
        if failure is not None:
            return failure
        for member in digest.members:
            self._mark(member, group.channel, conversation, digest.message.at)
        self._write(group, Digest(), version, expires=digest.message.at + _KEPT)
        return None

    def _mark(self, member: Member, channel: str, conversation: str | None, at: datetime) -> None:
        def change(current: Incident) -> Incident:
            marked = mark_sent(current, [sent_as(member, channel, conversation)])
            return sweep(marked, lambda entry: self._delivery.is_complete(entry, marked.conversations))

        self._incidents.change(member.endpoint, member.subject, change, at=at)

    def _read(self, group: Group) -> tuple[Digest, int]:
        """What is being sent. One that cannot be read is as if it were not there: its messages still wait."""
        item = self._table.get(KIND, group.name)
        if item is None:
            return Digest(), 0
        try:
            return _DIGEST.validate_json(item.body), item.version
        except ValidationError:
            return Digest(), item.version

    def _write(self, group: Group, digest: Digest, version: int, expires: datetime | None = None) -> int:
        """Raises RetryLaterError: another process is sending digests of the group."""
        try:
            return self._table.put(
                KIND, group.name, _DIGEST.dump_json(digest).decode(), version=version, expires=expires
            )
        except StaleReadError:
            raise RetryLaterError("another process sends this digest", where=group.name, after=2) from None
