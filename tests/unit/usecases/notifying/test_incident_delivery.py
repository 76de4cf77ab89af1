"""What waits is sent, each message once to each channel; what a channel does not take waits on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.incidents.incident import Entry
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import Sent
from driftline.usecases.notifying.incident_delivery import Delivery, Failure, raise_for
from tests.fakes import InMemoryOnce, RecordingChannel
from tests.notifying import NOON


@dataclass
class Trouble(RecordingChannel):
    """Raises for the messages that it does not take."""

    refuses: dict[str, DriftlineError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def send(self, message: Message, conversation: str | None) -> str | None:
        self.asked.append(message.id)
        if message.id in self.refuses:
            raise self.refuses[message.id]
        return super().send(message, conversation)


def entry(name: str, kind: MessageKind = MessageKind.OPENED, channels: tuple[str, ...] = ()) -> Entry:
    return Entry(Message(name, kind, Severity.WARNING, "…", NOON, incident="i", channels=channels), "cause")


def ids(channel: RecordingChannel) -> Sequence[str]:
    return [message.id for message, _ in channel.sent]


def test_all_that_waits_goes_in_order_and_in_its_conversation() -> None:
    one, two = RecordingChannel("one"), RecordingChannel("two")
    delivered = Delivery([one, two], InMemoryOnce()).send([entry("a"), entry("b")], {"i": {"two": "thread"}})
    assert [conversation for _, conversation in one.sent] == [None, "a"]
    assert [conversation for _, conversation in two.sent] == ["thread", "thread"]
    assert ids(one) == ids(two) == ["a", "b"]
    assert delivered.sent[1:3] == (Sent("b", "i", "one", "a"), Sent("a", "i", "two", "thread"))
    assert delivered.failures == ()


def test_what_a_channel_has_it_is_not_sent_again() -> None:
    channel, once = RecordingChannel("one"), InMemoryOnce()
    sent = replace(entry("a"), sent=("one",))
    Delivery([channel], once).send([sent, entry("b")], {})
    Delivery([channel], once).send([sent, entry("b"), entry("c")], {})
    assert ids(channel) == ["b", "c"]


def test_what_once_knows_counts_as_sent_now_with_the_same_conversation() -> None:
    channel, once = RecordingChannel("one"), InMemoryOnce()
    first = Delivery([channel], once).send([entry("a")], {})
    assert Delivery([channel], once).send([entry("a")], {}) == first
    assert ids(channel) == ["a"]


def test_a_channel_that_is_down_is_left_alone_and_keeps_nobody_waiting() -> None:
    down, well = Trouble("down", refuses={"a": RetryLaterError("503", after=9)}), RecordingChannel("well")
    delivery = Delivery([down, well], InMemoryOnce())
    delivered = delivery.send([entry("a"), entry("b")], {})
    assert ids(well) == ["a", "b"]
    assert [(each.channel, each.message) for each in delivered.failures] == [("down", "a")]
    # Nor is it asked for the next incident.
    (failure,) = delivery.send([entry("c")], {}).failures
    assert (failure.message, down.asked) == ("c", ["a"])
    assert isinstance(failure.error, RetryLaterError)
    assert failure.error.after == 9


def test_one_that_refuses_a_message_gets_the_next() -> None:
    channel = Trouble("one", refuses={"a": InvalidInputError("too long")})
    delivered = Delivery([channel], InMemoryOnce()).send([entry("a"), entry("b")], {})
    assert ids(channel) == ["b"]
    assert [str(each) for each in delivered.failures] == ["one did not accept a: too long"]


class TestWhomAMessageIsFor:
    def test_the_channels_that_it_names(self) -> None:
        named, other = RecordingChannel("named"), RecordingChannel("other")
        Delivery([named, other], InMemoryOnce()).send([entry("a", channels=("named",))], {})
        assert (ids(named), ids(other)) == (["a"], [])

    def test_all_if_there_is_none_of_those_that_it_names(self) -> None:
        one, two = RecordingChannel("one"), RecordingChannel("two")
        Delivery([one, two], InMemoryOnce()).send([entry("a", channels=("slip of the pen",))], {})
        assert (ids(one), ids(two)) == (["a"], ["a"])

    @pytest.mark.parametrize(("kind", "hears"), [(MessageKind.RECOVERED, ["a"]), (MessageKind.UPDATED, [])])
    def test_who_heard_of_an_incident_hears_that_it_is_over(self, kind: MessageKind, hears: Sequence[str]) -> None:
        named, other = RecordingChannel("named"), RecordingChannel("other")
        delivery = Delivery([named, other], InMemoryOnce())
        reached = {"i": {"named": "1", "other": "2"}}
        delivery.send([entry("a", kind, ("named",))], reached)
        assert (ids(named), ids(other)) == (["a"], hears)
        assert not delivery.is_complete(replace(entry("a", kind, ("named",)), sent=("other",)), reached)
        assert delivery.is_complete(replace(entry("a", kind, ("named",)), sent=("named", "other")), reached)

    def test_it_has_arrived_everywhere_when_all_that_it_is_for_have_it(self) -> None:
        delivery = Delivery([RecordingChannel("one"), RecordingChannel("two")], InMemoryOnce())
        assert not delivery.is_complete(replace(entry("a"), sent=("one",)), {})
        assert delivery.is_complete(replace(entry("a", channels=("one",)), sent=("one",)), {})


class TestTheErrorOfFailures:
    REFUSED = Failure("one", "a", InvalidInputError("too long"))

    def test_none_without_any(self) -> None:
        raise_for(())

    def test_refusals_alone_are_for_a_person(self) -> None:
        with pytest.raises(InvalidInputError, match="one did not accept a: too long"):
            raise_for([self.REFUSED])

    def test_one_for_later_makes_all_for_later_after_the_longest_wait(self) -> None:
        later = [Failure(name, "a", RetryLaterError("429", after=after)) for name, after in (("x", 3), ("y", None))]
        with pytest.raises(RetryLaterError, match="one did not accept a: too long; x did not") as caught:
            raise_for([self.REFUSED, *later])
        assert caught.value.after == 3
