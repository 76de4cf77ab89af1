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
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import ministack.app as gateway
from ministack.core import iam_actions
from ministack.services import cloudwatch, eventbridge, lambda_svc, s3, scheduler


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


def read_concurrency_as_number() -> None:
    """A MaximumConcurrency that comes from a parameter is a text in CloudFormation; AWS reads the number in it."""
    limit_of = lambda_svc._sqs_esm_concurrency  # noqa: SLF001

    def limit_as_number(mapping: dict[str, Any], *arguments: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            mapping["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return limit_of(mapping, *arguments)

    lambda_svc._sqs_esm_concurrency = limit_as_number  # noqa: SLF001


def name_schedules_with_their_group() -> None:
    """The resource of a schedule's permissions is schedule/<group>/<name>; MiniStack checks schedule/default/<name>."""
    resource_of = iam_actions.extract_resource_arn

    def resource_with_group(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *place: str
    ) -> str:
        resource = str(resource_of(service, method, path, headers, body, query, *place))
        if service != "scheduler" or ":schedule/default/" not in resource:
            return resource
        asked = query.get("groupName") or (json.loads(body).get("GroupName") if body else None) or "default"
        group = asked[0] if isinstance(asked, list) else asked
        return resource.replace(":schedule/default/", f":schedule/{group}/")

    iam_actions.extract_resource_arn = resource_with_group


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
    read_concurrency_as_number()
    name_schedules_with_their_group()
    tell_policies_the_source_of_events()
    if os.environ.get("DRIFTLINE_SCHEDULES_TICK") == "1":
        fill_in_schedule_context()
        scheduler._SCHEDULE_TICK_INTERVAL = 1  # noqa: SLF001 (seconds, instead of ten)
    else:
        hold_schedules_still()
    gateway.main()


if __name__ == "__main__":
    main()
