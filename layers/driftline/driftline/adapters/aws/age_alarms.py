"""The alarms on ages, on the topic of the stack's alarms, in the form of CloudWatch's.

Shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html. What
listens to the topic need not know who evaluated an alarm; only `AlarmArn` is missing: CloudWatch has no such alarm.
"""

import json
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.settings import FreshnessSettings
from driftline.domain.alarms.ages import AlarmTransition
from driftline.domain.alarms.names import WATCH, alarm_name
from driftline.domain.windows import HOUR
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_LONGEST_SUBJECT = 99  # characters: "less than 100", says SNS's API Reference, Publish


class AgeAlarmsTopic:
    """Publishes changes to the alarm topic.

    Args:
        settings: Topic and stack.
        client: A boto3 SNS client; created unless given.
    """

    def __init__(self, settings: FreshnessSettings, client: "SNSClient | None" = None) -> None:
        self._topic = settings.alarm_topic
        self._stack = settings.stack
        # All endpoints of a fleet may change at once.
        self._client = client or client_of("sns", max_pool_connections=AT_ONCE)

    def changed(self, transition: AlarmTransition) -> None:
        message = self._message(transition)
        subject = f'{transition.state}: "{message["AlarmName"]}"'
        self._client.publish(TopicArn=self._topic, Subject=subject[:_LONGEST_SUBJECT], Message=json.dumps(message))

    def _message(self, transition: AlarmTransition) -> dict[str, object]:
        alarm = transition.alarm
        limit = alarm.limit / HOUR
        return {
            "AlarmName": alarm_name(self._stack.name, transition.endpoint, WATCH, alarm.label),
            "AlarmDescription": alarm.description,
            "AWSAccountId": self._stack.account,
            "NewStateValue": transition.state,
            "NewStateReason": f"{alarm.metric} is {transition.value:.4g}, the limit is {limit:g}.",
            "StateChangeTime": transition.at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Region": self._stack.region,
            "OldStateValue": transition.before or "INSUFFICIENT_DATA",
            "AlarmActions": [self._topic],
            "OKActions": [self._topic],
            "InsufficientDataActions": [],
            "Trigger": {
                "Namespace": self._stack.signals,
                "MetricName": alarm.metric,
                "Dimensions": [{"name": "Endpoint", "value": transition.endpoint}],
                "Period": int(HOUR.total_seconds()),
                "EvaluationPeriods": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "Threshold": limit,
            },
        }
