"""Many endpoints, alarms that flap, and texts that are as long as they can be: people still hear what matters."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from driftline.adapters.aws.alarms_in import AlarmMessage
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import RetryLaterError
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Happening, RawAlarm, Received
from driftline.domain.incidents.stored import LARGEST
from driftline.usecases.models.adopt_model import ADOPTED_EVENT, Adoption, Outcome
from driftline.usecases.notifying.incident_store import KIND
from driftline.usecases.ports import StateItem, StoredObject
from tests.fakes import InMemoryOnce, InMemoryStore, InMemoryTable, RecordingChannel
from tests.notifying import DOCUMENT, HOUR, NOON, STACK, Office, adopted, alarm, endpoint, executed, violation

ENDPOINTS = [f"shop-{i:03}" for i in range(200)]
HOSTILE = "\U0001f4a3" * 10_000


class Reading(InMemoryStore):
    """Counts what is read of documents."""

    documents = 0

    def get(self, key: str) -> StoredObject:
        self.documents += key.startswith("monitors/")
        return super().get(key)


class Listing(InMemoryTable):
    """Counts how often all items are read."""

    listed = 0

    def list(self, kind: str) -> Sequence[StateItem]:
        self.listed += 1
        return super().list(kind)


class Hanging(RecordingChannel):
    """A channel that does not answer; who asks it waits for its time-out."""

    asked = 0
    down = False

    def send(self, message: Message, conversation: str | None) -> str | None:
        self.asked += 1
        if self.down:
            raise RetryLaterError("it does not answer", after=10)
        return super().send(message, conversation)


def many() -> Reading:
    documents = {f"monitors/{name}.yaml": DOCUMENT.replace("shop", name).encode() for name in ENDPOINTS}
    return Reading(objects=documents)


def outage(office: Office, state: str, at: timedelta) -> None:
    """All endpoints at once, two conversations each."""
    for name in ENDPOINTS:
        for subject in ("data_quality/violations", "watch/captures"):
            office.hear(RawAlarm(f"{STACK}/{name}/{subject}", state, NOON + at))


class TestTwoHundredEndpoints:
    def test_a_tick_reads_each_document_once(self) -> None:
        store = many()
        office = Office(RecordingChannel(), store=store)
        outage(office, "ALARM", timedelta())
        store.documents = 0
        office.tick(NOON + HOUR)
        assert store.documents == len(ENDPOINTS)

    def test_a_tick_reads_the_table_once_whatever_is_due(self) -> None:
        channel, table = RecordingChannel(), Listing()
        office = Office(channel, store=many(), table=table)
        outage(office, "ALARM", timedelta())
        outage(office, "OK", HOUR)
        table.listed = 0
        office.tick(NOON + 9 * HOUR)
        assert table.listed == 1
        recovered = [message for message, _ in channel.sent if message.kind is MessageKind.RECOVERED]
        assert len(recovered) == 2 * len(ENDPOINTS)

    def test_a_channel_that_hangs_is_asked_once_a_tick_and_the_others_hear_everything(self) -> None:
        hanging, fine = Hanging("hanging"), RecordingChannel("fine")
        office = Office(hanging, fine, store=many())
        outage(office, "ALARM", timedelta())
        outage(office, "OK", HOUR)
        # Given a channel that hangs when four hundred incidents are over
        hanging.down, hanging.asked = True, 0
        with pytest.raises(RetryLaterError):
            office.tick(NOON + 9 * HOUR)
        # Then it cost its time-out once, and all others received of every recovery
        assert hanging.asked == 1
        recovered = [message for message, _ in fine.sent if message.kind is MessageKind.RECOVERED]
        assert len(recovered) == 2 * len(ENDPOINTS)
        # And it hears of them when it is there again
        hanging.down = False
        office.tick(NOON + 9 * HOUR)
        assert len([message for message, _ in hanging.sent if message.kind is MessageKind.RECOVERED]) == len(recovered)


class TestAnAlarmThatTellsPeopleNoMore:
    @pytest.mark.parametrize("alarms", ["[{actions: [retrain]}]", "[]", "[{name: other}]"])
    def test_its_incident_ends_as_nobody_will_say_that_it_is_ok(self, alarms: str) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm())
        # When the document changes while it rings
        document = f"endpoint: shop\nmonitors:\n  data_quality:\n    alarms: {alarms}\n"
        office.store.put("monitors/shop.yaml", f"{document}retraining: {{target: {{event: true}}}}\n".encode())
        office.tick(NOON + HOUR)
        office.tick(NOON + 9 * HOUR)
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED, MessageKind.RECOVERED]

    def test_one_whose_threshold_changed_goes_on_until_it_is_ok(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm())
        changed = DOCUMENT.replace("{severity: warning}", "{severity: warning, threshold: 5.0}")
        office.store.put("monitors/shop.yaml", changed.encode())
        office.tick(NOON + 9 * HOUR)
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED]


class TestASeverityThatIsChangedWhileItRings:
    def change(self, office: Office, severity: str) -> None:
        changed = DOCUMENT.replace("- {severity: warning}", f"- {{severity: {severity}}}")
        office.store.put("monitors/shop.yaml", changed.encode())

    def test_a_louder_one_escalates_with_the_next_tick_once(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm())
        self.change(office, "critical")
        office.tick(NOON + HOUR)
        office.tick(NOON + 2 * HOUR)
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED, MessageKind.ESCALATED]
        assert channel.sent[-1][0].severity is Severity.CRITICAL

    def test_one_that_is_quiet_by_then_does_not(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm("OK", NOON + HOUR / 2))
        self.change(office, "critical")
        office.tick(NOON + HOUR)
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED]


class TestRefusals:
    def refusal(self, number: int, guard: str = "cooldown", reason: str = "It lasts until 14:00.") -> Happening:
        request = f"r-{number}"
        detail = {"Id": request, "RequestId": request, "Endpoint": "shop", "Monitor": "data_quality"}
        said = {"Decision": "refused", "Guard": guard, "Reason": reason}
        return Happening(f"Retraining Decision/{request}", "Retraining Decision", NOON, {**detail, **said})

    def test_a_conversation_hears_of_each_guard_once_however_often_the_alarm_flaps(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        for i in range(24):
            at = NOON + i * HOUR
            office.hear(alarm("ALARM", at), self.refusal(i), alarm("OK", at + HOUR / 2))
        office.hear(self.refusal(99, "weekly_budget"))
        kinds = [message.kind for message, _ in channel.sent]
        assert kinds == [MessageKind.OPENED, MessageKind.UPDATED, MessageKind.UPDATED]

    def test_the_next_incident_hears_of_it_again(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), self.refusal(1), alarm("OK", NOON + HOUR))
        office.tick(NOON + 5 * HOUR)
        office.hear(alarm(at=NOON + 6 * HOUR), self.refusal(2))
        opened, updated = MessageKind.OPENED, MessageKind.UPDATED
        kinds = [message.kind for message, _ in channel.sent]
        assert kinds == [opened, updated, MessageKind.RECOVERED, opened, updated]

    def test_one_that_a_channel_did_not_take_comes_again_with_its_event(self) -> None:
        channel = Hanging()
        office = Office(channel)
        office.hear(alarm())
        channel.down = True
        with pytest.raises(RetryLaterError):
            office.hear(self.refusal(1))
        channel.down = False
        office.hear(self.refusal(1))
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED, MessageKind.UPDATED]

    def test_without_a_conversation_the_same_no_is_one_notice(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        for i in range(5):
            office.hear(self.refusal(i))
        office.hear(self.refusal(9, reason="It lasts until 18:00."))
        assert [message.kind for message, _ in channel.sent] == [MessageKind.NOTICE] * 2

    def test_who_approves_gets_an_answer_each_time(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm())
        for i in range(3):
            no = self.refusal(i)
            office.hear(Happening(f"a{i}", no.kind, NOON, {**no.detail, "Id": f"a-{i}"}))
        assert [message.kind for message, _ in channel.sent] == [MessageKind.OPENED] + [MessageKind.UPDATED] * 3


@pytest.mark.parametrize("ringing", [True, False])
def test_an_adoption_that_is_sent_again_after_a_crash_is_told_once(*, ringing: bool) -> None:
    channel = RecordingChannel()
    office = Office(channel)
    if ringing:
        office.hear(alarm())
    detail = Adoption(Outcome.ADOPTED, "its baseline is in use", "shop", "shop-7", at=NOON + HOUR).event_detail()
    event = {"source": "driftline", "detail-type": ADOPTED_EVENT, "time": "2026-03-01T13:00:00Z", "detail": detail}
    for identity in ("e-1", "e-2"):
        office.hear(AlarmMessage.model_validate({**event, "id": identity}).received())
    kinds = [message.kind for message, _ in channel.sent]
    assert kinds == ([MessageKind.OPENED, MessageKind.RECOVERED] if ringing else [MessageKind.NOTICE])


class TestTheTable:
    """An item of DynamoDB ends at 400 KB; one that is larger would be refused, and nobody would hear of it."""

    def test_texts_of_any_length_fit_while_a_channel_is_down_for_weeks(self) -> None:
        table, store = InMemoryTable(), endpoint()
        channel = Hanging()
        office = Office(channel, store=store, table=table, once=InMemoryOnce())
        executed(store, *(violation(f"{i}{HOSTILE}", 0.9, 0.1) for i in range(300)))
        channel.down = True
        for i in range(40):
            at = NOON + i * 12 * HOUR
            fields = {f"{n}": HOSTILE for n in range(20)}
            alarms = [RawAlarm(f"{STACK}/shop/data_quality/{i}-{n}", "ALARM", at, HOSTILE, HOSTILE) for n in range(5)]
            ended = Happening(f"e-{i}", "Retraining Ended", at, {"Endpoint": "shop", "Outcome": HOSTILE, **fields})
            happened: list[Received] = [*alarms, ended]
            for received in happened:
                with suppress(RetryLaterError):
                    office.hear(received)
        item = table.get(KIND, "shop/data_quality")
        assert item is not None
        assert LARGEST / 2 < len(item.body.encode()) <= LARGEST
        # The newest message waits, and the newest alarm has its words.
        assert json.loads(item.body)["outbox"][-1]["cause"] == "e-39"
        # When the channel is there again, what is kept arrives, and the incident ends.
        channel.down = False
        office.hear(adopted(NOON + 500 * HOUR))
        assert channel.sent[-1][0].kind is MessageKind.RECOVERED
