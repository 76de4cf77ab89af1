"""The embedded cloud: template.yaml, deployed on MiniStack on this machine.

    with EmbeddedCloud() as cloud:
        cloud.client("s3").upload_file(…, cloud.bucket, …)
        cloud.drain()

`python -m local.cloud up` runs it until Ctrl-C.
"""

import argparse
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self
from uuid import uuid4

import boto3
from botocore.config import Config

from local import stack
from local.emf import MetricsBridge
from local.server import REGION, Server, default_python

_LOCAL_PARAMETERS = {
    "ProfileConcurrency": "2",  # every worker is a process of its own here
    "RunConcurrency": "2",
    "RunDelaySeconds": "0",  # nothing is on its way any more when a schedule is fired
    "RerunDelaySeconds": "1",
}

_QUEUES = ("Configure", "Baseline", "Profile", "Merge", "Run", "Rerun")
_DRAIN_PAUSE_SECONDS = 0.03
_QUIET_LOOKS = 2  # queues are looked at one after the other: a message may pass behind our back once


class EmbeddedCloud:
    """A running stack, from `with` on.

    Args:
        stack_name: Several stacks may run at once, each in a server of its own.
        enforce_iam: Whether the roles of the template are enforced.
        schedules_tick: Whether schedules fire by the wall clock; else only `fire_schedule` fires them.
        build: Output folder of `sam build` to deploy; by default the source.
        python: Interpreter of server and functions.
        parameters: Of the template.
        tell: Takes lines for a person to read.
    """

    def __init__(
        self,
        *,
        stack_name: str = "driftline",
        enforce_iam: bool = True,
        schedules_tick: bool = False,
        build: Path | None = None,
        python: Path | None = None,
        parameters: Mapping[str, str] | None = None,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._stack_name = stack_name
        self._server = Server(enforce_iam=enforce_iam, schedules_tick=schedules_tick, python=python or default_python())
        self._template = (build or stack.REPOSITORY) / "template.yaml"
        self._built = build is not None
        self._parameters = {**_LOCAL_PARAMETERS, **(parameters or {})}
        self._tell = tell
        self._clients: dict[str, Any] = {}
        self._closing = ExitStack()
        self.outputs: dict[str, str] = {}

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._server)
            self._deploy()
            self._bridge = MetricsBridge(self.client("logs"), self.client("cloudwatch"))
            self._bridge.start()
            undo.callback(self._bridge.stop)
            self._closing = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def endpoint(self) -> str:
        return self._server.endpoint

    @property
    def bucket(self) -> str:
        return self.outputs["BucketName"]

    @property
    def pid(self) -> int:
        """Of the server; also the number of its process group."""
        return self._server.pid

    @property
    def environment(self) -> dict[str, str]:
        """What makes the AWS CLI and any SDK talk to this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str) -> Any:
        """A boto3 client with all rights; the same one each time."""
        if service not in self._clients:
            make: Any = boto3.client  # the stubs want literal service names
            self._clients[service] = make(
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 (MiniStack's own)
                config=Config(retries={"mode": "standard", "max_attempts": 3}, proxies={}),
            )
        return self._clients[service]

    def drain(self, timeout: float = 60) -> None:
        """Waits until no event is on its way and no function runs, and metrics have arrived.

        A message that fails counts as on its way until it is in its dead-letter queue.

        Raises:
            TimeoutError: something is still on its way.
        """
        give_up = time.monotonic() + timeout
        quiet = 0
        waiting: dict[str, int] = {}
        while quiet < _QUIET_LOOKS:
            waiting = {name: count for name in _QUEUES if (count := self.messages(f"{name}QueueUrl"))}
            quiet = 0 if waiting else quiet + 1
            if waiting and time.monotonic() > give_up:
                raise TimeoutError(f"After {timeout} s still on its way: {waiting}\n{self._server.log()[-3000:]}")
            time.sleep(_DRAIN_PAUSE_SECONDS)
        self.carry_metrics()

    def carry_metrics(self) -> None:
        """Brings the functions' metrics to CloudWatch now; else it happens twice a second."""
        self._bridge.pump()

    def messages(self, queue_output: str) -> int:
        """How many messages the queue of a stack output holds, those in flight and the delayed ones included."""
        attributes = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[queue_output],
            AttributeNames=[f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())

    def hasten_retries(self, seconds: int) -> None:
        """Failed messages are tried again after so many seconds instead of six times the function's timeout."""
        for name in _QUEUES:
            self.client("sqs").set_queue_attributes(
                QueueUrl=self.outputs[f"{name}QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
            )

    def schedules(self) -> list[str]:
        """Names of the monitors' schedules."""
        pages = self.client("scheduler").get_paginator("list_schedules").paginate(GroupName=self._schedule_group)
        return sorted(schedule["Name"] for page in pages for schedule in page["Schedules"])

    def fire_schedule(self, name: str, at: datetime) -> None:
        """Delivers what EventBridge Scheduler would at the time `at`.

        Raises:
            PermissionError: the schedule's role may not do that.
        """
        schedule = self.client("scheduler").get_schedule(GroupName=self._schedule_group, Name=name)
        target = schedule["Target"]
        text = (
            target["Input"]
            .replace("<aws.scheduler.scheduled-time>", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
            .replace("<aws.scheduler.schedule-arn>", schedule["Arn"])
            .replace("<aws.scheduler.execution-id>", uuid4().hex)
            .replace("<aws.scheduler.attempt-number>", "1")
        )
        # A service's own trust policy lets nobody else take the role, so its rights are asked about instead of used.
        verdict = self.client("iam").simulate_principal_policy(
            PolicySourceArn=target["RoleArn"], ActionNames=["sqs:SendMessage"], ResourceArns=[target["Arn"]]
        )["EvaluationResults"][0]["EvalDecision"]
        if verdict != "allowed":
            raise PermissionError(f"the schedule's role may not send to {target['Arn']}: {verdict}")
        url = self.client("sqs").get_queue_url(QueueName=target["Arn"].rsplit(":", 1)[-1])["QueueUrl"]
        self.client("sqs").send_message(QueueUrl=url, MessageBody=text)

    def run(self, request: Mapping[str, object]) -> dict[str, Any]:
        """An execution by hand: invokes run_monitor and gives its answer.

        Raises:
            RuntimeError: the function failed.
        """
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs["RunMonitorFunction"], Payload=json.dumps(request).encode()
        )
        body = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"run_monitor failed: {body}")
        return dict(body)

    def logs(self, function: str) -> list[str]:
        """All log lines of a function, by its name in functions/."""
        group = f"/aws/lambda/{self._stack_name}-{function.replace('_', '-')}"
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def server_log(self) -> str:
        return self._server.log()

    @property
    def _schedule_group(self) -> str:
        return self.outputs["ScheduleGroupName"]

    def _deploy(self) -> None:
        # The translator asks for the partition of "the" region, by way of the environment.
        os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
        s3 = self.client("s3")
        s3.create_bucket(Bucket=stack.CODE_BUCKET)

        def upload(name: str, body: bytes) -> str:
            s3.put_object(Bucket=stack.CODE_BUCKET, Key=name, Body=body)
            return f"s3://{stack.CODE_BUCKET}/{name}"

        body, taken_out = stack.cloudformation_template(self._template, built=self._built, upload=upload)
        for line in taken_out:
            self._tell(f"Left out here: {line}")
        upload("template.json", body.encode())
        url = f"{self.endpoint}/{stack.CODE_BUCKET}/template.json"
        self.outputs = stack.create(self.client("cloudformation"), self._stack_name, url, self._parameters)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def up(*, enforce_iam: bool) -> None:
    """Runs a cloud until Ctrl-C or SIGTERM and prints how to reach it."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with EmbeddedCloud(enforce_iam=enforce_iam, schedules_tick=True, tell=print) as cloud:
            for name, value in cloud.environment.items():
                print(f"export {name}={value}")
            print(f"export DRIFTLINE_BUCKET={cloud.bucket}")
            for name, value in sorted(cloud.outputs.items()):
                print(f"# {name}: {value}")
            print("# The embedded cloud runs. Ctrl-C ends it and removes everything.", flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("# Stopped.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.cloud", description="The embedded cloud by itself.")
    parser.add_argument("command", choices=["up"])
    parser.add_argument("--without-iam", action="store_true", help="do not enforce the template's roles")
    arguments = parser.parse_args()
    up(enforce_iam=not arguments.without_iam)


if __name__ == "__main__":
    main()
