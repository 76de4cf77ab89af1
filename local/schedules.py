"""EventBridge Scheduler at any time: delivers what a schedule would, after checking its role with IAM."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


def invoke(client: Any, function: str, payload: bytes) -> Any:
    """A function's answer.

    Raises:
        RuntimeError: the function failed.
    """
    answer = client.invoke(FunctionName=function, Payload=payload)
    body = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{function} failed: {body}")
    return body


class Schedules:
    """The schedules of a stack.

    Args:
        client: Returns a boto3 client with all permissions.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def names(self, group: str) -> list[str]:
        """Of all schedules in a group."""
        pages = self._client("scheduler").get_paginator("list_schedules").paginate(GroupName=group)
        return sorted(schedule["Name"] for page in pages for schedule in page["Schedules"])

    def fire(self, group: str, name: str, at: datetime) -> None:
        """See `deliver`."""
        deliver(self._client("scheduler").get_schedule(GroupName=group, Name=name), at, self._client)

    def fire_own(self, stack: str, logical_id: str, at: datetime) -> None:
        """One of the template's own; see `deliver`."""
        resource = self._client("cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId=logical_id
        )["StackResourceDetail"]
        name = resource["PhysicalResourceId"].rsplit("/", 1)[-1]
        deliver(self._client("scheduler").get_schedule(Name=name), at, self._client)


def deliver(schedule: Mapping[str, Any], at: datetime, client: Callable[[str], Any]) -> None:
    """Sends a schedule's input to its target, a queue or a function.

    Args:
        schedule: As returned by GetSchedule.
        at: The scheduled time.
        client: Returns a boto3 client with all permissions.

    Raises:
        PermissionError: the schedule's role may not do that.
        RuntimeError: the function failed.
    """
    target = schedule["Target"]
    text = (
        target["Input"]
        .replace("<aws.scheduler.scheduled-time>", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        .replace("<aws.scheduler.schedule-arn>", schedule["Arn"])
        .replace("<aws.scheduler.execution-id>", uuid4().hex)
        .replace("<aws.scheduler.attempt-number>", "1")
    )
    service, name = target["Arn"].split(":")[2], target["Arn"].rsplit(":", 1)[-1]
    action = "lambda:InvokeFunction" if service == "lambda" else "sqs:SendMessage"
    # Its trust policy lets only the service assume the role, so its permissions are checked instead of used.
    verdict = client("iam").simulate_principal_policy(
        PolicySourceArn=target["RoleArn"], ActionNames=[action], ResourceArns=[target["Arn"]]
    )["EvaluationResults"][0]["EvalDecision"]
    if verdict != "allowed":
        raise PermissionError(f"the schedule's role lacks {action} on {target['Arn']}: {verdict}")
    if service == "lambda":
        invoke(client("lambda"), name, text.encode())
        return
    url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody=text)
