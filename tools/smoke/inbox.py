"""A queue that receives what people would: the message about the alarm, without a person."""

import json
from collections.abc import Mapping
from typing import Any

from tools.smoke.account import Account
from tools.smoke.names import inbox

_WAIT_SECONDS = 5


class Inbox:
    """A queue that is subscribed to the stack's topic of messages."""

    def __init__(self, account: Account, name: str, outputs: Mapping[str, str]) -> None:
        self._sqs: Any = account.client("sqs")
        topic = outputs["OperatorTopicArn"]
        self._url: str = self._sqs.create_queue(QueueName=inbox(name))["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def about(self, endpoint: str) -> str | None:
        """The subject of a message about an endpoint; None if there is none yet."""
        received = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=_WAIT_SECONDS
        ).get("Messages", [])
        for message in received:
            body = json.loads(message["Body"])
            if endpoint in body.get("Message", ""):
                return str(body.get("Subject") or body["Message"].splitlines()[0])
        return None
