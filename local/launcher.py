"""The server process of the embedded cloud: MiniStack with the few behaviours that Driftline's tests need changed.

Runs by its path in an environment that may hold MiniStack and boto3 only, so it imports nothing else of Driftline.
Every change is listed in docs/local-cloud.md.
"""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any
from uuid import uuid4

import ministack.app as gateway
from ministack.core import iam_actions
from ministack.services import cloudwatch, eventbridge, lambda_svc, s3, scheduler, sns

_KEPT_NAMESPACES = ("Driftline/", "AWS/SQS")


def end_with_parent() -> None:
    """Ends this process group and removes its folder when the parent is gone, however it went.

    The parent holds the other end of our standard input; the kernel closes it even after SIGKILL.
    """
    while sys.stdin.buffer.read(1):
        pass
    shutil.rmtree(os.environ["DRIFTLINE_FOLDER"], ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def trust_loopback() -> None:
    """Policies that demand TLS (aws:SecureTransport) hold on loopback, where nobody can listen."""
    pin = gateway.pin_request_origin
    gateway.pin_request_origin = lambda address, _secure: pin(address, True)


def deliver_events_before_answering() -> None:
    """An S3 event is in its queues when the call that caused it returns, so that empty queues mean that all is done."""

    def deliver(bucket: str, key: str, event: str, *details: Any, **more: Any) -> None:
        s3._fire_s3_event(bucket, key, event, *details, sequencer=s3._next_event_sequencer(event), **more)  # noqa: SLF001

    s3._fire_s3_event_async = deliver  # noqa: SLF001


def leave_alarms_alone() -> None:
    """MiniStack ignores dimensions, M of N and missing data when it evaluates alarms: no verdict beats a wrong one.

    SetAlarmState still runs an alarm's actions.
    """
    cloudwatch._evaluate_alarm = lambda _alarm: None  # noqa: SLF001


def keep_signals_of_simulated_times() -> None:
    """Signals may have a simulated time of years ago. Others are dropped after two weeks."""
    evict = cloudwatch._evict_old_metrics  # noqa: SLF001

    def evict_others() -> None:
        kept = {
            key: list(points)
            for key, points in cloudwatch._metrics.items()  # noqa: SLF001
            if key[0].startswith(_KEPT_NAMESPACES)
        }
        evict()
        for key, points in kept.items():
            cloudwatch._metrics[key] = points  # noqa: SLF001

    cloudwatch._evict_old_metrics = evict_others  # noqa: SLF001


def tell_alarms_as_cloudwatch_does() -> None:
    """The message of an alarm's action has all its fields, and the time that the alarm was evaluated at.

    SetAlarmState has no time; CloudWatch's own reason data has (queryDate), and so has that of our evaluator.
    """
    fields = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}

    def moment(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def tell(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
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
            sns._fanout(topic, str(uuid4()), json.dumps(message), subject)  # noqa: SLF001

    cloudwatch._dispatch_alarm_actions = tell  # noqa: SLF001


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
    """PutMetricAlarm keeps the expressions of an alarm (an anomaly band), which MiniStack forgets."""
    put = cloudwatch._put_metric_alarm  # noqa: SLF001

    def put_all(params: Any, asked: dict[str, Any], *protocol: Any) -> Any:
        answer = put(params, asked, *protocol)
        stored = cloudwatch._alarms.get(asked.get("AlarmName"))  # noqa: SLF001
        if stored is not None and asked.get("Metrics"):
            for field in ("MetricName", "Namespace", "Statistic", "Period", "Threshold", "Dimensions"):
                stored.pop(field, None)
            stored["Metrics"] = asked["Metrics"]
            stored["ThresholdMetricId"] = asked.get("ThresholdMetricId")
        return answer

    cloudwatch._put_metric_alarm = put_all  # noqa: SLF001


class _Here:
    """Stands for threading.Thread where the caller is a thread already."""

    def __init__(self, target: Callable[..., object], args: tuple[object, ...] = (), **_options: object) -> None:
        self._target, self._args = target, args

    def start(self) -> None:
        self._target(*self._args)


def invoke_for_events_as_lambda_does() -> None:
    """A function that a rule invokes is tried again, and then leaves the event in its dead-letter queue, as MiniStack
    has it for other asynchronous invocations. How many are under way stands in a file, for `drain()`."""
    retry_here = FunctionType(
        lambda_svc.invoke_async_with_retry.__code__,
        {**vars(lambda_svc), "threading": SimpleNamespace(Thread=_Here)},
    )
    under_way = Path(os.environ["DRIFTLINE_FOLDER"]) / "asynchronous-invocations"
    turn, count = threading.Lock(), [0]

    def add(number: int) -> None:
        with turn:
            count[0] += number
            under_way.write_text(str(count[0]))

    def run(function: dict[str, Any], event: Any) -> None:
        try:
            retry_here(function, event)
        finally:
            add(-1)

    def invoke(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001
        if function and config:
            add(1)
            record = {**function, **lambda_svc._execution_record_for_config(function, config)}  # noqa: SLF001
            inherited = copy_context()
            threading.Thread(target=inherited.run, args=(run, record, json.loads(payload)), daemon=True).start()

    eventbridge._dispatch_to_lambda = invoke  # noqa: SLF001


def take_events_as_they_are_told() -> None:
    """An event has the time that PutEvents was told, and may be one of an AWS service: tests play SageMaker."""
    put = eventbridge._put_events  # noqa: SLF001

    def put_each(asked: dict[str, Any], _from_aws: bool = False) -> Any:
        answers = []
        for entry in asked.get("Entries", []):
            now = float(entry["Time"]) if entry.get("Time") else eventbridge._now_ts()  # noqa: SLF001
            at_its_time = FunctionType(put.__code__, {**vars(eventbridge), "_now_ts": lambda now=now: now})
            answers.append(at_its_time({"Entries": [entry]}, True))
        told = [json.loads(body) for _, _, body in answers]
        answer = {
            "FailedEntryCount": sum(one["FailedEntryCount"] for one in told),
            "Entries": [entry for one in told for entry in one["Entries"]],
        }
        return (*put({"Entries": []})[:2], json.dumps(answer).encode())

    eventbridge._put_events = put_each  # noqa: SLF001


def read_concurrency_as_number() -> None:
    """A MaximumConcurrency that comes from a parameter is a text in CloudFormation; AWS reads the number in it."""
    limit_of = lambda_svc._sqs_esm_concurrency  # noqa: SLF001

    def limit_as_number(mapping: dict[str, Any], *arguments: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            mapping["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return limit_of(mapping, *arguments)

    lambda_svc._sqs_esm_concurrency = limit_as_number  # noqa: SLF001


def name_what_policies_are_about() -> None:
    """Permissions on schedules are checked for their group, those on alarms, dashboards and the path of parameters for
    their names, which MiniStack does not read."""
    resource_of = iam_actions.extract_resource_arn

    def named(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *place: str
    ) -> str:
        resource = str(resource_of(service, method, path, headers, body, query, *place))
        if service == "scheduler" and ":schedule/default/" in resource:
            group = query.get("groupName") or (json.loads(body).get("GroupName") if body else None) or "default"
            name = group[0] if isinstance(group, list) else group
            return resource.replace(":schedule/default/", f":schedule/{name}/")
        if service in {"monitoring", "ssm"} and resource == "*" and body:
            return _named_in(json.loads(body), *place[:2])
        return resource

    iam_actions.extract_resource_arn = named


def _named_in(asked: Mapping[str, Any], region: str, account: str) -> str:
    if asked.get("Path"):
        return f"arn:aws:ssm:{region}:{account}:parameter{asked['Path']}"
    if asked.get("ResourceARN"):
        return str(asked["ResourceARN"])
    # The names of one request begin alike: what belongs to one endpoint is deleted together.
    for dashboard in (asked.get("DashboardName"), *asked.get("DashboardNames", ())):
        if dashboard:
            return f"arn:aws:cloudwatch::{account}:dashboard/{dashboard}"
    if "AlarmNamePrefix" in asked or "AlarmTypes" in asked:
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
    names = asked.get("AlarmNames")
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{names[0]}" if names else "*"


def tell_policies_the_source_of_events() -> None:
    """PutEvents has the condition key events:source; MiniStack does not know it."""
    context_of = iam_actions.request_tag_context

    def context_with_source(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = dict(context_of(service, action, body, parameters))
        if action == "events:PutEvents":
            sources = sorted({entry.get("Source", "") for entry in json.loads(body)["Entries"]})
            context["events:source"] = sources[0] if len(sources) == 1 else sources
        return context

    iam_actions.request_tag_context = context_with_source


def fill_in_schedule_context() -> None:
    """EventBridge Scheduler replaces its context attributes in a target's input; MiniStack does not."""
    deliver = eventbridge._invoke_target  # noqa: SLF001

    def deliver_filled_in(target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> None:
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            due = datetime.fromtimestamp(event["Time"], tz=UTC).replace(second=0, microsecond=0)
            text = (
                target["Input"]
                .replace("<aws.scheduler.scheduled-time>", due.strftime("%Y-%m-%dT%H:%M:%SZ"))
                .replace("<aws.scheduler.schedule-arn>", event["Resources"][0])
                .replace("<aws.scheduler.execution-id>", uuid4().hex)
                .replace("<aws.scheduler.attempt-number>", "1")
            )
            target = {**target, "Input": text}
        deliver(target, event, rule, view)

    eventbridge._invoke_target = deliver_filled_in  # noqa: SLF001


def hold_schedules_still() -> None:
    """No schedule fires by the wall clock: tests and the demo fire them in simulated time."""
    scheduler._tick_schedules = lambda: None  # noqa: SLF001


def main() -> None:
    threading.Thread(target=end_with_parent, daemon=True, name="end-with-parent").start()
    trust_loopback()
    deliver_events_before_answering()
    leave_alarms_alone()
    keep_signals_of_simulated_times()
    tell_alarms_as_cloudwatch_does()
    remember_anomaly_bands()
    take_events_as_they_are_told()
    invoke_for_events_as_lambda_does()
    read_concurrency_as_number()
    name_what_policies_are_about()
    tell_policies_the_source_of_events()
    if os.environ.get("DRIFTLINE_SCHEDULES_TICK") == "1":
        fill_in_schedule_context()
        scheduler._SCHEDULE_TICK_INTERVAL = 1  # noqa: SLF001 (seconds, instead of ten)
    else:
        hold_schedules_still()
    gateway.main()


if __name__ == "__main__":
    main()
