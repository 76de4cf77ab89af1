"""The demo's people: a Slack channel and a mailbox on this machine, and what was decided on retrainings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from driftline.domain.keys import REPORTS
from driftline.domain.retraining.audit import AuditRecord
from local.cloud import EmbeddedCloud
from local.demo.endpoint import ENDPOINT
from local.demo.monitor import PIPELINE
from local.slack_text import slack_as_text
from local.webhook import WebhookReceiver, slack_arguments

SLACK_CHANNEL = "#flight-delay"
_TOKEN = "xoxb-of-the-demo"  # noqa: S105 (of the receiver on this machine)
_MAILBOX = "demo-mailbox"
CHANNELS_PATH = "/driftline/driftline/channels"
_MOST_AT_ONCE = 10  # messages that SQS returns at a time


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """A message as it arrived.

    Attributes:
        line: What a phone would show.
        text: How it looks in the channel.
        answer: Whether it is a reply in a thread.
    """

    line: str
    text: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Email:
    subject: str
    text: str


class Desk:
    """Everything that an alarm reaches.

    Args:
        cloud: A cloud with SageMaker.
        slack: Plays Slack.
    """

    def __init__(self, cloud: EmbeddedCloud, slack: WebhookReceiver) -> None:
        self._cloud = cloud
        self._slack = slack
        self._mailbox = ""

    def open(self) -> None:
        """An operator's set-up: the Slack channel's token and an email address."""
        token = {"kind": "slack", "token": _TOKEN, "channel": SLACK_CHANNEL, "api_url": self._slack.slack_api}
        self._cloud.client("ssm").put_parameter(
            Name=f"{CHANNELS_PATH}/slack", Type="SecureString", Value=json.dumps(token)
        )
        sqs = self._cloud.client("sqs")
        self._mailbox = sqs.create_queue(QueueName=_MAILBOX)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._mailbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]}
        sqs.set_queue_attributes(QueueUrl=self._mailbox, Attributes={"Policy": json.dumps(policy)})
        self._cloud.client("sns").subscribe(
            TopicArn=self._cloud.outputs["OperatorTopicArn"], Protocol="sqs", Endpoint=arn
        )

    def slack_messages(self) -> Sequence[SlackMessage]:
        """In order of arrival."""
        sent = [slack_arguments(request) for request in self._slack.received]
        return [SlackMessage(payload["text"], slack_as_text(payload), "thread_ts" in payload) for payload in sent]

    def emails(self) -> Sequence[Email]:
        """Emails since the last call."""
        sqs, found = self._cloud.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self._mailbox, MaxNumberOfMessages=_MOST_AT_ONCE).get(
            "Messages"
        ):
            for message in messages:
                envelope = json.loads(message["Body"])
                found.append(Email(envelope["Subject"], envelope["Message"]))
                sqs.delete_message(QueueUrl=self._mailbox, ReceiptHandle=message["ReceiptHandle"])
        return found

    def audits(self) -> Sequence[AuditRecord]:
        """Every decision on a retraining, oldest first."""
        s3: Any = self._cloud.client("s3")
        prefix = f"{REPORTS}{ENDPOINT}/retraining/"
        listed = s3.list_objects_v2(Bucket=self._cloud.bucket, Prefix=prefix).get("Contents", [])
        bodies = [s3.get_object(Bucket=self._cloud.bucket, Key=entry["Key"])["Body"].read() for entry in listed]
        records = [AuditRecord.model_validate_json(body) for body in bodies if b'"decision"' in body]
        return sorted(records, key=lambda record: record.at)

    def runs(self) -> int:
        """Number of the pipeline's executions in SageMaker."""
        answer = self._cloud.client("sagemaker").list_pipeline_executions(PipelineName=PIPELINE)
        return len(answer["PipelineExecutionSummaries"])
