"""Which conversation something belongs to, who hears of it, and what must not end or begin one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from driftline.adapters.channels.loading import BrokenChannel
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Happening, RawAlarm
from driftline.usecases.notifying.incident_store import KIND
from driftline.usecases.ports import StateItem
from tests.fakes import InMemoryStore, InMemoryTable, RecordingChannel
from tests.notifying import DOCUMENT, HOUR, NOON, Office, adopted, alarm, endpoint

OPENED, ESCALATED, UPDATED, RECOVERED, NOTICE = (
    MessageKind.OPENED,
    MessageKind.ESCALATED,
    MessageKind.UPDATED,
    MessageKind.RECOVERED,
    MessageKind.NOTICE,
)
DEAD_LETTERS = RawAlarm("prod-run dead letters", "ALARM", NOON, "1 message waits", "Requests wait")


def kinds(channel: RecordingChannel) -> list[MessageKind]:
    return [message.kind for message, _ in channel.sent]


def decision(
    identity: str = "e-9", name: str = "shop", monitor: str = "data_quality", label: str | None = None
) -> Happening:
    detail = {"Endpoint": name, "Monitor": monitor, "Decision": "started", "Reason": "all guards agree"}
    if label is not None:
        detail["Alarm"] = f"prod/{name}/{monitor}/{label}"
    return Happening(identity, "Retraining Decision", NOON + HOUR, detail)


def silence(store: InMemoryStore, hours: int, subject: str = "data_quality") -> None:
    until = (NOON + hours * HOUR).isoformat()
    store.put(f"silences/shop/{subject}.json", f'{{"until": "{until}", "why": "known"}}'.encode())


def named(store: InMemoryStore, channels: str) -> InMemoryStore:
    """The document with the channels that it names."""
    store.put("monitors/shop.yaml", f"{DOCUMENT}channels: {channels}\n".encode())
    return store


@dataclass
class Only(RecordingChannel):
    """A channel that wants one severity and is named or not by documents, as the real ones."""

    wants: Severity = Severity.CRITICAL

    def accepts(self, message: Message) -> bool:
        return super().accepts(message) and message.severity is self.wants


class TestTwoEndpoints:
    def test_the_same_alarm_of_each_is_an_incident_of_its_own(self) -> None:
        # Given two endpoints, whose monitors and alarms have the same names
        channel, table = RecordingChannel(), InMemoryTable()
        office = Office(channel, table=table)
        shop, taxi = alarm(), RawAlarm("prod/taxi/data_quality/violations", "ALARM", NOON)
        # When both ring and one of them recovers
        office.hear(shop, taxi, alarm("OK", NOON + HOUR))
        office.tick(NOON + 3 * HOUR)
        # Then that one is over, and the other goes on, under the names that they have in the table
        assert [(message.endpoint, message.kind) for message, _ in channel.sent] == [
            ("shop", OPENED),
            ("taxi", OPENED),
            ("shop", RECOVERED),
        ]
        assert {item.name for item in table.list(KIND)} == {"shop/data_quality", "taxi/data_quality"}

    def test_an_alarm_of_the_stack_has_a_name_that_no_endpoint_has(self) -> None:
        table = InMemoryTable()
        Office(RecordingChannel(), table=table).hear(DEAD_LETTERS)
        assert {item.name for item in table.list(KIND)} == {"/prod-run dead letters"}


class TestADecisionThatIsFasterThanItsAlarm:
    """The alarm goes to people and to start_retraining at once, and either function may be the slower one."""

    EARLY = decision(label="violations")

    def test_it_waits_and_joins_the_conversation(self) -> None:
        # Given a decision in the second in which it was published
        channel = RecordingChannel()
        office = Office(channel, now=self.EARLY.at + timedelta(seconds=1))
        # When it is there before its alarm
        with pytest.raises(RetryLaterError) as told:
            office.hear(self.EARLY)
        # Then it comes again soon, and is told where its alarm is
        assert channel.sent == []
        assert told.value.after == 2
        office.hear(alarm(), self.EARLY)
        assert kinds(channel) == [OPENED, UPDATED]

    def test_a_conversation_about_another_alarm_is_not_its_own(self) -> None:
        channel = RecordingChannel()
        office = Office(channel, now=self.EARLY.at)
        office.hear(alarm(label="worst drift"), alarm(subject="model_quality"))
        with pytest.raises(RetryLaterError):
            office.hear(self.EARLY)
        office.hear(alarm(), self.EARLY)
        assert kinds(channel)[-1] is UPDATED

    def test_after_a_minute_it_is_told_all_the_same(self) -> None:
        channel = RecordingChannel()
        Office(channel, now=self.EARLY.at + timedelta(minutes=1)).hear(self.EARLY)
        assert kinds(channel) == [NOTICE]

    def test_it_does_not_wait_for_an_alarm_that_tells_nobody(self) -> None:
        channel = RecordingChannel()
        event = decision(label="of which the document knows nothing")
        Office(channel, now=event.at).hear(event)
        assert kinds(channel) == [NOTICE]

    def test_nor_for_one_that_is_over(self) -> None:
        """It comes again because a channel did not accept it, and its alarm has recovered meanwhile."""
        channel = RecordingChannel()
        office = Office(channel, now=self.EARLY.at + timedelta(seconds=9))
        office.hear(alarm(), self.EARLY, alarm("OK", self.EARLY.at), self.EARLY)
        assert kinds(channel) == [OPENED, UPDATED]


class TestADecision:
    def test_it_joins_the_conversation_about_its_monitor_though_another_is_newer(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm(subject="model_quality", at=NOON + HOUR / 2), decision())
        assert channel.sent[2][0].incident == channel.sent[0][0].incident

    def test_else_it_joins_the_newest_of_the_endpoint(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(subject="model_quality"), alarm(at=NOON + HOUR / 2), decision(monitor=""))
        assert channel.sent[2][0].incident == channel.sent[1][0].incident

    @pytest.mark.parametrize("of", ["another endpoint", "watch", "what is over", "what nobody was told of"])
    def test_it_does_not_join_a_conversation_that_is_about_something_else(self, of: str) -> None:
        # Given
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        match of:
            case "another endpoint":
                office.hear(RawAlarm("prod/taxi/data_quality/violations", "ALARM", NOON))
            case "watch":
                office.hear(alarm(subject="watch", label="captures"))
            case "what is over":
                office.hear(alarm(at=NOON - 9 * HOUR), alarm("OK", NOON - 8 * HOUR))
                office.tick(NOON)
            case _:
                silence(store, 5)
                office.hear(alarm())
        # When, Then
        office.hear(decision())
        assert (channel.sent[-1][0].kind, channel.sent[-1][0].incident) == (NOTICE, None)

    def test_delivered_again_when_all_is_over_it_is_not_told_again(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), decision(), alarm("OK", NOON + 2 * HOUR))
        office.tick(NOON + 9 * HOUR)
        office.hear(decision())
        assert kinds(channel) == [OPENED, UPDATED, RECOVERED]

    @pytest.mark.parametrize("ringing", [True, False])
    @pytest.mark.parametrize("event", [decision(), adopted(NOON + HOUR)], ids=["decision", "model"])
    def test_it_goes_to_the_channels_that_the_document_names(self, event: Happening, *, ringing: bool) -> None:
        chosen, other = RecordingChannel("chosen"), RecordingChannel("other")
        office = Office(chosen, other, store=named(endpoint(), "[chosen]"))
        office.hear(*([alarm()] if ringing else []), event)
        assert len(chosen.sent) == (2 if ringing else 1)
        assert other.sent == []

    @pytest.mark.parametrize("event", [decision(name="taxi"), decision(name="")])
    def test_all_hear_of_an_endpoint_without_a_document(self, event: Happening) -> None:
        channel = RecordingChannel()
        Office(channel).hear(event)
        assert kinds(channel) == [NOTICE]

    def test_it_is_told_even_if_another_conversation_begins_while_it_is_on_its_way(self) -> None:
        """Two deliveries at once: between finding the conversation and writing to it, it ended and the next began."""
        channel = RecordingChannel()
        office = Office(channel, table=Overtaken())

        def meanwhile() -> None:
            office.hear(alarm("OK", NOON + HOUR))
            office.tick(NOON + 5 * HOUR)
            office.hear(alarm(at=NOON + 6 * HOUR))

        office.hear(alarm())
        office.table.then = meanwhile  # type: ignore[attr-defined]
        with pytest.raises(RetryLaterError, match="ended meanwhile"):
            office.hear(decision())
        office.hear(decision())
        assert kinds(channel) == [OPENED, RECOVERED, OPENED, UPDATED]
        assert channel.sent[3][0].incident == channel.sent[2][0].incident

    def test_it_is_told_though_something_else_became_due_in_a_silence(self) -> None:
        # Given an incident that became worse in a silence, which is lifted
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        silence(store, 5)
        office.hear(alarm(label="worst drift"))
        store.delete("silences/shop/data_quality.json")
        # When a decision comes before the next tick
        office.hear(decision())
        # Then people read both
        assert kinds(channel) == [OPENED, ESCALATED, UPDATED]
        office.hear(decision())
        assert kinds(channel) == [OPENED, ESCALATED, UPDATED]


def test_what_becomes_due_because_of_somebody_else_is_told_by_the_redelivery() -> None:
    """A tick reads an incident that rings, and writes to one that has been quiet for long: it knows no facts then."""
    channel, table = RecordingChannel(), Overtaken()
    office = Office(channel, table=table)
    office.hear(alarm())
    table.then = lambda: office.hear(alarm("OK", NOON + HOUR))
    with pytest.raises(RetryLaterError, match="incident/shop/data_quality: the incident changed meanwhile"):
        office.tick(NOON + 9 * HOUR)
    assert kinds(channel) == [OPENED]
    office.tick(NOON + 9 * HOUR)
    assert kinds(channel) == [OPENED, RECOVERED]


class Overtaken(InMemoryTable):
    """Once, after all items were read, others have a turn."""

    then: object = None

    def list(self, kind: str) -> list[StateItem]:
        found = list(super().list(kind))
        if callable(meanwhile := self.then):
            self.then = None
            meanwhile()
        return found


class TestANewModel:
    def test_it_closes_nothing_of_another_endpoint(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(RawAlarm("prod/taxi/data_quality/violations", "ALARM", NOON), adopted(NOON + HOUR))
        assert kinds(channel) == [OPENED, NOTICE]

    def test_it_closes_all_that_is_open_about_its_endpoint_and_says_so_in_the_log(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm(subject="model_quality"))
        notified = office.hear(adopted(NOON + HOUR))
        assert kinds(channel) == [OPENED, OPENED, RECOVERED, RECOVERED]
        assert notified.sent == tuple((message.id, "recording") for message, _ in channel.sent[2:])

    def test_it_is_a_notice_when_all_was_over_before(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm("OK", NOON + HOUR))
        office.tick(NOON + 9 * HOUR)
        office.hear(adopted(NOON + 10 * HOUR))
        assert kinds(channel) == [OPENED, RECOVERED, NOTICE]

    def test_it_is_a_notice_when_nobody_was_told_of_what_it_closes(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        silence(store, 5)
        Office(channel, store=store).hear(alarm(), adopted(NOON + HOUR))
        assert kinds(channel) == [NOTICE]

    def test_what_it_mended_is_not_told_again(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), adopted(NOON + HOUR), alarm("OK", NOON + 2 * HOUR))
        for hour in range(3, 12):
            office.tick(NOON + hour * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]


class TestTheNextIncident:
    def test_what_came_in_a_silence_and_went_is_no_part_of_it(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        silence(store, 5)
        office.hear(alarm(), alarm("OK", NOON + HOUR))
        office.tick(NOON + 4 * HOUR)
        office.hear(alarm(at=NOON + 6 * HOUR))
        assert kinds(channel) == [OPENED]
        assert channel.sent[0][0].since == NOON + 6 * HOUR

    def test_its_recovery_counts_its_own_flaps_only(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        for i in range(4):
            office.hear(alarm("OK" if i % 2 else "ALARM", NOON + i * HOUR))
        office.tick(NOON + 9 * HOUR)
        office.hear(alarm(at=NOON + 10 * HOUR), alarm("OK", NOON + 11 * HOUR))
        office.tick(NOON + 19 * HOUR)
        assert "It came back 1 time in between, without a message." in channel.sent[1][0].details
        assert not any("came back" in line for line in channel.sent[3][0].details)


class TestWhatMustNotEndAnIncident:
    def test_an_alarm_of_the_stack_rings_on_however_often_time_passes(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(DEAD_LETTERS)
        for hour in range(1, 9):
            office.tick(NOON + hour * HOUR)
        assert kinds(channel) == [OPENED]

    def test_a_document_that_cannot_be_read_any_more(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        store.put("monitors/shop.yaml", b"endpoint: [")
        for hour in range(1, 9):
            office.tick(NOON + hour * HOUR)
        office.hear(alarm(label="worst drift", at=NOON + 9 * HOUR))
        assert kinds(channel) == [OPENED]

    def test_an_alarm_of_the_same_name_at_another_monitor_does_not_keep_a_deleted_one(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm(subject="model_quality"))
        office.tick(NOON + HOUR)
        office.tick(NOON + 9 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]

    def test_an_alarm_that_was_deleted_counts_as_quiet_from_the_tick_that_finds_it(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        without = DOCUMENT.split("    alarms:")[0] + "    alarms: []\n"
        store.put("monitors/shop.yaml", without.encode())
        office.tick(NOON + 4 * HOUR)
        assert kinds(channel) == [OPENED]
        office.tick(NOON + 6 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        # And nobody is made to believe that the data is well again.
        assert "Deleted, or without the action notify, before they were OK: violations." in channel.sent[1][0].details

    def test_what_was_deleted_once_is_not_said_of_the_next_incident(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm(label="gone"))
        office.tick(NOON + HOUR)
        office.tick(NOON + 5 * HOUR)
        office.hear(alarm(at=NOON + 6 * HOUR), alarm("OK", NOON + 7 * HOUR))
        office.tick(NOON + 9 * HOUR)
        assert [any("Deleted" in line for line in message.details) for message, _ in channel.sent] == [
            False, True, False, False,
        ]  # fmt: skip

    def test_an_alarm_that_rings_on_with_a_new_model_and_is_deleted_then_is_said_to_be(self) -> None:
        """It began to ring before the incident that it is in now."""
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm(), adopted(NOON + HOUR))
        office.tick(NOON + 5 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED, OPENED]
        store.put("monitors/shop.yaml", (DOCUMENT.split("    alarms:")[0] + "    alarms: []\n").encode())
        office.tick(NOON + 6 * HOUR)
        office.tick(NOON + 9 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED, OPENED, RECOVERED]
        assert "Deleted, or without the action notify, before they were OK: violations." in channel.sent[3][0].details

    def test_who_watches_settles_after_two_hours_that_are_quiet(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(subject="watch", label="captures"))
        office.hear(alarm("OK", NOON + HOUR, subject="watch", label="captures"))
        office.tick(NOON + 3 * HOUR - timedelta(minutes=1))
        assert kinds(channel) == [OPENED]
        office.tick(NOON + 3 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]


class TestWhoHears:
    def test_a_channel_that_the_document_names_no_more_hears_that_it_is_over(self) -> None:
        """Else its alert, PagerDuty's for one, would stay for ever."""
        before, after = RecordingChannel("before"), RecordingChannel("after")
        store = named(endpoint(), "[before]")
        office = Office(before, after, store=store)
        office.hear(alarm())
        named(store, "[after]")
        office.hear(alarm("OK", NOON + HOUR))
        office.tick(NOON + 9 * HOUR)
        assert kinds(before) == [OPENED, RECOVERED]
        assert kinds(after) == [RECOVERED]

    def test_who_never_heard_of_it_does_not_hear_that_it_is_over(self) -> None:
        all_of_it, criticals = RecordingChannel("all"), Only("criticals")
        office = Office(all_of_it, criticals)
        office.hear(alarm(), alarm("OK", NOON + HOUR))
        office.tick(NOON + 9 * HOUR)
        assert kinds(all_of_it) == [OPENED, RECOVERED]
        assert criticals.sent == []

    def test_an_end_waits_for_a_channel_that_heard_the_beginning_though_it_is_too_severe_for_it(self) -> None:
        @dataclass
        class Warnings(Only):
            down: bool = False

            def send(self, message: Message, conversation: str | None) -> str | None:
                if self.down:
                    raise RetryLaterError("503")
                return super().send(message, conversation)

        warnings = Warnings("warnings", wants=Severity.WARNING)
        office = Office(warnings, RecordingChannel("well"))
        # Given an incident that began as a warning, and a channel for warnings that is down when it is over
        office.hear(alarm(), alarm(label="worst drift", at=NOON + HOUR))
        office.hear(alarm("OK", NOON + 2 * HOUR), alarm("OK", NOON + 2 * HOUR, "worst drift"))
        warnings.down = True
        with pytest.raises(RetryLaterError):
            office.tick(NOON + 9 * HOUR)
        # When it is there again
        warnings.down = False
        office.tick(NOON + 10 * HOUR)
        assert kinds(warnings) == [OPENED, RECOVERED]

    def test_a_warning_goes_to_nobody_else_when_the_channel_that_is_named_wants_none(self) -> None:
        chosen, other = Only("chosen"), RecordingChannel("other")
        office = Office(chosen, other, store=named(endpoint(), "[chosen]"))
        office.hear(alarm())
        assert chosen.sent == other.sent == []
        office.hear(alarm(label="worst drift", at=NOON + HOUR))
        assert kinds(chosen) == [ESCALATED]
        assert other.sent == []

    def test_a_name_that_may_be_in_settings_that_cannot_be_read_now_is_waited_for(self) -> None:
        other = RecordingChannel("other")
        unread = BrokenChannel("(secret)", RetryLaterError("Secrets Manager does not answer"), frozenset({"other"}))
        office = Office(other, unread, store=named(endpoint(), "[hidden]"))
        with pytest.raises(RetryLaterError, match="Secrets Manager"):
            office.hear(alarm())
        assert other.sent == []

    def test_the_longest_wait_that_channels_ask_for_counts(self) -> None:
        @dataclass
        class Busy(RecordingChannel):
            after: float | None = None

            def send(self, message: Message, conversation: str | None) -> str | None:
                raise RetryLaterError("429", after=self.after)

        channels = [Busy(name, after=after) for name, after in (("a", 7), ("b", 60), ("c", None))]
        with pytest.raises(RetryLaterError) as caught:
            Office(*channels).hear(alarm())
        assert caught.value.after == 60


@dataclass
class Moody(RecordingChannel):
    """Raises what it has for a message's endpoint."""

    troubles: dict[str | None, Exception] = field(default_factory=dict)

    def send(self, message: Message, conversation: str | None) -> str | None:
        if trouble := self.troubles.get(message.endpoint):
            raise trouble
        return super().send(message, conversation)


def test_a_tick_comes_again_when_one_of_its_messages_may_arrive_later() -> None:
    channel = Moody()
    office = Office(channel)
    office.hear(alarm(), alarm("OK", NOON), DEAD_LETTERS, RawAlarm(DEAD_LETTERS.name, "OK", NOON + HOUR, "none"))
    channel.troubles = {None: InvalidInputError("403"), "shop": RetryLaterError("503", after=40)}
    with pytest.raises(RetryLaterError) as caught:
        office.tick(NOON + 9 * HOUR)
    assert caught.value.after == 40
    channel.troubles = {}
    notified = office.tick(NOON + 9 * HOUR)
    assert len(notified.sent) == 2
    assert kinds(channel) == [OPENED, OPENED, RECOVERED, RECOVERED]


def test_what_is_over_is_kept_until_everybody_heard_of_it() -> None:
    class Expiries(InMemoryTable):
        last: datetime | None = None

        def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
            self.last = expires
            return super().put(kind, name, body, version=version, expires=expires)

    table, channel = Expiries(), Moody()
    office = Office(channel, table=table)
    office.hear(alarm(), alarm("OK", NOON + HOUR))
    channel.troubles = {"shop": RetryLaterError("503")}
    with pytest.raises(RetryLaterError):
        office.tick(NOON + 9 * HOUR)
    assert table.last is None
