"""Events, schedules and their targets in MiniStack, changed where they differ from AWS."""

# ruff: noqa: SLF001 - there is no public way to change how MiniStack behaves

import json
import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import UTC, datetime
from types import FunctionType, SimpleNamespace
from typing import Any
from uuid import uuid4

from ministack.services import eventbridge, lambda_svc, s3, scheduler


def deliver_events_before_answering() -> None:
    """Delivers an S3 event before the call that caused it returns, so that empty queues mean that all is done."""

    def deliver(bucket: str, key: str, event: str, *details: Any, **more: Any) -> None:
        s3._fire_s3_event(bucket, key, event, *details, sequencer=s3._next_event_sequencer(event), **more)

    s3._fire_s3_event_async = deliver


def keep_times_and_sources_of_events() -> None:
    """Keeps the time given to PutEvents, and accepts events of AWS services, because tests play SageMaker."""
    put = eventbridge._put_events

    def put_each(asked: dict[str, Any], _from_aws: bool = False) -> Any:
        answers = []
        for entry in asked.get("Entries", []):
            now = float(entry["Time"]) if entry.get("Time") else eventbridge._now_ts()
            at_its_time = FunctionType(put.__code__, {**vars(eventbridge), "_now_ts": lambda now=now: now})
            answers.append(at_its_time({"Entries": [entry]}, True))
        results = [json.loads(body) for _, _, body in answers]
        answer = {
            "FailedEntryCount": sum(one["FailedEntryCount"] for one in results),
            "Entries": [entry for one in results for entry in one["Entries"]],
        }
        return (*put({"Entries": []})[:2], json.dumps(answer).encode())

    eventbridge._put_events = put_each


class _Here:
    """Replaces threading.Thread where the caller is already a thread."""

    def __init__(self, target: Callable[..., object], args: tuple[object, ...] = (), **_options: object) -> None:
        self._target, self._args = target, args

    def start(self) -> None:
        self._target(*self._args)


class EventInvocations:
    """Functions that rules invoke. They are retried, and then their events go into the dead-letter queue, as MiniStack
    does for other asynchronous invocations."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.pending = 0
        """Those that have not ended yet, including those that will be retried."""

    def invoke_as_lambda_does(self) -> None:
        retry_here = FunctionType(
            lambda_svc.invoke_async_with_retry.__code__,
            {**vars(lambda_svc), "threading": SimpleNamespace(Thread=_Here)},
        )

        def run(function: dict[str, Any], event: Any) -> None:
            try:
                retry_here(function, event)
            finally:
                self._add(-1)

        def invoke(arn: str, payload: str) -> None:
            function, config, _ = lambda_svc._get_func_record_for_ref(arn)
            if function and config:
                self._add(1)
                record = {**function, **lambda_svc._execution_record_for_config(function, config)}
                inherited = copy_context()
                threading.Thread(target=inherited.run, args=(run, record, json.loads(payload)), daemon=True).start()

        eventbridge._dispatch_to_lambda = invoke

    def _add(self, number: int) -> None:
        with self._turn:
            self.pending += number


def read_concurrency_as_number() -> None:
    """A MaximumConcurrency from a parameter is text in CloudFormation; AWS reads it as a number."""
    limit_of = lambda_svc._sqs_esm_concurrency

    def limit_as_number(mapping: dict[str, Any], *arguments: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            mapping["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return limit_of(mapping, *arguments)

    lambda_svc._sqs_esm_concurrency = limit_as_number


def fill_in_schedule_context() -> None:
    """EventBridge Scheduler replaces its context attributes in a target's input; MiniStack does not."""
    deliver = eventbridge._invoke_target

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

    eventbridge._invoke_target = deliver_filled_in


def hold_schedules_still() -> None:
    """No schedule fires by the wall clock: tests and the demo fire them in simulated time."""
    scheduler._tick_schedules = lambda: None
