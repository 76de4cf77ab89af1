"""Messages of the retraining queue, from the samples in events/ and from bent ones."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from driftline.adapters.aws.alarms_in import Notification
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.retraining_in import RetrainingMessage, alarm_change, approval_of, under_way
from driftline.domain.retraining.request import Approval
from driftline.usecases.retraining.retraining_ends import RunEnd
from tests.fakes import InMemoryStore
from tests.places import REPOSITORY

EVENTS = REPOSITORY / "events"
BUCKET = "driftline-bucket-1a2b3c4d5e6f"
ID = "r20260301-140531-be07233fa1e0"


def body(name: str) -> dict[str, Any]:
    return dict(json.loads(json.loads((EVENTS / f"{name}.json").read_text())["Records"][0]["body"]))


def parsed(message: dict[str, Any]) -> Any:
    return RetrainingMessage.model_validate_json(json.dumps(message)).root


def notification(**changes: object) -> Notification:
    envelope = body("start_retraining")
    alarm = json.loads(envelope["Message"]) | changes
    found = parsed(envelope | {"Message": json.dumps(alarm)})
    assert isinstance(found, Notification)
    return found


@pytest.mark.parametrize(("seconds", "minutes"), [(-5, 0), (0, 0), (59.9, 0), (60, 1), (3 * 86_400 + 61, 3 * 1440 + 1)])
def test_a_message_is_late_by_whole_minutes(seconds: float, minutes: int) -> None:
    since = datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert under_way(since, since + timedelta(seconds=seconds)) == timedelta(minutes=minutes)


class TestAlarms:
    def test_one_that_went_off(self) -> None:
        found = alarm_change(notification(), "driftline")
        assert found is not None
        assert (found.endpoint, found.monitor, found.label) == ("flight-delay", "data_quality", "violations")
        assert found.changed_at == datetime(2026, 3, 1, 14, 5, 31, 512_000, tzinfo=UTC)
        assert found.reason.startswith("Threshold Crossed")

    @pytest.mark.parametrize(
        "changes",
        [
            {"NewStateValue": "OK"},
            {"NewStateValue": "INSUFFICIENT_DATA"},
            {"AlarmName": "other-stack/flight-delay/data_quality/violations"},
            {"AlarmName": "driftline-dead-letters"},
            {"AlarmName": "driftline/flight-delay/watch/schedules"},
        ],
    )
    def test_those_that_ask_for_nothing(self, changes: dict[str, object]) -> None:
        assert alarm_change(notification(**changes), "driftline") is None

    @pytest.mark.parametrize("text", ["", "hello", "{}", "[1]", '{"AlarmName": 3}'])
    def test_texts_that_are_no_alarms(self, text: str) -> None:
        found = parsed(body("start_retraining") | {"Message": text})
        assert alarm_change(found, "driftline") is None

    def test_a_huge_reason_is_cut(self) -> None:
        found = alarm_change(notification(NewStateReason="x" * 10_240), "driftline")
        assert found is not None
        assert len(found.reason) == 2000


class TestApprovals:
    KEY = f"approvals/flight-delay/{ID}.json"

    def approval(self, content: bytes | None, **changes: object) -> Approval | None:
        event = parsed(body("start_retraining.approval") | changes)
        assert isinstance(event, ObjectEvent)
        return approval_of(event, InMemoryStore(BUCKET, {} if content is None else {self.KEY: content}))

    def test_it_names_who_and_why(self) -> None:
        at = datetime(2026, 3, 1, 15, 10, tzinfo=UTC)
        content = b'{"by": "ana", "why": "new tariff"}'
        assert self.approval(content) == Approval("flight-delay", ID, at, "ana", "new tariff")

    @pytest.mark.parametrize("content", [b"", b"yes", b"\xff\xfe", b'{"by": 3}'])
    def test_any_content_approves_because_the_key_does(self, content: bytes) -> None:
        approval = self.approval(content)
        assert approval is not None
        assert (approval.request, approval.by) == (ID, "")

    def test_one_that_was_taken_away_or_is_elsewhere_is_none(self) -> None:
        assert self.approval(None) is None
        assert self.approval(b"{}", **{"detail-type": "Object Deleted"}) is None
        elsewhere = {"bucket": {"name": "other"}, "object": {"key": self.KEY}}
        assert self.approval(b"{}", detail=elsewhere) is None


class TestEnds:
    AT = datetime(2026, 3, 1, 16, 10, 11, tzinfo=UTC)

    def test_of_a_pipeline(self) -> None:
        arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/flight-retrain/execution/p4jn9xou8a8s"
        assert parsed(body("start_retraining.pipeline_ended")).end() == RunEnd("Succeeded", self.AT, id=ID, arn=arn)

    def test_of_a_state_machine(self) -> None:
        arn = f"arn:aws:states:us-east-1:123456789012:execution:flight-retrain:{ID}"
        assert parsed(body("start_retraining.execution_ended")).end() == RunEnd("SUCCEEDED", self.AT, id=ID, arn=arn)

    def test_of_anything_else(self) -> None:
        message = body("start_retraining.finished")
        assert parsed(message).end() == RunEnd("Succeeded", self.AT, endpoint="flight-delay", id=ID)
        message["detail"] = {"Endpoint": "flight-delay"}
        assert parsed(message).end() == RunEnd("Finished", self.AT, endpoint="flight-delay")

    @pytest.mark.parametrize(
        ("name", "field", "status"),
        [
            ("pipeline_ended", "currentPipelineExecutionStatus", "Executing"),
            ("pipeline_ended", "currentPipelineExecutionStatus", "Stopping"),
            ("execution_ended", "status", "RUNNING"),
            ("execution_ended", "status", "PENDING_REDRIVE"),
        ],
    )
    def test_a_run_that_goes_on_has_none(self, name: str, field: str, status: str) -> None:
        message = body(f"start_retraining.{name}")
        message["detail"][field] = status
        assert parsed(message).end() is None


@pytest.mark.parametrize("message", [{}, {"detail-type": "Something", "time": "2026-03-01T16:10:11Z", "detail": {}}])
def test_messages_of_another_shape_are_none_of_ours(message: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parsed(message)
