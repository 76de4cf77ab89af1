"""notify_operator's handler with its sample events, against moto: from a message of the queue to an email."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest

from driftline.domain.errors import RetryLaterError
from tests.aws import CONTEXT, fake_aws, make_state_table, sample
from tests.handlers import cold_starts

BUCKET = "driftline-bucket-1a2b3c4d5e6f"

type Received = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def emails(monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    """The stack as far as the function knows it; gives what the operator topic's subscribers were sent so far."""
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        make_state_table("state")
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        mailbox = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        topic = sns.create_topic(Name="operators")["TopicArn"]
        arn = sqs.get_queue_attributes(QueueUrl=mailbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        for name, value in {
            "BUCKET": BUCKET,
            "STATE_TABLE": "state",
            "OPERATOR_TOPIC_ARN": topic,
            "CHANNELS_PATH": "/driftline/driftline/channels",
            "CHANNELS_SECRET": "",
            "STACK_NAME": "driftline",
            "ALARM_QUEUE_URL": sqs.create_queue(QueueName="alarms")["QueueUrl"],
        }.items():
            monkeypatch.setenv(name, value)

        def received() -> list[dict[str, Any]]:
            found = sqs.receive_message(QueueUrl=mailbox, MaxNumberOfMessages=10).get("Messages", [])
            return [json.loads(message["Body"]) for message in found]

        yield received


@pytest.fixture
def app(emails: Received) -> Iterator[ModuleType]:
    with cold_starts() as load:
        yield load("notify_operator")


def test_an_alarm_is_told_once_however_often_it_comes(app: ModuleType, emails: Received) -> None:
    for _ in range(10):
        assert app.handler(sample("notify_operator"), CONTEXT) == {"batchItemFailures": []}
    (email,) = emails()
    assert "flight-delay" in email["Subject"]
    assert "Threshold Crossed" in " ".join(email["Message"].split())
    assert "driftline silence flight-delay data_quality" in email["Message"]
    # And the tick after, with the alarm still on, is no news.
    assert app.handler(sample("notify_operator.tick"), CONTEXT) == {"batchItemFailures": []}
    assert emails() == []


@pytest.mark.parametrize(
    ("event", "said"),
    [("notify_operator.notice", "line 4, column 15"), ("notify_operator.decision", "the cooldown is P1D")],
)
def test_notices_and_decisions_are_told(app: ModuleType, emails: Received, event: str, said: str) -> None:
    assert app.handler(sample(event), CONTEXT) == {"batchItemFailures": []}
    (email,) = emails()
    assert said in email["Message"]


def test_a_channel_that_is_down_makes_the_message_come_again(
    app: ModuleType, emails: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    postponed: list[float | None] = []
    monkeypatch.setattr(app.postponing, "postpone", lambda _, error: postponed.append(error.after))

    class Down:
        name = "down"
        digests = False

        def accepts(self, _: object) -> bool:
            return True

        def send(self, *_: object) -> None:
            raise RetryLaterError("503", after=12)

    real = app.load_channels
    monkeypatch.setattr(app, "load_channels", lambda settings: [Down(), *real(settings)])
    event = sample("notify_operator")
    answer = app.handler(event, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert postponed == [12]
    assert len(emails()) == 1
    monkeypatch.setattr(app, "load_channels", real)
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert emails() == []
