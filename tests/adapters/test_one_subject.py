"""Batches that are reduced to one subject, against moto's SQS: what is kept, what comes again, what is gone."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger

from driftline.adapters.aws.one_subject import APART, OneSubject


def subject_of(body: str) -> str:
    return str(json.loads(body)["about"])


def body(about: str, number: int = 0) -> str:
    return json.dumps({"about": about, "number": number})


class Queue:
    """A queue in the words of the tests; what was received stays invisible."""

    def __init__(self) -> None:
        self._sqs: Any = boto3.client("sqs")
        self.url = self._sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]

    def batch(self, *bodies: str, deliveries: dict[str, int] | None = None) -> dict[str, Any]:
        """Sends and receives, as Lambda does."""
        for each in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=each)
        return {"Records": [self._record(message, deliveries or {}) for message in self._receive()]}

    def _receive(self) -> Iterator[Any]:
        while found := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            yield from found

    @staticmethod
    def _record(message: Any, deliveries: dict[str, int]) -> dict[str, Any]:
        count = deliveries.get(message["Body"], 1)
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {"ApproximateReceiveCount": str(count)},
            "eventSource": "aws:sqs",
        }

    def counts(self) -> dict[str, int]:
        """Messages by state."""
        names = {"visible": "", "in flight": "NotVisible", "delayed": "Delayed"}
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=[f"ApproximateNumberOfMessages{name}" for name in names.values()]
        )["Attributes"]
        return {state: int(attributes[f"ApproximateNumberOfMessages{name}"]) for state, name in names.items()}

    def delete(self) -> None:
        self._sqs.delete_queue(QueueUrl=self.url)


@pytest.fixture
def queue(aws: None) -> Queue:
    return Queue()


@pytest.fixture
def sent(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Entries of all requests to send messages, which are sent all the same."""
    entries: list[Any] = []
    client = boto3.client("sqs")
    send = client.send_message_batch

    def watched(**request: Any) -> Any:
        entries.extend(request["Entries"])
        return send(**request)

    monkeypatch.setattr(client, "send_message_batch", watched)
    monkeypatch.setattr("driftline.adapters.aws.one_subject.client_of", lambda _: client)
    return entries


def bodies(batch: dict[str, Any]) -> list[str]:
    return [record["body"] for record in batch["Records"]]


def test_a_message_alone_is_left_alone(queue: Queue) -> None:
    batch = queue.batch(body("a"))
    assert OneSubject(queue.url, subject_of).of(batch, Logger()) == batch
    assert queue.counts() == {"visible": 0, "in flight": 1, "delayed": 0}


def test_messages_of_one_subject_are_one(queue: Queue) -> None:
    batch = queue.batch(*(body("a", number) for number in range(25)))
    kept = OneSubject(queue.url, subject_of).of(batch, Logger())
    assert len(kept["Records"]) == 1
    # If the process ended now, one message would come again.
    assert queue.counts() == {"visible": 0, "in flight": 1, "delayed": 0}


def test_other_subjects_are_on_their_way_before_the_work_begins(queue: Queue, sent: list[Any]) -> None:
    batch = queue.batch(*(body(about, number) for about in map(str, range(13)) for number in range(2)))
    kept = OneSubject(queue.url, subject_of).of(batch, Logger())
    [mine] = map(subject_of, bodies(kept))
    assert queue.counts() == {"visible": 0, "in flight": 1, "delayed": 12}
    assert {mine, *(subject_of(entry["MessageBody"]) for entry in sent)} == set(map(str, range(13)))
    assert [entry["DelaySeconds"] for entry in sent] == [APART * number for number in range(1, 13)]


def test_the_subject_that_was_tried_most_is_kept_to_reach_the_dead_letters(queue: Queue, sent: list[Any]) -> None:
    bad = body("bad")
    batch = queue.batch(body("new"), bad, body("newer"), deliveries={bad: 2})
    assert bodies(OneSubject(queue.url, subject_of).of(batch, Logger())) == [bad]
    assert {subject_of(entry["MessageBody"]) for entry in sent} == {"new", "newer"}


def test_a_body_that_nobody_can_read_is_a_subject_of_its_own(queue: Queue) -> None:
    batch = queue.batch("no json", "neither", body("a"))
    assert len(OneSubject(queue.url, subject_of).of(batch, Logger())["Records"]) == 1
    assert queue.counts() == {"visible": 0, "in flight": 1, "delayed": 2}


def test_what_sqs_does_not_take_is_worked_on_here(queue: Queue) -> None:
    batch = queue.batch(body("a", 1), body("a", 2), body("b"), body("c"))
    queue.delete()
    kept = OneSubject(queue.url, subject_of).of(batch, Logger())
    assert sorted(map(subject_of, bodies(kept))) == ["a", "b", "c"]
