"""The embedded cloud: template.yaml, deployed on MiniStack on this machine.

    with EmbeddedCloud() as cloud:
        cloud.client("s3").upload_file(…, cloud.bucket, …)
        cloud.drain()

`python -m local.up` runs it until Ctrl-C.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import interruption, stack
from local.alarms import AlarmEvaluator
from local.clock import SimulatedClock
from local.emf import MetricsBridge
from local.patience import PATIENCE_SECONDS
from local.pipeline.runner import ExecutionRecord
from local.pipelines import Pipelines
from local.queues import Queues
from local.schedules import Schedules, invoke
from local.server import REGION, Server, default_python

_LOCAL_PARAMETERS = {
    "RunDelaySeconds": "0",  # nothing is on its way when a schedule is fired
    "RerunDelaySeconds": "1",
    "IndexDelaySeconds": "0",
}

_HOURLY = ("FreshnessSchedule", "TickSchedule")
_EVALUATE_SECONDS = 60  # like CloudWatch; and at once when signals arrive
_REPEAT_DEAD_LETTERS = timedelta(seconds=30)  # SQS publishes once a minute
_DRAIN_PAUSE_SECONDS = 0.01
_QUIET_LOOKS = 2  # a message may move while the queues are counted


class EmbeddedCloud:
    """A running stack, from `with` on.

    Args:
        stack_name: Several stacks may run at once, each in a server of its own.
        enforce_iam: Whether the roles of the template are enforced.
        schedules_tick: Whether schedules fire by the wall clock; otherwise only `fire_schedule` fires them.
        build: Output folder of `sam build` to deploy; by default the source.
        source: Folder of the source; by default this one. `update` deploys another.
        python: Interpreter of server and functions.
        parameters: Parameters of the template.
        sagemaker: Whether there is a SageMaker (a moto server), for the functions and for `client("sagemaker")`.
        pipelines: Whether its pipelines run: `drain` runs what was started. Otherwise executions succeed at once.
        clock: The simulated time to begin with. An alarm that changed at the server's time would ignore changes at an
            earlier, simulated time.
        note: Called with lines for people.
    """

    def __init__(
        self,
        *,
        stack_name: str = "driftline",
        enforce_iam: bool = True,
        schedules_tick: bool = False,
        build: Path | None = None,
        source: Path = stack.REPOSITORY,
        python: Path | None = None,
        parameters: Mapping[str, str] | None = None,
        sagemaker: bool = False,
        pipelines: bool = False,
        clock: datetime | None = None,
        note: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._stack_name = stack_name
        self._enforce_iam = enforce_iam
        self._schedules_tick = schedules_tick
        self._python = python or default_python()
        self._clock = SimulatedClock(clock)
        self._sagemaker = (
            Pipelines(self.client, self._clock, self._settle, run=pipelines) if sagemaker or pipelines else None
        )
        self._code = build or source
        self._built = build is not None
        self._parameters = {**_LOCAL_PARAMETERS, **(parameters or {})}
        self._note = note
        self._clients: dict[str, Any] = {}
        self._evaluated = 0.0
        self._schedules = Schedules(self.client)
        self._dead_letters: tuple[Mapping[str, int], datetime] = ({}, datetime.min.replace(tzinfo=UTC))
        self._closing = ExitStack()
        self.outputs: dict[str, str] = {}

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            moto = undo.enter_context(self._sagemaker).endpoint if self._sagemaker else None
            self._server = undo.enter_context(
                Server(
                    enforce_iam=self._enforce_iam,
                    schedules_tick=self._schedules_tick,
                    forked_functions=not self._built and sys.platform == "linux",
                    python=self._python,
                    environment={"AWS_ENDPOINT_URL_SAGEMAKER": moto} if moto else {},
                )
            )
            self.update(self._code)
            self._alarms = AlarmEvaluator(
                self._server,
                self.client("cloudwatch"),
                lambda: self.now,
                lambda: self._clock.simulated,
                self._note,
            )
            self._bridge = MetricsBridge(
                self._server.metric_lines, self.client("cloudwatch"), lambda: self._clock.at, self._look_at_alarms
            )
            self._clock.between_looks = self._bridge.between_looks
            self._bridge.start()
            undo.callback(self._bridge.stop)
            self._closing = undo.pop_all()
        return self

    def update(self, code: Path) -> None:
        """Deploys the source, or the output of `sam build`, of another release over the stack, or creates it again.

        Raises:
            RuntimeError: the stack failed; the text lists the resources that did and why.
        """
        self.outputs = stack.deploy(
            self.client,
            code / "template.yaml",
            self._stack_name,
            self._parameters,
            built=self._built,
            note=self._note,
        )
        self._queues = Queues(lambda: self._server.under_way()["queues"], self.client("sqs"), self.outputs)

    def delete(self) -> None:
        """Deletes the stack, as `sam delete` does."""
        stack.delete(self.client("cloudformation"), self._stack_name)

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
        """Process id of the server; also the id of its process group."""
        return self._server.pid

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that connect the AWS CLI and any SDK to this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str) -> Any:
        """A boto3 client with all permissions; the same one each time."""
        if service not in self._clients:
            moto = self._sagemaker if service == "sagemaker" else None
            self._clients[service] = stack.client(service, moto.endpoint if moto else self.endpoint)
        return self._clients[service]

    @property
    def now(self) -> datetime:
        """The simulated time of signals and alarms; the server's until it is set."""
        return self._clock.now

    def set_clock(self, at: datetime | None) -> None:
        """Sets the time from now on; None for the server's time. What was published before keeps its time."""
        self._clock.set(at)

    def drain(self) -> None:
        """Waits until no event is on its way, no function runs, metrics have arrived, alarms are evaluated, pipelines
        that were started have run, and their consequences are handled.

        A message that fails counts as on its way until it is in its dead-letter queue.

        Raises:
            TimeoutError: something is still on its way.
        """
        moved = True
        while moved:
            give_up = time.monotonic() + PATIENCE_SECONDS
            changes = -1
            while changes != self._alarms.changes:
                changes = self._alarms.changes
                self._wait_until_quiet(give_up)
                self.carry_metrics()
            moved = self._sagemaker is not None and self._sagemaker.move()

    @property
    def executions(self) -> Sequence[ExecutionRecord]:
        """Executions of pipelines that have run, in their order."""
        return self._sagemaker.executions if self._sagemaker else ()

    def _settle(self) -> None:
        self._wait_until_quiet(time.monotonic() + PATIENCE_SECONDS)

    def _wait_until_quiet(self, give_up: float) -> None:
        quiet = 0
        waiting: dict[str, int] = {}
        while quiet < _QUIET_LOOKS:
            interruption.check()
            under_way = self._server.under_way()
            waiting = self._queues.waiting(under_way["queues"])
            if running := under_way["functions"]:
                waiting["functions"] = running
            quiet = 0 if waiting else quiet + 1
            if waiting and time.monotonic() > give_up:
                raise TimeoutError(f"Still on its way: {waiting}\n{self._server.log()[-3000:]}")
            time.sleep(_DRAIN_PAUSE_SECONDS)

    def carry_metrics(self) -> None:
        """Sends the functions' metrics to CloudWatch and evaluates alarms now, instead of twice a second."""
        self._bridge.pump()
        self.evaluate_alarms()

    def evaluate_alarms(self) -> int:
        """Evaluates all alarms now; returns the number of changes."""
        self._evaluated = time.monotonic()
        self._count_dead_letters()
        return self._alarms.evaluate()

    def _look_at_alarms(self, signals: bool) -> None:
        if signals or time.monotonic() - self._evaluated > _EVALUATE_SECONDS:
            self.evaluate_alarms()

    def _count_dead_letters(self) -> None:
        """Publishes what is new: the number itself, or that it is still so."""
        counts, now = self._queues.dead_letters(), self.now
        before, at = self._dead_letters
        if not counts or (counts == before and at <= now < at + _REPEAT_DEAD_LETTERS):
            return
        self._dead_letters = counts, now
        data = [
            {
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": name}],
                "Timestamp": now,
                "Value": count,
            }
            for name, count in counts.items()
        ]
        self.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=data)

    def messages(self, queue_output: str) -> int:
        """Number of messages in the queue of a stack output, including those in flight and delayed."""
        return self._queues.messages(queue_output)

    def hasten_retries(self, seconds: int) -> None:
        """Retries failed messages after this many seconds instead of six times the function's timeout."""
        self._queues.hasten(seconds)

    def schedules(self) -> list[str]:
        """Names of the monitors' schedules."""
        return self._schedules.names(self.outputs["ScheduleGroupName"])

    def fire_schedule(self, name: str, at: datetime) -> None:
        """Delivers what EventBridge Scheduler would deliver at `at`, which is the simulated time from then on.

        Raises:
            PermissionError: the schedule's role may not do that.
        """
        self.set_clock(at)
        self._schedules.fire(self.outputs["ScheduleGroupName"], name, at)

    def tick(self, at: datetime) -> None:
        """Fires the stack's own hourly schedules: the freshness check, and the tick for incidents."""
        self.set_clock(at)
        for logical_id in _HOURLY:
            self._schedules.fire_own(self._stack_name, logical_id, at)
            # Missing data sets off alarms before the incidents get the tick.
            self.carry_metrics()

    def run(self, request: Mapping[str, object]) -> dict[str, Any]:
        """An execution by hand: invokes run_monitor and returns its answer.

        Raises:
            RuntimeError: the function failed.
        """
        function = self.outputs["RunMonitorFunction"]
        return dict(invoke(self.client("lambda"), function, json.dumps(request).encode()))

    def logs(self, function: str) -> list[str]:
        """All log lines of a function, by its name in functions/."""
        group = f"/aws/lambda/{self._stack_name}-{function.replace('_', '-')}"
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def server_log(self) -> str:
        return self._server.log()
