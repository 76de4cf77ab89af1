"""Decisions, new models and texts in words."""

from datetime import UTC, datetime

import pytest

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.happenings import MODEL_ADOPTED, RETRAINING_DECISION, refusal_id, refused_by
from driftline.domain.incidents.incident import AlarmChange, Incident, observe
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Happening, Text
from driftline.presentation.messages.happenings import happening_message, text_message

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/flights/7"


def happened(kind: str, **detail: object) -> Message:
    return happening_message(Happening("e-1", kind, NOON, {"Endpoint": "shop", **detail}), None, ())


def refusal(**changes: object) -> Happening:
    detail = {"Id": "r", "RequestId": "r", "Endpoint": "shop", "Monitor": "data_quality", "Decision": "refused",
              "Guard": "cooldown", "Reason": "It lasts until 14:00."}  # fmt: skip
    return Happening("e-1", RETRAINING_DECISION, NOON, {**detail, **changes})


class TestADecision:
    def test_it_says_what_was_decided_and_why_and_how_to_approve_it(self) -> None:
        message = happened(
            RETRAINING_DECISION,
            Decision="awaiting_approval",
            Reason="A person has to agree.",
            ApproveCommand="driftline approve shop r1",
            ExpiresAt="2026-03-02T12:00:00Z",
            Runs=0,
            DryRun=True,
            Simulated=False,
            RunArn=None,
            Parameters={"InputUri": "s3://b/x", "Epochs": 3},
            Empty={},
            Nothing="",
        )
        assert message.headline == "Retraining of shop: awaiting approval. A person has to agree."
        assert message.details == (
            "To approve: driftline approve shop r1",
            "Void after: 2026-03-02T12:00:00Z",
            "Runs: 0",
            "DryRun: yes",
            "Parameters: InputUri s3://b/x, Epochs 3",
        )

    def test_an_end_says_how_it_ended(self) -> None:
        assert happened("Retraining Ended", Outcome="failed").headline == "Retraining Ended: shop: failed"
        assert happened("Retraining Ended").headline == "Retraining Ended: shop"

    def test_in_a_conversation_it_is_as_loud_as_that_and_about_the_same(self) -> None:
        change = AlarmChange("a", AlarmState.ALARM, NOON, Severity.CRITICAL)
        incident = observe(Incident("shop", "model_quality"), change)
        event = Happening("e-1", RETRAINING_DECISION, NOON, {"Endpoint": "shop"})
        message = happening_message(event, incident, ("ops",))
        assert (message.kind, message.severity, message.monitor) == (
            MessageKind.UPDATED, Severity.CRITICAL, "model_quality",
        )  # fmt: skip
        assert (message.endpoint, message.since, message.incident) == ("shop", NOON, incident.id)
        assert message.channels == ("ops",)

    def test_in_none_it_is_a_notice(self) -> None:
        message = happened(RETRAINING_DECISION, Monitor="data_quality")
        assert (message.kind, message.severity, message.monitor) == (
            MessageKind.NOTICE, Severity.WARNING, "data_quality",
        )  # fmt: skip
        assert (message.incident, message.since, message.endpoint) == (None, None, "shop")
        assert happening_message(Happening("e", "Something", NOON), None, ()).endpoint is None


class TestRefusals:
    @pytest.mark.parametrize(
        "changes",
        [{"Endpoint": "taxi"}, {"Monitor": "model_quality"}, {"Guard": "budget"}, {"Reason": "It lasts until 18:00."}],
    )
    def test_those_that_say_something_else_are_told_apart(self, changes: dict[str, object]) -> None:
        assert refusal_id(refusal(**changes)) != refusal_id(refusal())
        assert refusal_id(refusal(Id="another", RequestId="another")) == refusal_id(refusal())

    @pytest.mark.parametrize(
        ("event", "guard"),
        [
            (refusal(), "cooldown"),
            (refusal(Guard=""), None),
            (refusal(Decision="started"), None),
            (refusal(RequestId="somebody approved it"), None),
            (Happening("e", "Retraining Ended", NOON, refusal().detail), None),
        ],
    )
    def test_only_what_an_alarm_asked_for_and_a_guard_refused_is_one(self, event: Happening, guard: str | None) -> None:
        assert refused_by(event) == guard


class TestANewModel:
    @pytest.mark.parametrize(
        ("detail", "named"),
        [
            ({"Model": "shop-7", "ModelPackage": PACKAGE}, "the new model shop-7"),
            ({"ModelPackage": PACKAGE}, "the new model flights/7"),
            ({"ModelPackage": "flights-7"}, "the new model flights-7"),
            ({}, "a new model"),
            ({"Model": 7}, "a new model"),
        ],
    )
    def test_it_has_the_name_that_people_know(self, detail: dict[str, object], named: str) -> None:
        assert happened(MODEL_ADOPTED, **detail).headline == f"shop has {named}"

    def test_it_says_what_became_of_the_baselines(self) -> None:
        assert happened(MODEL_ADOPTED, Reason="No baseline came with it.").details == (
            "Reason: No baseline came with it.",
        )


class TestATextOfAFunction:
    def told(self, subject: str, text: str) -> Message:
        return text_message(Text("m-1", subject, text, NOON))

    def test_what_is_all_but_empty_is_a_message_all_the_same(self) -> None:
        assert (self.told("", "").headline, self.told("", " \n ").details) == ("Driftline", ())

    @pytest.mark.parametrize(("many", "shown", "last"), [(40, 40, "line 39"), (41, 41, "… and 1 more lines")])
    def test_forty_lines_are_shown(self, many: int, shown: int, last: str) -> None:
        message = self.told("s", "\n\n".join(f"line {i}" for i in range(many)))
        assert (len(message.details), message.details[0], message.details[-1]) == (shown, "line 0", last)

    def test_each_line_and_the_subject_are_short_and_plain(self) -> None:
        message = self.told("s\x1b" + "x" * 5000, "y\x1b" + "y" * 5000)
        assert len(message.headline) == len(message.details[0]) == 600
        assert "\x1b" not in message.headline + message.details[0]
