"""The alarm queue's messages, and when one that fails comes again."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from pydantic import ValidationError

from driftline.adapters.aws.alarms_in import AlarmMessage
from driftline.adapters.aws.inbox import Postponing, stale_reads, wait, work_through
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.incidents.received import Happening, RawAlarm, Received, Text, Tick
from tests.places import REPOSITORY

EVENTS = REPOSITORY / "events"


def sample(name: str) -> str:
    return str(json.loads((EVENTS / f"{name}.json").read_text())["Records"][0]["body"])


def received(body: str) -> Received:
    return AlarmMessage.model_validate_json(body).received()


class TestShapes:
    def test_an_alarm_of_cloudwatch_in_an_envelope_of_sns(self) -> None:
        found = received(sample("notify_operator"))
        assert isinstance(found, RawAlarm)
        assert found.name == "driftline/flight-delay/data_quality/violations"
        assert found.state == "ALARM"
        assert found.changed_at == datetime(2026, 3, 1, 15, 0, 41, 438_000, tzinfo=UTC)
        assert found.reason.startswith("Threshold Crossed")
        assert found.description == "violations of data_quality on flight-delay is >= 1."

    def test_an_alarm_without_a_description(self) -> None:
        envelope = json.loads(sample("notify_operator"))
        alarm = json.loads(envelope["Message"]) | {"AlarmDescription": None, "StateChangeTime": "2026-03-01T15:00:41Z"}
        found = received(json.dumps(envelope | {"Message": json.dumps(alarm)}))
        assert isinstance(found, RawAlarm)
        assert found.description == ""

    @pytest.mark.parametrize(
        ("trigger", "queue"),
        [
            ({"Namespace": "AWS/SQS", "Dimensions": [{"name": "QueueName", "value": "q-1"}]}, "q-1"),
            ({"Namespace": "Driftline/x", "Dimensions": [{"name": "QueueName", "value": "q-1"}]}, ""),
            ({"Namespace": "AWS/SQS", "Dimensions": []}, ""),
            ({"Namespace": "AWS/SQS", "Dimensions": [{"name": "QueueName", "value": None}, 1]}, ""),
            ({"Namespace": "AWS/SQS", "Dimensions": "none"}, ""),
            ({"Metrics": [{"Expression": "m1 / m2"}]}, ""),
            ("something new", ""),
            (None, ""),
        ],
    )
    def test_an_alarm_names_the_queue_that_it_looks_at(self, trigger: object, queue: str) -> None:
        envelope = json.loads(sample("notify_operator"))
        alarm = json.loads(envelope["Message"]) | {"Trigger": trigger}
        found = received(json.dumps(envelope | {"Message": json.dumps(alarm)}))
        assert isinstance(found, RawAlarm)
        assert found.queue == queue

    @pytest.mark.parametrize("text", ["plain words", "{}", "[1, 2]", '{"AlarmName": "x"}', "", "\x00"])
    def test_everything_else_in_an_envelope_is_a_text(self, text: str) -> None:
        envelope = json.loads(sample("notify_operator.notice")) | {"Message": text}
        assert received(json.dumps(envelope)) == Text(
            envelope["MessageId"], envelope["Subject"], text, datetime(2026, 3, 1, 15, 0, 41, 512_000, tzinfo=UTC)
        )

    def test_what_happened_once_is_one_though_it_was_sent_twice(self) -> None:
        # Given an event that was sent again after a crash, with an id of its own
        first = json.loads(sample("notify_operator.decision"))
        again = first | {"id": "another"}
        ended = again | {"detail": again["detail"] | {"Decision": "started"}}
        # Then it is the same happening, and another decision is another one
        found = [received(json.dumps(event)) for event in (first, again, ended)]
        ids = [each.id for each in found if isinstance(each, Happening)]
        assert ids[0] == ids[1] != ids[2]

    def test_an_end_is_told_apart_from_another_end_and_from_its_start(self) -> None:
        first = json.loads(sample("notify_operator.decision"))
        detail = {"Id": "d-1", "Endpoint": "shop"}
        events = [
            first | {"detail-type": kind, "id": f"e-{number}", "detail": detail | more}
            for number, (kind, more) in enumerate(
                [
                    ("Retraining Ended", {"Outcome": "succeeded"}),
                    ("Retraining Ended", {"Outcome": "failed"}),
                    ("Retraining Ended", {}),
                    ("Retraining Decision", {"Decision": "started"}),
                ]
            )
        ]
        found = [received(json.dumps(event)) for event in events]
        assert [each.id for each in found if isinstance(each, Happening)] == [
            "Retraining Ended/d-1/succeeded",
            "Retraining Ended/d-1/failed",
            "Retraining Ended/d-1/",
            "Retraining Decision/d-1/started",
        ]

    @pytest.mark.parametrize("own", [{}, {"Id": ""}, {"Id": 7}, {"Id": None}])
    def test_what_has_no_name_of_its_own_has_that_of_its_event(self, own: dict[str, object]) -> None:
        event = json.loads(sample("notify_operator.decision")) | {"id": "e-1", "detail": {"Endpoint": "shop", **own}}
        found = received(json.dumps(event))
        assert isinstance(found, Happening)
        assert found.id == "e-1"

    def test_an_envelope_without_a_subject(self) -> None:
        envelope = json.loads(sample("notify_operator.notice"))
        del envelope["Subject"]
        found = received(json.dumps(envelope))
        assert isinstance(found, Text)
        assert found.subject == ""

    def test_a_tick_and_an_event(self) -> None:
        assert received(sample("notify_operator.tick")) == Tick(datetime(2026, 3, 1, 18, tzinfo=UTC))
        found = received(sample("notify_operator.decision"))
        assert isinstance(found, Happening)
        assert (found.kind, found.detail["Decision"]) == ("Retraining Decision", "refused")

    @pytest.mark.parametrize("body", ['{"tick": "2026-03-01T18:00:00"}', '{"source": "aws.s3"}', "{}", "no json"])
    def test_what_is_none_of_them_is_refused(self, body: str) -> None:
        with pytest.raises(ValidationError):
            received(body)


class TestComingAgain:
    @pytest.mark.parametrize(
        ("received", "after", "seconds"),
        [(1, None, 30), (2, None, 60), (5, None, 480), (6, None, 900), (10_000, None, 900), (1, 7, 7), (3, 7, 28),
         (1, 0, 1), (1, 86_400, 900)],
    )  # fmt: skip
    def test_each_time_twice_as_late_up_to_a_quarter_of_an_hour(
        self, received: int, after: float | None, seconds: float
    ) -> None:
        assert wait(received, after) == seconds

    @pytest.fixture
    def queue(self, aws: None) -> str:
        return str(boto3.client("sqs").create_queue(QueueName="q", Attributes={"VisibilityTimeout": "0"})["QueueUrl"])

    def received(self, queue: str) -> dict[str, Any]:
        answer = boto3.client("sqs").receive_message(
            QueueUrl=queue,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
            VisibilityTimeout=0,
            MaxNumberOfMessages=10,
        )
        return {"Records": [_record(message) for message in answer.get("Messages", [])]}

    @pytest.mark.parametrize(
        ("error", "seconds"),
        [
            (RetryLaterError("503", after=60), 60),
            (RetryLaterError("no answer"), 30),
            (InvalidInputError("401"), 3),
            (ConnectionResetError("nobody foresaw it"), 30),
        ],
    )
    def test_what_passes_comes_later_and_what_does_not_pass_is_soon_a_dead_letter(
        self, queue: str, error: Exception, seconds: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=sample("notify_operator.tick"))
        batch = self.received(queue)
        client = boto3.client("sqs")
        waits: list[int] = []
        monkeypatch.setattr(
            client, "change_message_visibility", lambda **request: waits.append(request["VisibilityTimeout"])
        )

        def fail(_: AlarmMessage) -> None:
            raise error

        answer = work_through(batch, AlarmMessage, fail, Logger(), Postponing(queue, client=client))
        assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}
        assert waits == [seconds]

    def test_a_body_that_is_no_message_is_soon_a_dead_letter_and_the_others_are_not_hurt(self, queue: str) -> None:
        sqs = boto3.client("sqs")
        for body in ("no json", sample("notify_operator.tick")):
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        batch = self.received(queue)
        (bad,) = [each["messageId"] for each in batch["Records"] if each["body"] == "no json"]
        worked: list[AlarmMessage] = []
        answer = work_through(batch, AlarmMessage, worked.append, Logger(), Postponing(queue))
        assert len(worked) == 1
        assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}
        assert bad not in {each["messageId"] for each in self.received(queue)["Records"]}

    def test_what_was_worked_through_does_not_come_again_when_sqs_does_not_postpone_the_rest(self, queue: str) -> None:
        # Given a message that fails and one that does not, and a queue that is gone when the first is to wait
        sqs = boto3.client("sqs")
        for body in ("no json", sample("notify_operator.tick")):
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        batch = self.received(queue)
        (bad,) = [each["messageId"] for each in batch["Records"] if each["body"] == "no json"]
        sqs.delete_queue(QueueUrl=queue)
        # When, Then only that one comes again, when the queue wants
        answer = work_through(batch, AlarmMessage, lambda _: None, Logger(), Postponing(queue))
        assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}

    def test_a_message_that_comes_again_is_in_the_log_before_it_may_end_the_process(
        self, queue: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=sample("notify_operator.tick"))
        ended = SystemExit()

        def end(_: AlarmMessage) -> None:
            raise ended

        for _ in range(2):
            batch = self.received(queue)
            with pytest.raises(SystemExit):
                work_through(batch, AlarmMessage, end, Logger())
        [said] = [vars(record) for record in caplog.records if record.message == "delivered again"]
        assert (said["message_id"], said["deliveries"]) == (batch["Records"][0]["messageId"], 2)

    @pytest.mark.parametrize(
        ("error", "received", "seconds"),
        [
            (StaleReadError("replaced while it was read"), 1, [30]),
            (StaleReadError("replaced while it was read"), 3, [120]),
            (StaleReadError("it changes all day"), 4, []),
            (RetryLaterError("503"), 1, []),
            (InvalidInputError("no such column"), 1, []),
            (ConnectionResetError("an outage of hours"), 1, []),
        ],
    )
    def test_only_what_changed_under_a_reader_is_read_again_at_once(
        self, queue: str, error: Exception, received: int, seconds: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a function with two queues, and a message of the second
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=sample("notify_operator.tick"))
        batch = self.received(queue)
        batch["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(received)
        client = boto3.client("sqs")
        asked: list[tuple[str, int]] = []
        monkeypatch.setattr(
            client,
            "change_message_visibility",
            lambda **request: asked.append((request["QueueUrl"], request["VisibilityTimeout"])),
        )

        def fail(_: AlarmMessage) -> None:
            raise error

        # When it fails, Then it waits in its own queue, or that queue decides
        postponing = Postponing("https://sqs/1/another", queue, waits=stale_reads, client=client)
        answer = work_through(batch, AlarmMessage, fail, Logger(), postponing)
        assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}
        assert asked == [(queue, each) for each in seconds]

    def test_without_postponing_the_queue_decides(self, queue: str) -> None:
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=sample("notify_operator.tick"))

        def fail(_: AlarmMessage) -> None:
            raise RetryLaterError("503", after=60)

        work_through(self.received(queue), AlarmMessage, fail, Logger())
        assert self.received(queue)["Records"] != []


def _record(message: Any) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q",
    }
