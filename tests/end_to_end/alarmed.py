"""An endpoint that is watched hour by hour, and what is notified: Slack, email, a pipeline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.cloud import EmbeddedCloud
from local.slack_text import slack_as_text
from local.webhook import Received, WebhookReceiver
from tests.end_to_end.endpoint import Bucket, baseline_csv, capture_file, rows

START = (datetime.now(UTC) - timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
"""The first hour that is judged; the hours after it are in the past, too."""

PIPELINE = "retrain"
PIPELINE_ARN = f"arn:aws:sagemaker:us-east-1:123456789012:pipeline/{PIPELINE}"
"""In the account that moto pretends."""


def put_channel(cloud: EmbeddedCloud, name: str, settings: dict[str, object]) -> None:
    """A channel as an operator writes it. Before the first message: functions keep settings for some minutes."""
    cloud.client("ssm").put_parameter(
        Name=f"/driftline/driftline/channels/{name}", Type="SecureString", Value=json.dumps(settings)
    )


def create_pipeline(cloud: EmbeddedCloud) -> None:
    definition = {"Version": "2020-12-01", "Parameters": [{"Name": "Endpoint", "Type": "String"}], "Steps": []}
    cloud.client("sagemaker").create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition=json.dumps(definition),
        ClientRequestToken="t" * 32,
        RoleArn="arn:aws:iam::123456789012:role/pipelines",
    )


def started(cloud: EmbeddedCloud) -> list[dict[str, Any]]:
    """Executions of the pipeline, in no order."""
    pages = cloud.client("sagemaker").list_pipeline_executions(PipelineName=PIPELINE)
    return list(pages["PipelineExecutionSummaries"])


@dataclass
class Inbox:
    """A queue that something was subscribed to."""

    sqs: Any
    url: str
    arn: str

    def take(self) -> list[dict[str, Any]]:
        """All messages, which are gone then."""
        bodies: list[dict[str, Any]] = []
        for _ in range(100):
            messages = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
            if not messages:
                break
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def inbox(cloud: EmbeddedCloud, name: str, topic: str | None = None) -> Inbox:
    """A queue that may hear SNS and EventBridge, and hears a topic of the stack's outputs."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    if topic:
        cloud.client("sns").subscribe(TopicArn=cloud.outputs[topic], Protocol="sqs", Endpoint=arn)
    return Inbox(sqs, url, arn)


@dataclass
class Watched:
    """An endpoint with a data quality monitor that runs every hour."""

    cloud: EmbeddedCloud
    hook: WebhookReceiver
    name: str

    @classmethod
    def begin(
        cls, cloud: EmbeddedCloud, hook: WebhookReceiver, name: str, more: str = "", alarms: str = ""
    ) -> "Watched":
        """The document and the baseline are uploaded.

        Args:
            more: Lines of the document.
            alarms: The monitor's alarms, in YAML's short form.
        """
        watched = cls(cloud, hook, name)
        watched.configure(more, alarms)
        watched.bucket.put(f"baselines/{name}/data_quality/input/people.csv", baseline_csv(rows(1000, seed=1)))
        cloud.drain()
        return watched

    def configure(self, more: str = "", alarms: str = "") -> None:
        written = f"    alarms: {alarms}\n" if alarms else ""
        self.bucket.put(
            f"monitors/{self.name}.yaml",
            f"endpoint: {self.name}\n"
            "columns: {output: [score], input: [age, country]}\n"
            f"{more}"
            "monitors:\n"
            "  data_quality:\n"
            "    schedule: cron(0 * ? * * *)\n"
            "    window: {start_offset: -PT1H, end_offset: PT0H}\n"
            f"{written}",
        )
        self.cloud.drain()

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.cloud)

    def capture(self, hour: int, *, older: bool) -> None:
        """A file of the hour so many hours after START; with `older`, people are twenty years older."""
        first = START + timedelta(hours=hour)
        data = rows(200, seed=hour, years_older=20 if older else 0)
        self.bucket.put(
            f"capture/{self.name}/AllTraffic/{first:%Y/%m/%d/%H}/00-00-000.jsonl", capture_file(data, first)
        )

    def judge(self, hour: int) -> None:
        """The schedule fires at the end of the hour; what follows is not waited for."""
        self.cloud.fire_schedule(f"{self.name}-data_quality", START + timedelta(hours=hour + 1))

    def live(self, hours: Sequence[tuple[int, bool]]) -> None:
        """Captures, executions and ticks of (hour, whether people are older), one after the other."""
        for hour, older in hours:
            self.capture(hour, older=older)
            self.cloud.drain()
            self.judge(hour)
            self.cloud.drain()
            self.cloud.tick(START + timedelta(hours=hour + 1))
            self.cloud.drain()

    def alarms(self) -> dict[str, str]:
        """The states of the endpoint's alarms, by name without the stack's."""
        pages = (
            self.cloud.client("cloudwatch")
            .get_paginator("describe_alarms")
            .paginate(AlarmNamePrefix=f"driftline/{self.name}/")
        )
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return {alarm["AlarmName"].removeprefix(f"driftline/{self.name}/"): alarm["StateValue"] for alarm in found}

    def audit(self) -> list[dict[str, Any]]:
        """Records of decisions and ends, in the order of their keys."""
        files = self.bucket.everything(f"reports/{self.name}/retraining/")
        return [json.loads(files[key]) for key in sorted(files)]

    def slack(self) -> list[str]:
        """What Slack received about the endpoint, as it would look."""
        return [text for text in map(as_text, self.hook.received) if self.name in text]


@dataclass
class Place:
    """A cloud, a receiver of its Slack messages, and an inbox of its emails."""

    cloud: EmbeddedCloud
    hook: WebhookReceiver
    mail: Inbox

    def watch(self, name: str, more: str = "", alarms: str = "") -> Watched:
        return Watched.begin(self.cloud, self.hook, name, more, alarms)

    def happen(self, source: str, detail_type: str, detail: dict[str, object]) -> None:
        """An event on the default bus at the simulated time, and what follows from it."""
        entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Time": self.cloud.now}
        self.cloud.client("events").put_events(Entries=[entry])
        self.cloud.drain()


@contextmanager
def open_place(*, parameters: Mapping[str, str] | None = None, **more: Any) -> Iterator[Place]:
    """With a Slack channel, and a SageMaker that has a pipeline which the stack may start.

    Args:
        parameters: Of the template, besides the pipeline's.
        more: Of the cloud.
    """
    given = {"RetrainingPipelineArn": PIPELINE_ARN, **(parameters or {})}
    with (
        WebhookReceiver() as hook,
        EmbeddedCloud(sagemaker=True, clock=START, parameters=given, **more) as cloud,
    ):
        put_channel(cloud, "team", {"kind": "slack", "webhook_url": f"{hook.url}/slack"})
        create_pipeline(cloud)
        yield Place(cloud, hook, inbox(cloud, "mail", "OperatorTopicArn"))


def as_text(request: Received) -> str:
    """In one line: where the lines of a screen would end says nothing."""
    return " ".join(slack_as_text(request.json).split())
