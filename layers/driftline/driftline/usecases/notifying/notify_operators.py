"""From alarms, events and time to messages, in one direction: received, changed, due, delivered.

A development is written into the incident together with the messages that are due then, in one conditional write,
before anything is sent. If a run dies after that, the redelivery, or the next tick, sends what still waits. Each
message goes to each channel through Once, so that it is sent once however often it is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.errors import DriftlineError, RetryLaterError
from driftline.domain.incidents.incident import Entry, Incident, due
from driftline.domain.incidents.message import Message
from driftline.domain.incidents.outbox import announce, mark_sent, sweep
from driftline.domain.incidents.received import Received, Tick
from driftline.kinds.kind import Kinds
from driftline.presentation.messages.due import messages_due
from driftline.presentation.messages.incident_messages import Facts
from driftline.usecases.notifying.developments import Development, Documents, developments
from driftline.usecases.notifying.digests import Digests
from driftline.usecases.notifying.incident_delivery import Delivered, Delivery, Failure, raise_for
from driftline.usecases.notifying.incident_facts import facts_about
from driftline.usecases.notifying.incident_store import IncidentStore, address
from driftline.usecases.notifying.open_watches import keep_open_watch, keep_open_watches
from driftline.usecases.ports import Channel, ObjectStore, Once, ReportLinks, StateTable
from driftline.usecases.ports.dead_letters import DeadLetterQueues


@dataclass(frozen=True, slots=True)
class Notified:
    """The result, for the log.

    Attributes:
        sent: (message, channel) of everything that was sent now.
        failures: Messages that a channel did not accept, and that another delivery or the next tick retries.
    """

    sent: tuple[tuple[str, str], ...] = ()
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: Delivered) -> "Notified":
        sent = tuple((each.message, each.channel) for each in other.sent)
        return Notified(self.sent + sent, self.failures + other.failures)


def notify_operators(
    received: Received,
    *,
    store: ObjectStore,
    table: StateTable,
    once: Once,
    channels: Sequence[Channel],
    letters: DeadLetterQueues,
    stack: str,
    links: ReportLinks,
    now: datetime,
    kinds: Kinds,
) -> Notified:
    """Notifies people of what they do not know yet.

    An incident whose messages cannot be sent now does not keep the others waiting.

    Args:
        letters: The stack's dead-letter queues.
        stack: The stack's name: alarms called `<stack>/<endpoint>/<subject>/<label>` are those of its endpoints.
        links: Links to report pages.
        now: The receiver's clock, for decisions that arrive before their alarm, which wait for a while.

    Raises:
        RetryLaterError: a channel is down, the alarm has not arrived yet, or another process is doing the same: deliver
            it again.
        InvalidInputError: a channel refuses, which a person has to fix. All other channels have their messages.
    """
    incidents, documents, delivery = IncidentStore(table), Documents(store, kinds), Delivery(channels, once)

    def facts(development: Development) -> Facts | None:
        """Nothing is looked up unless a message about the alarms is due."""
        incident = development.change(development.incident)
        if due(incident) is None:
            return None
        document = documents.of(incident.endpoint)
        return facts_about(
            incident,
            development.at,
            store=store,
            letters=letters,
            document=document,
            kinds=kinds,
            links=links,
            channels=documents.channels(incident.endpoint),
            others=incidents.all(),
        )

    notified = Notified()
    errors: list[DriftlineError] = []
    digests = Digests(table, incidents, delivery, links)
    changed: list[tuple[Development, Incident]] = []
    for each in developments(received, incidents=incidents, documents=documents, stack=stack, now=now):
        try:
            if isinstance(each, Message):
                notified += _sent(each, delivery)
            else:
                incident = _changed(each, facts(each), incidents, digests)
                keep_open_watch(store, incident)
                changed.append((each, incident))
        except DriftlineError as error:
            errors.append(error)
    sent, failed = _sent_of(changed, received, now, digests, delivery, incidents)
    notified, errors = notified + sent, errors + failed
    if isinstance(received, Tick):
        keep_open_watches(store, incidents.all())
    if errors:
        raise next((error for error in errors if isinstance(error, RetryLaterError)), errors[0])
    return notified


def _sent_of(
    changed: Sequence[tuple[Development, Incident]],
    received: Received,
    now: datetime,
    digests: Digests,
    delivery: Delivery,
    incidents: IncidentStore,
) -> tuple[Delivered, list[DriftlineError]]:
    """Sends what is due for these incidents, each message by itself or in a digest; returns what did not work, too."""
    delivered, waiting, errors = Delivered(), list[Incident](), list[DriftlineError]()
    for development, incident in changed:
        try:
            waiting.append(incident)
            delivered += _delivered(incident, development, delivery, incidents)
        except DriftlineError as error:
            errors.append(error)
    ticked = isinstance(received, Tick)
    try:
        failures = digests.send_due(waiting, now, all_=ticked)
        delivered += Delivered(failures=tuple(failures))
        # As with single messages: what a tick could not send waits for the next one.
        errors += [] if ticked else [failure.error for failure in failures]
    except RetryLaterError as later:
        errors.append(later)
    return delivered, errors


def _changed(development: Development, facts: Facts | None, incidents: IncidentStore, digests: Digests) -> Incident:
    """The incident after a development, with the messages that are due then in its outbox.

    Args:
        facts: None if nothing was due when the incident was read.

    Raises:
        RetryLaterError: another process wrote the incident meanwhile, and the facts or the news are outdated.
    """
    news, cause, at = development.news, development.cause, development.at

    def change(current: Incident) -> Incident:
        incident = development.change(current)
        if news is not None and cause not in incident.causes and news.incident != incident.id:
            raise RetryLaterError("the conversation ended meanwhile", where=address(incident), after=0)
        if facts is None and due(incident):
            raise RetryLaterError("the incident changed meanwhile", where=address(incident), after=0)
        due_now = messages_due(incident, facts, cause=cause, at=at, news=news)
        for each in due_now:
            incident = announce(incident, each.message, cause, each.snapshot)
        return digests.held(incident, {each.message.id for each in due_now}) if due_now else incident

    return incidents.change(development.incident.endpoint, development.incident.subject, change, at=at)


def _delivered(incident: Incident, development: Development, delivery: Delivery, incidents: IncidentStore) -> Delivered:
    """Sends waiting messages, and removes arrived ones from the outbox.

    Raises:
        RetryLaterError: a message of this cause has not arrived everywhere.
        InvalidInputError: a channel refuses a message of this cause.
    """
    if not incident.outbox:
        return Delivered()
    delivered = delivery.send(incident.outbox, incident.conversations)

    def change(current: Incident) -> Incident:
        marked = mark_sent(current, delivered.sent)
        return sweep(marked, lambda entry: delivery.is_complete(entry, marked.conversations))

    left = incidents.change(incident.endpoint, incident.subject, change, at=development.at)
    if any(entry.cause == development.cause for entry in left.outbox):
        raise_for(delivered.failures)
    return delivered


def _sent(notice: Message, delivery: Delivery) -> Delivered:
    """Sends a message that belongs to no incident; a redelivery sends it to the channels that did not accept it."""
    delivered = delivery.send([Entry(notice, notice.id)], {})
    raise_for(delivered.failures)
    return delivered
