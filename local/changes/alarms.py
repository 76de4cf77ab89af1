"""Alarms and metrics of MiniStack, changed where they differ from CloudWatch."""

# ruff: noqa: SLF001 - there is no public way to change how MiniStack behaves

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.services import cloudwatch, sns

_KEPT_NAMESPACES = ("Driftline/", "AWS/SQS")


def leave_alarms_alone() -> None:
    """MiniStack ignores dimensions, M of N and missing data when it evaluates alarms, so evaluation is turned off.

    SetAlarmState still runs an alarm's actions.
    """
    cloudwatch._evaluate_alarm = lambda _alarm: None


def keep_signals_of_simulated_times() -> None:
    """Signals may have a simulated time years ago. Other metrics are dropped after two weeks."""
    evict = cloudwatch._evict_old_metrics

    def evict_others() -> None:
        kept = {key: list(points) for key, points in cloudwatch._metrics.items() if key[0].startswith(_KEPT_NAMESPACES)}
        evict()
        for key, points in kept.items():
            cloudwatch._metrics[key] = points

    cloudwatch._evict_old_metrics = evict_others


def send_alarms_like_cloudwatch() -> None:
    """Gives the message of an alarm's action all its fields, and the time of the evaluation.

    SetAlarmState has no time; CloudWatch's reason data has one (queryDate), and so has that of our evaluator.
    """
    fields = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}

    def moment(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def send(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
        topics = [arn for arn in alarm.get(fields[new_state]) or [] if arn.split(":")[2] == "sns"]
        if not topics or not alarm.get("ActionsEnabled", True):
            return
        evaluated = json.loads(alarm.get("StateReasonData") or "{}").get("queryDate")
        region = alarm["AlarmArn"].split(":")[3]
        message = {
            "AlarmName": alarm["AlarmName"],
            "AlarmDescription": alarm.get("AlarmDescription") or None,
            "AWSAccountId": alarm["AlarmArn"].split(":")[4],
            "AlarmConfigurationUpdatedTimestamp": moment(alarm["AlarmConfigurationUpdatedTimestamp"]),
            "NewStateValue": new_state,
            "NewStateReason": reason,
            "StateChangeTime": evaluated or moment(alarm["StateUpdatedTimestamp"]),
            "Region": "US East (N. Virginia)" if region == "us-east-1" else region,
            "AlarmArn": alarm["AlarmArn"],
            "OldStateValue": old_state,
            **{field: alarm.get(field) or [] for field in ("OKActions", "AlarmActions", "InsufficientDataActions")},
            "Trigger": _trigger(alarm),
        }
        subject = f'{new_state}: "{alarm["AlarmName"]}" in {message["Region"]}'[:100]
        for topic in topics:
            sns._fanout(topic, str(uuid4()), json.dumps(message), subject)

    cloudwatch._dispatch_alarm_actions = send


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "MetricName": alarm.get("MetricName"),
        "Namespace": alarm.get("Namespace"),
        "StatisticType": "Statistic",
        "Statistic": (alarm.get("Statistic") or "").upper(),
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": one["Value"], "name": one["Name"]} for one in alarm.get("Dimensions") or []],
        "Period": alarm.get("Period"),
        "EvaluationPeriods": alarm.get("EvaluationPeriods"),
        **({"DatapointsToAlarm": alarm["DatapointsToAlarm"]} if alarm.get("DatapointsToAlarm") else {}),
        "ComparisonOperator": alarm.get("ComparisonOperator"),
        "Threshold": alarm.get("Threshold"),
        "TreatMissingData": alarm.get("TreatMissingData"),
        "EvaluateLowSampleCountPercentile": "",
    }


def remember_anomaly_bands() -> None:
    """Keeps the expressions of an alarm (an anomaly band), which MiniStack drops."""
    put = cloudwatch._put_metric_alarm

    def put_all(params: Any, asked: dict[str, Any], *protocol: Any) -> Any:
        answer = put(params, asked, *protocol)
        stored = cloudwatch._alarms.get(asked.get("AlarmName"))
        if stored is not None and asked.get("Metrics"):
            for field in ("MetricName", "Namespace", "Statistic", "Period", "Threshold", "Dimensions"):
                stored.pop(field, None)
            stored["Metrics"] = asked["Metrics"]
            stored["ThresholdMetricId"] = asked.get("ThresholdMetricId")
        return answer

    cloudwatch._put_metric_alarm = put_all
