"""From an incident's outbox to the channels: each message once, in order, and no channel waits for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.incidents.incident import Entry
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import Sent
from driftline.presentation.messages.wording import name
from driftline.usecases.ports import Channel, Once

type Conversations = Mapping[str, Mapping[str, str | None]]
"""What each channel returned for the messages so far, by incident."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A channel that did not accept a message."""

    channel: str
    message: str
    error: DriftlineError

    def __str__(self) -> str:
        return f"{self.channel} did not accept {self.message}: {self.error}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The result of one delivery."""

    sent: tuple[Sent, ...] = ()
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.sent + other.sent, self.failures + other.failures)


class Delivery:
    """Sends each message to each channel once, however often it is called."""

    def __init__(self, channels: Sequence[Channel], once: Once) -> None:
        self._channels = [_Resting(channel) for channel in channels]
        self._once = once

    def send(self, outbox: Sequence[Entry], conversations: Conversations) -> Delivered:
        """Sends waiting messages.

        A channel that is down gets nothing more for now, to keep the order. One that refuses a message is tried with
        the next one: a problem that a person can fix must not block everything else.
        """
        sent: list[Sent] = []
        failures: list[Failure] = []
        conversed = {of: dict(known) for of, known in conversations.items()}
        for channel in self._channels:
            waiting: set[str] = set()
            for entry in outbox:
                message, of = entry.message, entry.message.incident or ""
                if channel.digests and channel.name in entry.held and channel.name not in entry.sent:
                    waiting.add(of)  # What comes after it waits, too, to keep the order.
                if of in waiting or channel.name in entry.sent:
                    continue
                if channel.name not in self._wanted(message, conversed.get(of, {})):
                    continue
                known = conversed.setdefault(of, {})
                send = partial(_send, channel, self._addressed(message), known.get(channel.name))
                try:
                    result = self._once(f"{message.id}/{channel.name}", send)
                except RetryLaterError as error:
                    failures.append(Failure(channel.name, message.id, error))
                    break
                except InvalidInputError as error:
                    failures.append(Failure(channel.name, message.id, error))
                    continue
                given = result.get("conversation")
                known[channel.name] = given if isinstance(given, str) else known.get(channel.name)
                sent.append(Sent(message.id, of, channel.name, known[channel.name]))
        return Delivered(tuple(sent), tuple(failures))

    def digesting(self, message: Message, reached: Mapping[str, object]) -> list[str]:
        """Names of the channels for a message that have digests."""
        wanted = self._wanted(message, reached)
        return [channel.name for channel in self._channels if channel.digests and channel.name in wanted]

    def send_digest(self, message: Message, name: str) -> tuple[str | None, Failure | None]:
        """Sends a digest to a channel, once; returns what the channel returned, or why it did not accept it."""
        channel = next((each for each in self._channels if each.name == name), None)
        if channel is None:
            return None, None  # It was removed meanwhile; its messages count as arrived.
        try:
            result = self._once(f"{message.id}/{name}", partial(_send, channel, message, None))
        except (RetryLaterError, InvalidInputError) as error:
            return None, Failure(name, message.id, error)
        given = result.get("conversation")
        return given if isinstance(given, str) else None, None

    def is_complete(self, entry: Entry, conversations: Conversations) -> bool:
        """Whether the message has arrived everywhere."""
        reached = conversations.get(entry.message.incident or "", {})
        return self._wanted(entry.message, reached) <= set(entry.sent)

    def _wanted(self, message: Message, reached: Mapping[str, object]) -> set[str]:
        """Names of the channels for a message.

        A channel that reported an incident also reports its end, whatever its severities and whether the document still
        names it: otherwise its alert would stay open. If none of the document's channels exists, all channels get the
        message: a misspelt name must not silence an endpoint.
        """
        addressed = self._addressed(message)
        over = set(reached) if message.kind is MessageKind.RECOVERED else set()
        return {channel.name for channel in self._channels if channel.accepts(addressed) or channel.name in over}

    def _addressed(self, message: Message) -> Message:
        """The message, addressed to all channels if none of its channels exists, and saying so."""
        named = set(message.channels)
        if any(channel.name in named or channel.accepts(message) for channel in self._channels):
            return message
        names = ", ".join(map(name, message.channels))
        return replace(message, channels=(), details=(*message.details, f"For {names}, which no channel is called."))


class _Resting:
    """A channel that gets no further messages after a failure.

    A tick has messages of all incidents. If each waited for the time-out of a channel that is down or throttles, the
    function's time would be over before the last one.
    """

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self.digests = channel.digests
        self._channel = channel
        self._error: RetryLaterError | None = None

    def accepts(self, message: Message) -> bool:
        return self._channel.accepts(message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        if self._error is not None:
            raise RetryLaterError(self._error.what, where=self._error.where, after=self._error.after)
        try:
            return self._channel.send(message, conversation)
        except RetryLaterError as error:
            self._error = error
            raise


def raise_for(failures: Sequence[Failure]) -> None:
    """Raises one error for all failures.

    Raises:
        RetryLaterError: at least one channel may accept its message later.
        InvalidInputError: all of them refuse until a person fixes something.
    """
    if not failures:
        return
    what = "; ".join(str(failure) for failure in failures)
    later = [failure.error.after for failure in failures if isinstance(failure.error, RetryLaterError)]
    if later:
        raise RetryLaterError(what, after=max((after for after in later if after is not None), default=None))
    raise InvalidInputError(what, mend="Fix the channel's parameter, then redrive the dead-letter queue.")


def _send(channel: Channel, message: Message, conversation: str | None) -> Mapping[str, object]:
    return {"conversation": channel.send(message, conversation)}
