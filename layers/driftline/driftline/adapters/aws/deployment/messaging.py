"""What carries events and messages: buckets, rules, schedules, topics, queues, channels.

Source: API references of Amazon S3 (GetBucketNotificationConfiguration), EventBridge (DescribeRule), EventBridge
Scheduler (GetSchedule), SNS (ListSubscriptionsByTopic), SQS (GetQueueAttributes), Systems Manager
(GetParametersByPath), Secrets Manager (DescribeSecret).
"""

from typing import Any

from driftline.adapters.aws.deployment.refusals import AbsentError, absent_is_ours
from driftline.domain.doctor.captures import BucketFacts
from driftline.domain.doctor.dead_letters import QueueFacts
from driftline.domain.doctor.subscriptions import SubscriptionFacts
from driftline.domain.doctor.triggers import TriggerFacts

_WAITS = frozenset({"PendingConfirmation", "pending confirmation"})
_NOT_FOUND = "ResourceNotFoundException"
_OTHER_NOTIFICATIONS = ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")
_COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def read_bucket(client: Any, name: str) -> BucketFacts:
    """Args: client: A boto3 S3 client."""
    try:
        with absent_is_ours("NoSuchBucket"):
            found = client.get_bucket_notification_configuration(Bucket=name)
    except AbsentError:
        return BucketFacts(name, exists=False, eventbridge=False)
    others = any(found.get(each) for each in _OTHER_NOTIFICATIONS)
    return BucketFacts(name, eventbridge="EventBridgeConfiguration" in found, others=others)


def read_rule(client: Any, name: str) -> TriggerFacts:
    """Args: client: A boto3 EventBridge client."""
    try:
        with absent_is_ours(_NOT_FOUND):
            state = client.describe_rule(Name=name)["State"]
    except AbsentError:
        state = ""
    return TriggerFacts("rule", name, state)


def read_schedule(client: Any, name: str, group: str, owner: str) -> TriggerFacts:
    """Args: client: A boto3 EventBridge Scheduler client."""
    try:
        with absent_is_ours(_NOT_FOUND):
            state = client.get_schedule(Name=name, GroupName=group)["State"]
    except AbsentError:
        state = ""
    return TriggerFacts("schedule", name, state, group, owner)


def read_subscriptions(client: Any, topic: str, arn: str) -> list[SubscriptionFacts]:
    """Args: client: A boto3 SNS client."""
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return [
        SubscriptionFacts(topic, arn, each["Protocol"], each["Endpoint"], each["SubscriptionArn"] not in _WAITS)
        for page in pages
        for each in page["Subscriptions"]
    ]


def read_queue(client: Any, name: str, url: str) -> QueueFacts:
    """Args: client: A boto3 SQS client."""
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTED))["Attributes"]
    return QueueFacts(name, url, sum(int(counts[each]) for each in _COUNTED))


def read_channels(parameters: Any, secrets: Any, stack: str, secret: str) -> list[str]:
    """Names only: parameters stay encrypted, and of the secret only its description is read.

    Args:
        parameters: A boto3 SSM client.
        secrets: A boto3 Secrets Manager client.
    """
    path = f"/driftline/{stack}/channels"
    pages = parameters.get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=False)
    found = [each["Name"].removeprefix(f"{path}/") for page in pages for each in page["Parameters"]]
    if secret:
        try:
            with absent_is_ours(_NOT_FOUND):
                secrets.describe_secret(SecretId=secret)
        except AbsentError:
            return found
        found.append(f"the secret {secret}")
    return found
