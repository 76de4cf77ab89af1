"""From alarms, events and ticks to what a channel is sent."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from driftline.domain.alarms.names import alarm_name
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.incidents.dead_letters import DeadLetter, DeadLetters
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Happening, RawAlarm, Text, Tick
from driftline.kinds.registry import KINDS
from driftline.presentation.messages import evidence
from driftline.presentation.messages.signed_webhook import webhook_document
from driftline.usecases.notifying.incident_facts import ConsoleLinks
from driftline.usecases.notifying.notify_operators import notify_operators
from tests.fakes import InMemoryDeadLetters, InMemoryOnce, InMemoryStore, InMemoryTable, RecordingChannel
from tests.notifying import (
    FOLDER,
    HOUR,
    NOON,
    FixedLinks,
    Office,
    adopted,
    alarm,
    endpoint,
    executed,
    feature,
    violation,
)

OPENED, ESCALATED, UPDATED, RECOVERED, NOTICE = (
    MessageKind.OPENED,
    MessageKind.ESCALATED,
    MessageKind.UPDATED,
    MessageKind.RECOVERED,
    MessageKind.NOTICE,
)


@dataclass
class Unwilling(RecordingChannel):
    """A channel that raises while it has a trouble."""

    trouble: Exception | None = None
    tried: list[str] = field(default_factory=list)

    def send(self, message: Message, conversation: str | None) -> str | None:
        self.tried.append(message.id)
        if self.trouble is not None:
            raise self.trouble
        return super().send(message, conversation)


def kinds(channel: RecordingChannel) -> list[MessageKind]:
    return [message.kind for message, _ in channel.sent]


def messages(channel: RecordingChannel) -> list[Message]:
    return [message for message, _ in channel.sent]


class TestConversation:
    def test_an_incident_is_opened_and_recovered_once_in_one_conversation(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        # Given an alarm, and executions after it that change nothing
        office.hear(alarm(), alarm(at=NOON + HOUR))
        # When it is quiet for an hour and a half, the time to settle of an hourly schedule
        office.hear(alarm("OK", NOON + 2 * HOUR))
        office.tick(NOON + 3 * HOUR)
        assert kinds(channel) == [OPENED]
        office.tick(NOON + 4 * HOUR)
        office.tick(NOON + 5 * HOUR)
        # Then people received of it twice, the second time in the conversation of the first
        assert kinds(channel) == [OPENED, RECOVERED]
        (opened, _), (recovered, conversation) = channel.sent
        assert conversation == opened.id
        assert recovered.incident == opened.incident
        assert recovered.since == NOON

    def test_a_flapping_alarm_is_one_incident_and_the_recovery_counts_the_flaps(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        for i in range(6):
            office.hear(alarm("OK" if i % 2 else "ALARM", NOON + i * HOUR))
            office.tick(NOON + i * HOUR + HOUR / 2)
        office.tick(NOON + 10 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        assert "It came back 2 times in between, without a message." in channel.sent[1][0].details

    def test_it_escalates_when_the_severity_rises_and_only_then(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm(label="worst drift", at=NOON + HOUR))
        office.hear(alarm("OK", label="worst drift", at=NOON + 2 * HOUR))
        office.hear(alarm(label="worst drift", at=NOON + 3 * HOUR))
        assert kinds(channel) == [OPENED, ESCALATED]
        assert [message.severity for message in messages(channel)] == [Severity.WARNING, Severity.CRITICAL]
        assert "severity: critical, was warning" in channel.sent[1][0].changed
        assert channel.sent[1][0].headline.startswith("Now critical: ")

    def test_both_alarms_have_to_be_quiet(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm(label="worst drift", at=NOON + HOUR), alarm("OK", NOON + 2 * HOUR))
        office.tick(NOON + 9 * HOUR)
        assert RECOVERED not in kinds(channel)

    def test_an_older_change_that_comes_late_is_ignored(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm("OK", NOON + HOUR), alarm())
        assert channel.sent == []
        office.hear(alarm(at=NOON + 2 * HOUR), alarm("OK", NOON + HOUR))
        office.tick(NOON + 9 * HOUR)
        assert kinds(channel) == [OPENED]

    def test_insufficient_data_is_neither_an_alarm_nor_quiet(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm("INSUFFICIENT_DATA"))
        assert channel.sent == []
        office.hear(alarm(at=NOON + HOUR), alarm("INSUFFICIENT_DATA", NOON + 2 * HOUR))
        office.tick(NOON + 9 * HOUR)
        assert kinds(channel) == [OPENED]

    def test_silence_of_the_stack_itself_is_an_alarm_where_the_template_asks_for_it(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(RawAlarm("driftline-FreshnessStoppedAlarm-1A2B", "INSUFFICIENT_DATA", NOON, "3 datapoints unknown"))
        assert kinds(channel) == [OPENED]
        assert messages(channel)[0].severity == Severity.CRITICAL

    def test_an_alarm_after_the_recovery_is_another_incident(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), alarm("OK", NOON + HOUR))
        office.tick(NOON + 5 * HOUR)
        office.hear(alarm(at=NOON + 6 * HOUR))
        assert kinds(channel) == [OPENED, RECOVERED, OPENED]
        first, _, second = messages(channel)
        assert first.incident != second.incident
        assert channel.sent[2][1] is None  # no thread of the incident before

    def test_an_alarm_that_was_deleted_does_not_keep_the_incident_open(self) -> None:
        channel = RecordingChannel()
        store = endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        store.delete("monitors/shop.yaml")
        office.tick(NOON + HOUR)
        office.tick(NOON + 9 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]


class TestSilence:
    def silence(self, store: InMemoryStore, subject: str = "data_quality", hours: int = 5) -> None:
        until = (NOON + hours * HOUR).isoformat()
        store.put(f"silences/shop/{subject}.json", f'{{"until": "{until}", "why": "known", "by": "ada"}}'.encode())

    def test_nobody_is_told_while_it_lasts_and_everybody_after_it(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        self.silence(store)
        office.hear(alarm())
        office.tick(NOON + 4 * HOUR)
        assert channel.sent == []
        office.tick(NOON + 5 * HOUR)
        assert kinds(channel) == [OPENED]
        assert (channel.sent[0][0].since, channel.sent[0][0].at) == (NOON, NOON)

    def test_what_came_and_went_in_a_silence_is_never_told(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        self.silence(store)
        office.hear(alarm(), alarm("OK", NOON + HOUR))
        for hour in range(2, 9):
            office.tick(NOON + hour * HOUR)
        assert channel.sent == []

    def test_a_recovery_in_a_silence_is_told_after_it(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        self.silence(store)
        office.hear(alarm("OK", NOON + HOUR))
        office.tick(NOON + 4 * HOUR)
        assert kinds(channel) == [OPENED]
        office.tick(NOON + 6 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        # It was over in the silence, and that is when it says that it was.
        assert channel.sent[1][0].at == NOON + 4 * HOUR

    def test_an_incident_whose_recovery_nobody_heard_of_goes_on(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        self.silence(store, hours=9)
        office.hear(alarm("OK", NOON + HOUR))
        office.tick(NOON + 5 * HOUR)
        office.hear(alarm(at=NOON + 6 * HOUR))
        office.tick(NOON + 10 * HOUR)
        office.hear(alarm("OK", NOON + 11 * HOUR))
        office.tick(NOON + 15 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        assert len({message.incident for message in messages(channel)}) == 1

    def test_it_is_lifted_by_deleting_it(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        self.silence(store)
        office.hear(alarm())
        store.delete("silences/shop/data_quality.json")
        office.tick(NOON + HOUR)
        assert kinds(channel) == [OPENED]

    def test_it_is_for_one_monitor(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        self.silence(store, "watch")
        office = Office(channel, store=store)
        office.hear(alarm(subject="watch", label="captures"), alarm())
        assert [message.monitor for message in messages(channel)] == ["data_quality"]

    def test_one_that_nobody_can_read_is_none(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        store.put("silences/shop/data_quality.json", b"until tomorrow")
        Office(channel, store=store).hear(alarm())
        assert kinds(channel) == [OPENED]


class TestContent:
    def test_it_says_what_is_wrong_and_what_to_do(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(alarm())
        message = channel.sent[0][0]
        assert (
            message.headline
            == "shop: amount: drift 0.31 (95 % interval 0.2 to 0.4), at most 0.1 allowed; 1 more violation (country)"
        )
        assert [(line.subject, line.observed, line.required, line.n) for line in message.evidence] == [
            ("amount", 0.31, 0.1, 4000),
            ("country", 0.12, 0.1, 4000),
        ]
        assert message.evidence[0].interval == (0.2, 0.4)
        assert message.window == (NOON - HOUR, NOON)
        assert (message.endpoint, message.monitor, message.since, message.at) == ("shop", "data_quality", NOON, NOON)
        assert message.link == f"memory://bucket/{FOLDER}"
        assert message.silence is not None
        assert message.silence.startswith('driftline silence shop data_quality --for P1D --why "…" --store ')

    def test_it_links_the_page_of_the_report_where_there_is_one(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        store.put(FOLDER + "report.html", b"<html>")
        Office(channel, store=store).hear(alarm())
        assert channel.sent[0][0].link == f"memory://bucket/{FOLDER}report.html"

    @pytest.mark.parametrize("lasting", [True, False])
    def test_it_links_the_page_that_is_being_made(self, *, lasting: bool) -> None:
        channel = RecordingChannel()
        Office(channel, links=FixedLinks("https://pages.example/", lasting=lasting)).hear(alarm())
        message = channel.sent[0][0]
        assert message.link == f"https://pages.example/{FOLDER}report.html"
        told = [line for line in message.details if FOLDER in line]
        expected = f"When the link has expired, the files are still in memory://bucket/{FOLDER}"
        assert told == ([] if lasting else [expected])

    def test_a_link_that_no_channel_takes_is_no_link(self) -> None:
        channel = RecordingChannel()
        Office(channel, links=FixedLinks("https://pages.example/" + "x" * 2900, lasting=False)).hear(alarm())
        assert channel.sent[0][0].link == f"memory://bucket/{FOLDER}"

    @pytest.mark.parametrize(
        ("folder", "link"), [(FOLDER, f"https://pages.example/{FOLDER}report.html"), ("", None)], ids=["now", "of old"]
    )
    @pytest.mark.parametrize("about", ["data_quality", "watch"])
    def test_an_execution_that_failed_links_its_page_if_there_is_one(
        self, about: str, folder: str, link: str | None
    ) -> None:
        channel, store = RecordingChannel(), endpoint()
        last = {"status": "Failed", "reason": "no baseline", "trigger": "schedule", "folder": folder}
        store.put("state/executions/shop/data_quality/last.json", json.dumps(last).encode())
        rings = alarm() if about == "data_quality" else alarm(subject="watch", label="data_quality executions failed")
        Office(channel, store=store, links=FixedLinks("https://pages.example/", lasting=True)).hear(rings)
        message = channel.sent[0][0]
        assert message.link == link
        assert any("no baseline" in each for each in message.details)

    def test_the_next_message_says_what_changed(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        executed(store, violation("amount", 0.31, 0.1), violation("age", 0.8, 0.1), violation("os", 0.9, 0.1))
        office.hear(alarm(label="worst drift", at=NOON + HOUR))
        assert channel.sent[1][0].changed == (
            "severity: critical, was warning",
            "violations: 3, were 2",
            "new: age, os",
            "no longer: country",
        )

    @pytest.mark.parametrize("lost", ["summary", "last execution", "document", "broken summary"])
    def test_it_goes_out_with_cloudwatchs_reason_when_the_execution_cannot_be_read(self, lost: str) -> None:
        channel, store = RecordingChannel(), endpoint()
        match lost:
            case "summary":
                store.delete(FOLDER + "summary.json")
            case "broken summary":
                store.put(FOLDER + "summary.json", b'{"monitor": "data_quality"}')
            case "last execution":
                store.delete("state/executions/shop/data_quality/last.json")
            case _:
                store.objects.clear()
        Office(channel, store=store).hear(alarm(reason="Threshold Crossed: because"))
        message = channel.sent[0][0]
        assert "Threshold Crossed: because" in message.headline
        assert message.evidence == ()
        assert any("execution" in detail for detail in message.details)

    def test_a_watch_alarm_says_what_stopped_and_what_to_check(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(alarm(subject="watch", label="captures"))
        message = channel.sent[0][0]
        assert message.headline == "shop: captures have stopped arriving"
        assert any("data capture is on" in detail for detail in message.details)
        assert message.severity is Severity.CRITICAL

    def test_failing_executions_say_why(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        last = b'{"status": "Failed", "reason": "there is no baseline", "trigger": "schedule"}'
        store.put("state/executions/shop/data_quality/last.json", last)
        Office(channel, store=store).hear(alarm(subject="watch", label="data_quality executions failed"))
        message = channel.sent[0][0]
        assert message.headline == "shop: executions of data_quality fail"
        assert "The last execution: there is no baseline" in message.details
        assert message.monitor == "data_quality"

    def test_two_things_that_stopped_are_two_conversations(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(subject="watch", label="captures"), alarm(subject="watch", label="schedules"))
        assert kinds(channel) == [OPENED, OPENED]

    def test_an_alarm_of_the_stack_is_an_incident_of_its_own(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        name = "prod-run dead letters/x"
        office.hear(RawAlarm(name, "ALARM", NOON, "1 message"), RawAlarm(name, "OK", NOON + HOUR, "none"))
        office.tick(NOON + 2 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        assert channel.sent[0][0].headline == "Alarm prod-run dead letters/x: 1 message"
        assert channel.sent[0][0].endpoint is None

    def test_an_alarm_on_dead_letters_names_them(self) -> None:
        # Given two messages that failed, one of them with a name that could break a line
        channel = RecordingChannel()
        objects = [{"bucket": {"name": "b"}, "object": {"key": key}} for key in ("capture/a", "capture/b\nc")]
        found = tuple(DeadLetter(json.dumps({"detail": each}), tries=5) for each in objects)
        letters = InMemoryDeadLetters(
            {"prod-profile": DeadLetters(found, waiting=2, arn="arn:letters", source="arn:work")}
        )
        office = Office(channel, letters=letters)
        # When the alarm on their queue goes off, and is over
        name = "prod-ProfileDeadLetterAlarm-X"
        ringing = RawAlarm(name, "ALARM", NOON, "[2.0]", "Events wait in the dead-letter queue", "prod-profile")
        office.hear(ringing, replace(ringing, state="OK", changed_at=NOON + HOUR))
        office.tick(NOON + 2 * HOUR)
        # Then the first message says what failed and what to do, and nobody looks for the second
        opened, recovered = messages(channel)
        assert "Failed: s3://b/capture/a, after 5 attempts" in opened.details
        assert 'Failed: s3://b/"capture/b\\nc", after 5 attempts' in opened.details
        assert any("--destination-arn arn:work" in each for each in opened.details)
        assert not any("Failed" in each for each in recovered.details)
        assert letters.looked == ["prod-profile"]

    def test_an_alarm_is_told_even_if_nobody_may_look_at_what_failed(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(RawAlarm("prod-x", "ALARM", NOON, "[1.0]", "Events wait", "gone"))
        [message] = messages(channel)
        assert "The dead-letter queue cannot be read: there is no such queue" in message.details

    def test_hostile_names_stay_short_and_on_one_line(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        hostile = "<!channel>\x1b[31m\n\u202e" + "x" * 10_000
        executed(store, violation(hostile, 0.9, 0.1), features=[feature(hostile)])
        Office(channel, store=store).hear(alarm(label=hostile[:100], reason=hostile * 3))
        message = channel.sent[0][0]
        [finding] = message.evidence
        shown = [
            evidence.subject(finding),
            evidence.figures(finding),
            webhook_document(message)["evidence"][0]["subject"],
        ]
        texts = [message.headline, *message.details, *message.changed, *shown]
        for text in texts:
            assert len(text) <= 600
            assert not set("\x1b\n\u202e") & set(text)


class TestChannels:
    def test_one_that_is_down_does_not_keep_the_others_waiting_and_is_tried_alone(self) -> None:
        down, well = Unwilling("down", trouble=RetryLaterError("503", after=7)), RecordingChannel("well")
        office = Office(down, well)
        with pytest.raises(RetryLaterError, match="down did not accept") as caught:
            office.hear(alarm())
        assert caught.value.after == 7
        assert kinds(well) == [OPENED]
        down.trouble = None
        office.hear(alarm())
        assert kinds(down) == kinds(well) == [OPENED]

    def test_the_order_is_kept_for_a_channel_that_was_down(self) -> None:
        down = Unwilling("down", trouble=RetryLaterError("503"))
        office = Office(down)
        for received in (alarm(), alarm(label="worst drift", at=NOON + HOUR)):
            with pytest.raises(RetryLaterError):
                office.hear(received)
        down.trouble = None
        # When the second message of the queue comes before the first
        office.hear(alarm(label="worst drift", at=NOON + HOUR))
        office.hear(alarm())
        assert kinds(down) == [OPENED, ESCALATED]
        assert down.sent[1][1] == down.sent[0][0].id

    def test_one_that_refuses_fails_for_as_long_as_it_refuses_and_then_gets_its_message(self) -> None:
        refusing, well = Unwilling("refusing", trouble=InvalidInputError("no such webhook")), RecordingChannel("well")
        office = Office(refusing, well)
        for _ in range(3):
            with pytest.raises(InvalidInputError, match=r"refusing did not accept .* no such webhook"):
                office.hear(alarm())
        assert kinds(well) == [OPENED]
        # A tick tries too, and does not fail for what is not its own.
        assert [failure.channel for failure in office.tick(NOON + HOUR).failures] == ["refusing"]
        refusing.trouble = None
        office.hear(alarm())
        assert kinds(refusing) == [OPENED]

    def test_a_message_that_was_overtaken_is_passed_over(self) -> None:
        channel = Unwilling("c", trouble=InvalidInputError("too odd"))
        office = Office(channel)
        with pytest.raises(InvalidInputError):
            office.hear(alarm())

        def send(message: Message, conversation: str | None) -> str | None:
            if message.kind is OPENED:
                raise InvalidInputError("too odd")
            return RecordingChannel.send(channel, message, conversation)

        channel.send = send  # type: ignore[method-assign]
        office.hear(alarm(label="worst drift", at=NOON + HOUR))
        del channel.send
        channel.trouble = None
        office.hear(alarm())
        assert kinds(channel) == [ESCALATED]

    def test_the_document_chooses_channels(self) -> None:
        chosen, other = RecordingChannel("chosen"), RecordingChannel("other")
        store = endpoint()
        store.put("monitors/shop.yaml", store.get("monitors/shop.yaml").body + b"channels: [chosen]\n")
        Office(chosen, other, store=store).hear(alarm())
        assert kinds(chosen) == [OPENED]
        assert other.sent == []

    def test_a_document_that_names_no_channel_that_there_is_does_not_silence_anything(self) -> None:
        channel, store = RecordingChannel("there"), endpoint()
        store.put("monitors/shop.yaml", store.get("monitors/shop.yaml").body + b"channels: [their]\n")
        Office(channel, store=store).hear(alarm())
        assert kinds(channel) == [OPENED]

    def test_who_heard_of_it_hears_that_it_is_over(self) -> None:
        class Warnings(RecordingChannel):
            def accepts(self, message: Message) -> bool:
                return message.severity is Severity.WARNING

        class Criticals(RecordingChannel):
            def accepts(self, message: Message) -> bool:
                return message.severity is Severity.CRITICAL

        warnings, criticals = Warnings("warnings"), Criticals("criticals")
        office = Office(warnings, criticals)
        office.hear(alarm(), alarm("OK", NOON + HOUR / 2))
        office.hear(alarm(label="worst drift", at=NOON + HOUR), alarm("OK", NOON + 2 * HOUR, "worst drift"))
        office.tick(NOON + 9 * HOUR)
        assert kinds(warnings) == [OPENED, RECOVERED]
        assert kinds(criticals) == [ESCALATED, RECOVERED]


def test_an_incident_is_kept_while_it_goes_on_and_for_ninety_days_after_it() -> None:
    class Expiries(InMemoryTable):
        last: datetime | None = None

        def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
            self.last = expires
            return super().put(kind, name, body, version=version, expires=expires)

    table = Expiries()
    office = Office(RecordingChannel(), table=table)
    office.hear(alarm(), alarm("OK", NOON + HOUR))
    assert table.last is None
    office.tick(NOON + 5 * HOUR)
    assert table.last == NOON + 5 * HOUR + timedelta(days=90)


@pytest.mark.parametrize("label", ["x" * 120, "é/ü" * 40])
def test_an_alarm_whose_label_was_cut_is_the_documents_alarm_all_the_same(label: str) -> None:
    stack = "s" * 128
    channel, table, once, store = RecordingChannel(), InMemoryTable(), InMemoryOnce(), endpoint()
    alarms = f"    alarms: [{{name: {label}, severity: critical}}]\n"
    store.put("monitors/shop.yaml", f"endpoint: shop\nmonitors:\n  data_quality:\n{alarms}".encode())
    name = alarm_name(stack, "shop", "data_quality", label)
    for received in (RawAlarm(name, "ALARM", NOON), Tick(NOON + HOUR), Tick(NOON + 9 * HOUR)):
        notify_operators(
            received,
            store=store,
            table=table,
            once=once,
            channels=[channel],
            letters=InMemoryDeadLetters(),
            stack=stack,
            links=ConsoleLinks(store),
            now=NOON,
            kinds=KINDS,
        )
    # It is critical, and it does not count as deleted.
    assert [(message.kind, message.severity) for message in messages(channel)] == [(OPENED, Severity.CRITICAL)]


class TestHappenings:
    decision = Happening(
        "e-9",
        "Retraining Decision",
        NOON + HOUR,
        {"Endpoint": "shop", "Monitor": "data_quality", "Decision": "started", "Reason": "all guards agree",
         "AuditUri": "s3://b/x.json", "DryRun": False, "ExpiresAt": None},
    )  # fmt: skip

    def test_a_decision_joins_the_open_conversation_once(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), self.decision, self.decision)
        assert kinds(channel) == [OPENED, UPDATED]
        message, conversation = channel.sent[1]
        assert conversation == channel.sent[0][0].id
        assert message.headline == "Retraining of shop: started. all guards agree"
        assert message.details == ("Audit record: s3://b/x.json",)

    def test_a_decision_delivered_again_writes_nothing(self) -> None:
        table = InMemoryTable()
        office = Office(RecordingChannel(), table=table)
        office.hear(alarm(), self.decision)
        before = dict(table.items)
        office.hear(self.decision)
        assert table.items == before

    def test_without_a_conversation_it_is_a_notice(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(self.decision, self.decision)
        assert kinds(channel) == [NOTICE]
        assert channel.sent[0][0].incident is None

    def test_a_decision_delivered_again_after_an_incident_opened_is_not_told_twice(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(self.decision, alarm(), self.decision)
        assert kinds(channel) == [NOTICE, OPENED]

    def test_a_new_model_closes_what_was_open(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), adopted(NOON + HOUR), adopted(NOON + HOUR))
        assert kinds(channel) == [OPENED, RECOVERED]
        assert channel.sent[1][0].headline == "Closed: shop has the new model shop-7, which has to show itself now"
        assert "its baseline is in use" in channel.sent[1][0].details

    def test_alarms_that_a_new_model_does_not_stop_are_told_again(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(), adopted(NOON + HOUR))
        office.tick(NOON + 3 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        office.tick(NOON + 4 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED, OPENED]

    def test_a_model_that_mends_nothing_while_people_hear_nothing_is_no_second_incident(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        office = Office(channel, store=store)
        office.hear(alarm())
        TestSilence().silence(store, hours=9)
        office.hear(adopted(NOON + HOUR))
        for hour in (5, 10):
            office.tick(NOON + hour * HOUR)
        assert kinds(channel) == [OPENED]
        office.hear(alarm("OK", NOON + 11 * HOUR))
        office.tick(NOON + 15 * HOUR)
        assert kinds(channel) == [OPENED, RECOVERED]
        assert len({message.incident for message in messages(channel)}) == 1
        assert channel.sent[1][0].headline == "data_quality of shop is quiet again after 11 h"

    def test_what_rings_on_makes_the_next_incident_as_loud_as_it_is(self) -> None:
        channel = RecordingChannel()
        office = Office(channel)
        office.hear(alarm(label="worst drift"), adopted(NOON + HOUR), alarm(at=NOON + 2 * HOUR))
        assert kinds(channel) == [OPENED, RECOVERED, OPENED]
        assert channel.sent[2][0].severity is Severity.CRITICAL

    def test_a_new_model_does_not_close_what_it_cannot_mend(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(alarm(subject="watch", label="captures"), adopted(NOON + HOUR))
        assert kinds(channel) == [OPENED, NOTICE]

    def test_a_new_model_with_nothing_open_is_a_notice(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(adopted(), adopted())
        assert kinds(channel) == [NOTICE]
        assert channel.sent[0][0].headline == "shop has the new model shop-7"

    def test_a_text_is_a_notice_with_its_lines(self) -> None:
        channel = RecordingChannel()
        text = Text("m-1", "Driftline: monitors/shop.yaml has errors", "line 3: x\n\nline 4: y", NOON)
        Office(channel).hear(text, text)
        assert kinds(channel) == [NOTICE]
        assert channel.sent[0][0].headline == "Driftline: monitors/shop.yaml has errors"
        assert channel.sent[0][0].details == ("line 3: x", "line 4: y")

    def test_a_long_text_is_cut_and_says_so(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(Text("m-1", "", "\n".join(f"line {i}" for i in range(1000)), NOON))
        assert channel.sent[0][0].headline == "line 0"
        assert channel.sent[0][0].details[-1] == "… and 959 more lines"


def test_a_tick_settles_others_when_one_cannot_be_told() -> None:
    refusing = Unwilling("c")
    office = Office(refusing)
    office.hear(alarm(), alarm("OK", NOON + timedelta(minutes=5)))
    office.hear(RawAlarm("other", "ALARM", NOON, "x"), RawAlarm("other", "OK", NOON + timedelta(minutes=5), "x"))
    refusing.trouble = RetryLaterError("503")
    with pytest.raises(RetryLaterError):
        office.tick(NOON + 5 * HOUR)
    # What the first found out counts for all: the second recovery waits without asking the channel again.
    assert len(refusing.tried) == 3
    refusing.trouble = None
    office.tick(NOON + 5 * HOUR)
    assert kinds(refusing) == [OPENED, OPENED, RECOVERED, RECOVERED]
