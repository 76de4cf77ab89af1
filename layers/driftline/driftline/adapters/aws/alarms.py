"""The stack's alarms in CloudWatch.

Source: CloudWatch API Reference, PutMetricAlarm, DescribeAlarms, DeleteAlarms, TagResource.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.settings import ConfigureSettings
from driftline.domain.alarms.names import alarm_name, endpoint_prefix
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.usecases.ports import AlarmsRefusedError, RefusedAlarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import TagTypeDef

_MOST_AT_ONCE = 100  # names that DeleteAlarms takes, and alarms on a page of DescribeAlarms
_REFUSALS = frozenset(
    {
        "InvalidFormat",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "LimitExceeded",
        "LimitExceededFault",
        "ValidationError",
        "ValidationException",
    }
)
"""Codes of errors that no retry can fix. For others, such as throttling, the queue delivers the message again."""

_OPERATORS = {
    ">=": "GreaterThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
    "<": "LessThanThreshold",
}
_BAND_OPERATORS = {
    ">=": "GreaterThanUpperThreshold",
    ">": "GreaterThanUpperThreshold",
    "<=": "LessThanLowerThreshold",
    "<": "LessThanLowerThreshold",
    "outside": "LessThanLowerOrGreaterThanUpperThreshold",
}
_METRIC, _BAND = "m1", "band"
_OURS = "driftline:"
"""What the keys of our tags begin with; others are tags that people have added, and stay."""

_IN_TAGS = "_.:/=+-@"
"""What a tag's value may have besides letters, numbers and spaces."""

_LONGEST_TAG_VALUE = 256


class CloudWatchAlarms:
    """Alarms under the stack's name. Their tags hold owner and severity.

    Args:
        settings: The stack, its two topics and the namespace of its signals.
        client: A boto3 CloudWatch client; created unless given.
    """

    def __init__(self, settings: ConfigureSettings, client: "CloudWatchClient | None" = None) -> None:
        self._stack = settings.stack
        self._alarm_topic = settings.alarm_topic
        self._retraining_topic = settings.retraining_topic
        # CloudWatch accepts three PutMetricAlarm calls a second, so a document with many alarms is throttled.
        self._client = client or client_of("cloudwatch", retries={"mode": "adaptive", "max_attempts": 10})

    def keep(self, endpoint: str, wanted: Sequence[AlarmSpec]) -> Sequence[str]:
        prefix = endpoint_prefix(self._stack.name, endpoint)
        there = self._there(prefix)
        names: list[str] = []
        refused: list[RefusedAlarm] = []
        for alarm in wanted:
            name = alarm_name(self._stack.name, endpoint, alarm.subject, alarm.label)
            names.append(name)
            definition = self._definition(name, alarm)
            if name not in there or not _has(there[name], definition):
                reason = self._put(definition, self._tags(endpoint, alarm), there.get(name))
                if reason:
                    refused.append(RefusedAlarm(alarm, reason))
        if refused:
            raise AlarmsRefusedError(prefix, refused)
        for batch in batched(sorted(there.keys() - set(names)), _MOST_AT_ONCE, strict=False):
            self._client.delete_alarms(AlarmNames=list(batch))
        return names

    def _there(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        pages = self._client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": _MOST_AT_ONCE}
        )
        return {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}

    def _put(self, definition: dict[str, Any], tags: "list[TagTypeDef]", there: Mapping[str, Any] | None) -> str | None:
        """Creates or changes an alarm; returns CloudWatch's reason if it is refused.

        CloudWatch reads tags only when it creates an alarm. For an existing alarm they are set before it changes: if
        the function is interrupted in between, the retry finds the alarm unchanged and sets them again.
        """
        try:
            if there is None:
                self._client.put_metric_alarm(**definition, Tags=tags)
            else:
                self._tag(there["AlarmArn"], tags)
                self._client.put_metric_alarm(**definition)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"].get("Code") in _REFUSALS:
                return error.response["Error"].get("Message", "") or "no reason given"
            raise
        return None

    def _tag(self, arn: str, tags: "list[TagTypeDef]") -> None:
        """Sets the tags, and removes those that the document no longer has."""
        there = {tag["Key"] for tag in self._client.list_tags_for_resource(ResourceARN=arn)["Tags"]}
        left = sorted(key for key in there - {tag["Key"] for tag in tags} if key.startswith(_OURS))
        if left:
            self._client.untag_resource(ResourceARN=arn, TagKeys=left)
        self._client.tag_resource(ResourceARN=arn, Tags=tags)

    def _tags(self, endpoint: str, alarm: AlarmSpec) -> "list[TagTypeDef]":
        of = alarm.ownership
        found = {
            "stack": self._stack.name,
            "endpoint": endpoint,
            "monitor": alarm.subject,
            "severity": alarm.severity,
            "team": of.team,
            "owner": of.owner,
            **{f"tag:{key}": of.tags[key] for key in sorted(of.tags)},
        }
        return [{"Key": f"{_OURS}{key}", "Value": _tag_value(value)} for key, value in found.items() if value]

    def _definition(self, name: str, alarm: AlarmSpec) -> dict[str, Any]:
        """The arguments of PutMetricAlarm, in the form in which DescribeAlarms returns them."""
        people = [self._alarm_topic] if "notify" in alarm.actions else []
        retraining = [self._retraining_topic] if "retrain" in alarm.actions else []
        dimensions = [{"Name": key, "Value": alarm.dimensions[key]} for key in sorted(alarm.dimensions)]
        metric = {"Namespace": self._stack.signals, "MetricName": alarm.metric, "Dimensions": dimensions}
        definition = {
            "AlarmName": name,
            "AlarmDescription": alarm.description,
            "ActionsEnabled": True,
            "AlarmActions": people + retraining,
            "OKActions": people,
            "InsufficientDataActions": [],
            "EvaluationPeriods": alarm.of,
            "DatapointsToAlarm": alarm.datapoints,
            "TreatMissingData": alarm.missing,
        }
        if alarm.anomaly_band is None:
            return definition | {
                **metric,
                "Period": alarm.period,
                "Statistic": alarm.statistic,
                "Threshold": alarm.threshold,
                "ComparisonOperator": _OPERATORS[alarm.comparison],
            }
        statistic = {"Metric": metric, "Period": alarm.period, "Stat": alarm.statistic}
        return definition | {
            "Metrics": [
                {"Id": _METRIC, "MetricStat": statistic, "ReturnData": True},
                {
                    "Id": _BAND,
                    "Expression": f"ANOMALY_DETECTION_BAND({_METRIC}, {alarm.anomaly_band:g})",
                    "Label": "normal range",
                    "ReturnData": True,
                },
            ],
            "ThresholdMetricId": _BAND,
            "ComparisonOperator": _BAND_OPERATORS[alarm.comparison],
        }


def _tag_value(text: str) -> str:
    """The text with _ in place of what AWS does not accept."""
    accepted = (each if each in _IN_TAGS or unicodedata.category(each)[0] in "LNZ" else "_" for each in text)
    return "".join(accepted)[:_LONGEST_TAG_VALUE]


def _has(found: object, wanted: object) -> bool:
    """Whether all wanted values were found; CloudWatch adds values of its own, and lists have any order."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_has(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        there = found if isinstance(found, list) else []
        return len(there) == len(wanted) and all(any(_has(one, each) for one in there) for each in wanted)
    return found == wanted
