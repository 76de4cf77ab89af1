"""A look into dead-letter queues, against moto's SQS, which does not say where a dead letter came from.

`tests/end_to_end/test_burst.py` shows that, and how often it was tried, on the embedded cloud.
"""

import json
from typing import Any

import boto3
import pytest

from driftline.adapters.aws.dead_letters import MOST, SqsDeadLetters
from driftline.domain.incidents.dead_letters import DeadLetter

TRIES = 3


@pytest.fixture
def sqs(aws: None) -> Any:
    client: Any = boto3.client("sqs")
    letters = client.create_queue(QueueName="letters")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": TRIES})
    client.create_queue(QueueName="work", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})
    return client


def url(sqs: Any, name: str) -> str:
    return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])


def waiting(sqs: Any) -> int:
    name = "ApproximateNumberOfMessages"
    found = sqs.get_queue_attributes(QueueUrl=url(sqs, "letters"), AttributeNames=[name])
    return int(found["Attributes"][name])


def fail(sqs: Any, *bodies: str) -> None:
    """Messages that are received until they are dead letters."""
    for body in bodies:
        sqs.send_message(QueueUrl=url(sqs, "work"), MessageBody=body)
    while sqs.receive_message(QueueUrl=url(sqs, "work"), MaxNumberOfMessages=10).get("Messages"):
        pass


def test_a_look_changes_nothing(sqs: Any) -> None:
    fail(sqs, "a", "b")
    first = SqsDeadLetters(sqs).look("letters")
    assert sorted(letter.body for letter in first.some) == ["a", "b"]
    assert first.waiting == waiting(sqs) == 2
    assert first.arn.endswith(":letters")
    assert first.unread == ""
    # Somebody who comes after it sees the same messages at once.
    assert [letter.body for letter in SqsDeadLetters(sqs).look("letters").some] == [each.body for each in first.some]


def test_there_may_be_more_than_it_looks_at(sqs: Any) -> None:
    fail(sqs, *map(str, range(MOST + 5)))
    found = SqsDeadLetters(sqs).look("letters")
    assert len(found.some) == MOST
    assert found.waiting == MOST + 5


def test_what_a_service_wrote_there_was_never_tried(sqs: Any) -> None:
    said = {"ERROR_MESSAGE": {"DataType": "String", "StringValue": "no permission"}}
    sqs.send_message(QueueUrl=url(sqs, "letters"), MessageBody="x", MessageAttributes=said)
    assert SqsDeadLetters(sqs).look("letters").some == (DeadLetter("x", 0, "no permission"),)


@pytest.mark.parametrize("name", ["gone", "not a name", ""])
def test_a_queue_that_nobody_can_read_is_no_error(sqs: Any, name: str) -> None:
    found = SqsDeadLetters(sqs).look(name)
    assert found.some == ()
    assert found.unread
