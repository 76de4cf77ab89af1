"""What an operator reads, word for word: what is wrong, since when, where to look."""

from datetime import timedelta

import pytest

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.incident import AlarmChange, Incident, Snapshot, adopt, observe
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import RawAlarm, Received, Tick
from driftline.presentation.messages.findings import Findings
from driftline.presentation.messages.incident_messages import Facts, incident_message
from tests.fakes import InMemoryStore, RecordingChannel
from tests.notifying import FOLDER, HOUR, NOON, Office, adopted, alarm, endpoint, executed

MEANING = "violations of data_quality on shop is >= 1."
REASON = "Threshold Crossed: 1 datapoint [2.0]"
LAST = "state/executions/shop/data_quality/last.json"


def ringing(
    label: str = "violations", subject: str = "data_quality", hours: int = 0, meaning: str = MEANING
) -> Received:
    return RawAlarm(f"prod/shop/{subject}/{label}", "ALARM", NOON + hours * HOUR, REASON, meaning)


def told(*received: Received, store: InMemoryStore | None = None) -> Message:
    """The last message."""
    channel = RecordingChannel()
    Office(channel, store=store or endpoint()).hear(*received)
    return channel.sent[-1][0]


class TestWhatIsWrong:
    def test_a_monitor(self) -> None:
        message = told(ringing())
        assert (
            message.headline
            == "shop: amount: drift 0.31 (95 % interval 0.2 to 0.4), at most 0.1 allowed; 1 more violation (country)"
        )
        assert (message.details, message.rows, message.coverage) == ((), 4000, None)
        assert message.changed == ()

    def test_a_monitor_that_gets_worse(self) -> None:
        message = told(ringing(), ringing("worst drift", hours=1, meaning=""))
        assert message.headline.startswith("Now critical: shop: amount: drift 0.31")
        assert message.details == (f"Alarm since 1 Mar 2026, 13:00 UTC: {REASON}",)
        assert message.changed == ("severity: critical, was warning",)

    def test_alarms_on_figures_without_a_violation(self) -> None:
        store = endpoint()
        executed(store)
        message = told(ringing(), store=store)
        assert message.headline == f"data_quality of shop: alarm violations rings. {REASON}"
        assert message.details[1:] == ("The last execution has no violations; the alarm is on a figure of its own.",)
        message = told(ringing(), ringing("worst drift", hours=1), store=store)
        assert message.headline == f"Now critical: data_quality of shop: alarms violations, worst drift ring. {REASON}"

    def test_an_execution_that_nobody_can_read(self) -> None:
        store = endpoint()
        store.delete(FOLDER + "summary.json")
        assert told(ringing(), store=store).details[1] == (
            f"The last execution cannot be read: memory://bucket/{FOLDER}summary.json: no such object"
        )
        store.delete(LAST)
        assert told(ringing(), store=store).details[1] == (
            "No execution is recorded; only CloudWatch's reason is known."
        )

    def test_what_stopped(self) -> None:
        message = told(ringing("ground truth", "watch", meaning="no labels for 2 days"))
        assert message.headline == "shop: ground truth has stopped arriving"
        assert message.details == (
            "Alarm since 1 Mar 2026, 12:00 UTC: no labels for 2 days",
            "Check the system that uploads labels to ground-truth/. Model quality is based on fewer and fewer labels.",
        )
        assert message.silence is not None
        assert message.silence.startswith("driftline silence shop watch ")

    def test_executions_that_fail(self) -> None:
        store = endpoint()
        store.put(LAST, b'{"status": "Failed", "reason": "there is no baseline", "trigger": "schedule"}')
        message = told(ringing("data_quality executions failed", "watch", meaning=""), store=store)
        assert message.headline == "shop: executions of data_quality fail"
        assert message.details == (
            f"Alarm since 1 Mar 2026, 12:00 UTC: {REASON}",
            "The last execution: there is no baseline",
            "Fix the cause of the last failure, then request the window again as its page shows.",
        )

    def test_the_stack_itself(self) -> None:
        message = told(RawAlarm("prod-run", "ALARM", NOON, REASON, "Requests wait in the dead-letter queue"))
        assert message.headline == "Alarm prod-run: Requests wait in the dead-letter queue"
        assert message.details == (f"Alarm since 1 Mar 2026, 12:00 UTC: {REASON}",)
        assert message.silence == "aws cloudwatch disable-alarm-actions --alarm-names prod-run"
        assert (message.endpoint, message.monitor, message.window) == (None, None, None)

    def test_one_that_is_quiet_again_before_anybody_could_be_told(self) -> None:
        store = endpoint()
        executed(store)
        store.put("silences/shop/data_quality.json", b'{"until": "2026-03-01T13:30:00Z", "why": "known"}')
        message = told(ringing(), alarm("OK", NOON + HOUR), Tick(NOON + 2 * HOUR), store=store)
        assert message.kind is MessageKind.OPENED
        assert message.headline == "data_quality of shop: an alarm rang, and is quiet again"
        assert message.details[0] == "Its alarms are quiet since 1 Mar 2026, 13:00 UTC. If they stay so, it is over."

    def test_more_alarms_than_anybody_reads(self) -> None:
        incident = Incident("shop", "model_quality")
        for i in range(7):
            change = AlarmChange(f"{i}", AlarmState.ALARM, NOON + i * HOUR, reason=f"reason {i}")
            incident = observe(incident, change)
        message, _ = incident_message(incident, MessageKind.OPENED, NOON, Facts())
        assert message.headline == "model_quality of shop: alarms 0, 1, 2, 3, 4 ring. reason 6"
        assert len(message.details) == 5

    def test_the_reason_is_that_of_the_newest_alarm_that_still_rings(self) -> None:
        incident = Incident("shop", "model_quality")
        for label, state, hours in (("a", "ALARM", 0), ("b", "ALARM", 1), ("c", "ALARM", 2), ("c", "OK", 3)):
            change = AlarmChange(label, AlarmState(state), NOON + hours * HOUR, reason=f"{label} is {state}")
            incident = observe(incident, change)
        message, _ = incident_message(incident, MessageKind.OPENED, NOON, Facts())
        assert message.headline == "model_quality of shop: alarms a, b ring. b is ALARM"
        assert message.details == (
            "Alarm since 1 Mar 2026, 12:00 UTC: a is ALARM",
            "Alarm since 1 Mar 2026, 13:00 UTC: b is ALARM",
        )

    def test_without_a_reason_the_description_says_why(self) -> None:
        incident = observe(Incident("shop", "x"), AlarmChange("a", AlarmState.ALARM, NOON, description="it is high"))
        message, _ = incident_message(incident, MessageKind.OPENED, NOON, Facts())
        assert message.headline == "x of shop: alarm a rings. it is high"

    def test_long_names_leave_room_for_what_matters(self) -> None:
        change = AlarmChange("l" * 500, AlarmState.ALARM, NOON, reason="r" * 5000)
        incident = observe(Incident("e" * 500, "watch/" + "s" * 500), change)
        message, _ = incident_message(incident, MessageKind.OPENED, NOON, Facts(unread="u" * 5000))
        assert message.headline.startswith("e" * 119 + "…: s")
        assert {len(text) for text in (message.headline, *message.details)} == {600}
        closed, _ = incident_message(adopt(incident, "m" * 500, NOON), MessageKind.RECOVERED, NOON, Facts())
        assert closed.headline == f"Closed: {'e' * 119}… has {'m' * 119}…, which has to show itself now"


class TestThatItIsOver:
    def test_a_monitor(self) -> None:
        message = told(ringing(), alarm("OK", NOON + 2 * HOUR), Tick(NOON + 9 * HOUR))
        assert message.headline == "data_quality of shop is quiet again after 2 h"
        assert message.details == (
            "It began at 1 Mar 2026, 12:00 UTC.",
            "All of its alarms are quiet since 1 Mar 2026, 14:00 UTC.",
        )
        assert (message.changed, message.evidence, message.silence) == ((), (), None)

    @pytest.mark.parametrize(
        ("subject", "label", "headline"),
        [
            ("watch/captures", "captures", "alarm captures of shop is quiet again after 1 h"),
            (
                "watch/data_quality executions failed",
                "data_quality executions failed",
                "alarm data_quality executions failed of shop is quiet again after 1 h",
            ),
        ],
    )
    def test_a_watch_alarm_does_not_repeat_what_was_wrong(self, subject: str, label: str, headline: str) -> None:
        name = f"prod/shop/{subject.split('/', maxsplit=1)[0]}/{label}"
        message = told(RawAlarm(name, "ALARM", NOON), RawAlarm(name, "OK", NOON + HOUR), Tick(NOON + 9 * HOUR))
        assert message.headline == headline

    def test_an_alarm_of_the_stack(self) -> None:
        message = told(
            RawAlarm("prod-run", "ALARM", NOON), RawAlarm("prod-run", "OK", NOON + HOUR), Tick(NOON + 9 * HOUR)
        )
        assert message.headline == "prod-run is quiet again after 1 h"

    def test_a_new_model(self) -> None:
        message = told(ringing(), adopted(NOON + HOUR))
        assert message.headline == "Closed: shop has the new model shop-7, which has to show itself now"
        assert message.details == (
            "It began at 1 Mar 2026, 12:00 UTC.",
            "its baseline is in use",
            "Alarms that go on ringing with the new model open a new incident.",
        )

    def test_a_new_model_of_which_nothing_is_said(self) -> None:
        opened = observe(Incident("shop", "data_quality"), AlarmChange("a", AlarmState.ALARM, NOON))
        closed = adopt(opened, "a new model", NOON + HOUR)
        message, _ = incident_message(closed, MessageKind.RECOVERED, NOON + HOUR, Facts())
        assert len(message.details) == 2


class TestWhatChanged:
    """Against what people were told last."""

    def changed(self, before: Snapshot, violations: int | None, *features: str) -> tuple[str, ...]:
        change = AlarmChange("a", AlarmState.ALARM, NOON, Severity.WARNING)
        incident = observe(Incident("shop", "data_quality", told=before), change)
        window = (NOON - HOUR, NOON)
        findings = None if violations is None else Findings(window, violations, "x", features, (), 10)
        told_before = Incident("shop", "data_quality", id="i", alarms=incident.alarms, told=before)
        message, _ = incident_message(told_before, MessageKind.ESCALATED, NOON, Facts(findings=findings))
        return message.changed

    def test_nothing(self) -> None:
        assert self.changed(Snapshot(Severity.WARNING, 1, ("a",)), 1, "a") == ()

    def test_nobody_knows_if_one_of_both_could_not_be_read(self) -> None:
        assert self.changed(Snapshot(Severity.WARNING, 1, ("a",)), None) == ()
        assert self.changed(Snapshot(Severity.WARNING), 2, "a", "b") == ()

    def test_a_few_names(self) -> None:
        five = tuple("bcdef")
        assert self.changed(Snapshot(Severity.WARNING, 1, ("a",)), 6, "a", *five) == (
            "violations: 6, were 1",
            "new: b, c, d, e, f",
        )

    def test_many_names_are_counted(self) -> None:
        names = tuple(f"f{i}" for i in range(7))
        assert self.changed(Snapshot(Severity.WARNING, 7, names), 0) == (
            "violations: 0, were 7",
            "no longer: f0, f1, f2, f3, f4 and 2 more",
        )

    @pytest.mark.parametrize(("many", "more"), [(199, "194"), (200, "at least 195")])
    def test_what_is_not_remembered_is_not_counted_as_if_it_were(self, many: int, more: str) -> None:
        names = tuple(f"f{i}" for i in range(many))
        assert self.changed(Snapshot(Severity.WARNING, 0), many, *names)[1].endswith(f" and {more} more")


def test_the_window_and_the_evidence_are_those_of_the_last_execution() -> None:
    message = told(ringing())
    assert message.window == (NOON - HOUR, NOON)
    assert [piece.subject for piece in message.evidence] == ["amount", "country"]
    assert message.since == NOON
    assert message.at - NOON == timedelta()
