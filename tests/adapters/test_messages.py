"""DefaultBus and OperatorTopic against moto."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from driftline.adapters.aws.events import DefaultBus, EventNotAcceptedError
from driftline.adapters.aws.topic import OperatorTopic

RECEIVED = Callable[[], list[dict[str, Any]]]


def queue() -> tuple[str, RECEIVED]:
    """A queue's ARN, and what is in it."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="q")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def received() -> list[dict[str, Any]]:
        messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return arn, received


class TestEvents:
    def test_a_rule_for_our_source_gets_the_detail(self, aws: None) -> None:
        arn, received = queue()
        client = boto3.client("events")
        client.put_rule(Name="r", EventPattern=json.dumps({"source": ["driftline"]}))
        client.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
        DefaultBus().publish("Monitoring Execution Completed", {"EndpointName": "a", "Rows": 3}, ["arn:aws:x"])
        (event,) = received()
        assert event["source"] == "driftline"
        assert event["detail-type"] == "Monitoring Execution Completed"
        assert event["detail"] == {"EndpointName": "a", "Rows": 3}
        assert event["resources"] == ["arn:aws:x"]

    def test_an_entry_that_fails_is_an_error_although_the_call_succeeds(self, aws: None) -> None:
        client = boto3.client("events")
        answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}]}
        with Stubber(client) as stub:
            stub.add_response("put_events", answer, {"Entries": ANY})
            with pytest.raises(EventNotAcceptedError, match="InternalFailure: try again"):
                DefaultBus(client).publish("x", {})

    def test_a_reason_that_no_event_can_hold_is_cut(self, aws: None) -> None:
        client = boto3.client("events")
        sent: list[dict[str, Any]] = []
        client.meta.events.register("provide-client-params.events.PutEvents", lambda params, **_: sent.append(params))
        DefaultBus(client).publish("x", {"Reason": "ä" * 300_000, "Short": "ä" * 10_000})
        (entry,) = sent[0]["Entries"]
        assert len(entry["Detail"].encode()) < 256 * 1024
        detail = json.loads(entry["Detail"])
        assert detail == {"Reason": "ä" * 10_000 + " …", "Short": "ä" * 10_000}

    def test_a_detail_that_is_no_json_is_refused_here(self, aws: None) -> None:
        with pytest.raises(ValueError, match="not JSON compliant"):
            DefaultBus().publish("x", {"drift": float("nan")})


class TestOperators:
    def told(self, subject: str, message: str) -> tuple[str, str]:
        arn, received = queue()
        client = boto3.client("sns")
        topic = client.create_topic(Name="operators")["TopicArn"]
        client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        OperatorTopic(topic).notify(subject, message)
        (notice,) = received()
        return notice["Subject"], notice["Message"]

    def test_they_get_subject_and_message(self, aws: None) -> None:
        assert self.told("Driftline: x has errors", "line 4 …") == ("Driftline: x has errors", "line 4 …")

    @pytest.mark.parametrize(
        ("subject", "sent"),
        [
            ("two\n lines", "two lines"),
            ("Fehler – groß", "Fehler ? gro?"),
            ("x" * 99, "x" * 99),
            ("x" * 100, "x" * 96 + "..."),
            (" \x07 ", "Driftline"),
        ],
    )
    def test_a_subject_becomes_one_that_sns_takes(self, aws: None, subject: str, sent: str) -> None:
        assert self.told(subject, "m")[0] == sent

    def test_a_message_that_is_too_long_is_cut_and_says_so(self, aws: None) -> None:
        message = self.told("s", "ä" * 200_000)[1]
        assert len(message.encode()) < 256 * 1024
        assert message.startswith("ää")
        assert "(cut; " in message
