"""AgeAlarmsTopic and ConfigureQueue against moto: what the functions that listen read of their messages."""

import json
from datetime import UTC, datetime

import boto3

from driftline.adapters.aws.age_alarms import AgeAlarmsTopic
from driftline.adapters.aws.alarms_in import AlarmMessage
from driftline.adapters.aws.configure_queue import ConfigureQueue
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.settings import FreshnessSettings
from driftline.domain.alarms.ages import AlarmTransition, age_alarms
from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.incidents.received import RawAlarm
from driftline.kinds.registry import KINDS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_change_is_read_as_an_alarm_of_cloudwatch(aws: None) -> None:
    # Given a queue that listens to the topic
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    settings = FreshnessSettings.from_environment(
        {
            "BUCKET": "b",
            "STACK_NAME": "prod",
            "SIGNALS_NAMESPACE": "Driftline/prod",
            "ALARM_TOPIC_ARN": topic,
            "CONFIGURE_QUEUE_URL": url,
        }
    )
    endpoint = "e" * 63
    document = KINDS.document.model_validate({"endpoint": endpoint, "monitors": {"data_quality": {}}})
    captures = age_alarms(document)[1]

    AgeAlarmsTopic(settings).changed(
        AlarmTransition(endpoint, captures, AlarmState.ALARM, AlarmState.OK, NOON, 24.123456)
    )

    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert AlarmMessage.model_validate_json(message["Body"]).received() == RawAlarm(
        f"prod/{endpoint}/watch/captures",
        "ALARM",
        NOON,
        "captures_age_hours is 24.12, the limit is 24.",
        captures.description,
    )
    alarm = json.loads(json.loads(message["Body"])["Message"])
    assert (alarm["OldStateValue"], alarm["AWSAccountId"], alarm["Region"]) == ("OK", "123456789012", "eu-west-1")
    assert alarm["Trigger"]["Dimensions"] == [{"name": "Endpoint", "value": endpoint}]


def test_a_document_to_configure_again_is_read_as_an_upload(aws: None) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    ConfigureQueue(url, "bucket").request("monitors/a b.yaml", NOON)
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    event = ObjectEvent.model_validate_json(message["Body"])
    assert (event.bucket, event.key, event.time) == ("bucket", "monitors/a b.yaml", NOON)
