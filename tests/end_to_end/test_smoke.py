"""`make smoke` against the embedded cloud: a whole run, and runs that somebody ends at every stage."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.cloud import EmbeddedCloud
from tests.places import REPOSITORY
from tools.smoke.names import PREFIX

pytestmark = pytest.mark.cloud

STAGES = {
    "deploying the stack": signal.SIGINT,
    "subscribing a queue": signal.SIGTERM,
    "uploading a monitor document": signal.SIGINT,
    "sending an hour": signal.SIGHUP,
    "waiting for the verdicts": signal.SIGINT,
}
"""The line at which somebody ends the run, and how."""

LATE_STAGES = ("waiting for metrics", "waiting for the message", "waiting for the page", "counting what it cost")


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    """With a stack of its own, which runs must leave alone; schedules fire by the clock."""
    with EmbeddedCloud(schedules_tick=True) as running:
        yield running


@contextmanager
def started(cloud: EmbeddedCloud, *arguments: str, patience: str = "") -> Iterator["subprocess.Popen[str]"]:
    """A run, as its user starts it.

    Args:
        patience: How long it waits for anything, in seconds.
    """
    bounded = {"DRIFTLINE_PATIENCE": patience} if patience else {}
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.smoke", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **cloud.environment, **bounded},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """The output up to the line with this text."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} does not come:\n{seen}")


def rest(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.read()


def everything(cloud: EmbeddedCloud) -> set[str]:
    """What is in the account, by lists of its own: whatever a run could make."""

    def listed(service: str, operation: str, key: str, name: str, **asked: Any) -> set[str]:
        client = cloud.client(service)
        pages = client.get_paginator(operation).paginate(**asked) if client.can_paginate(operation) else None
        answers = pages if pages is not None else [getattr(client, operation)(**asked)]
        found = (each for answer in answers for each in answer.get(key, []))
        return {f"{operation} {each[name] if name else each}" for each in found}

    stacks = cloud.client("cloudformation").list_stacks()["StackSummaries"]
    there = {f"stack {each['StackName']}" for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"}
    return there.union(
        listed("s3", "list_buckets", "Buckets", "Name"),
        listed("sqs", "list_queues", "QueueUrls", ""),
        listed("sns", "list_topics", "Topics", "TopicArn"),
        listed("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
        listed("lambda", "list_functions", "Functions", "FunctionName"),
        listed("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
        listed("lambda", "list_layers", "Layers", "LayerName"),
        listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
        listed("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        listed("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        listed("scheduler", "list_schedule_groups", "ScheduleGroups", "Name"),
        listed("scheduler", "list_schedules", "Schedules", "Arn"),
        listed("events", "list_rules", "Rules", "Name"),
        listed("iam", "list_roles", "Roles", "RoleName"),
        listed("dynamodb", "list_tables", "TableNames", ""),
    )


@pytest.fixture
def nothing_left(cloud: EmbeddedCloud) -> Iterator[None]:
    """After the test, the account is as it was before."""
    before = everything(cloud)
    yield
    assert everything(cloud) ^ before == set()


@pytest.mark.usefixtures("nothing_left")
def test_a_whole_run_sees_what_has_to_follow(cloud: EmbeddedCloud) -> None:
    with started(cloud, "--yes") as process:
        said = rest(process)
        assert process.wait() == 0, said
    assert "data_quality: CompletedWithViolations, 600 rows" in said
    assert "model_quality: Completed, 600 rows" in said
    assert "metrics in aws/sagemaker/Endpoints/data-metrics, and the signals for alarms" in said
    assert re.search(rf"\[WARNING\] {PREFIX}[0-9a-f]{{8}}: age: ", said), said
    assert "/report.html" in said
    assert "us-east-1, November 2026, without a free tier" in said
    assert said.rstrip().endswith("All well.")


def _interrupt(cloud: EmbeddedCloud, stage: str, number: signal.Signals) -> None:
    with started(cloud, "--yes") as process:
        read_until(process, stage)
        process.send_signal(number)
        said = rest(process)
        assert process.wait() == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert "Stopped." in said


USUAL = ("deploying the stack", "sending an hour")
"""Stages that `make test` interrupts; `make test-all` does so at all of them."""


@pytest.mark.parametrize(
    "stage", [pytest.param(stage, marks=() if stage in USUAL else pytest.mark.long) for stage in STAGES]
)
@pytest.mark.usefixtures("nothing_left")
def test_a_run_that_is_interrupted_leaves_nothing(cloud: EmbeddedCloud, stage: str) -> None:
    _interrupt(cloud, stage, STAGES[stage])


@pytest.mark.long  # each waits for a schedule
@pytest.mark.parametrize("stage", LATE_STAGES)
@pytest.mark.usefixtures("nothing_left")
def test_a_run_that_is_interrupted_late_leaves_nothing(cloud: EmbeddedCloud, stage: str) -> None:
    _interrupt(cloud, stage, signal.SIGINT)


@pytest.mark.usefixtures("nothing_left")
def test_somebody_who_is_impatient_does_not_stop_the_removal(cloud: EmbeddedCloud) -> None:
    with started(cloud, "--yes") as process:
        read_until(process, "uploading a monitor document")
        process.send_signal(signal.SIGINT)
        read_until(process, "removing")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        said = rest(process)
        assert process.wait() == 130, said
    assert "Removing goes on." in said


@pytest.mark.usefixtures("nothing_left")
def test_what_a_killed_run_leaves_is_found_and_removed(cloud: EmbeddedCloud) -> None:
    with started(cloud, "--yes") as process:
        read_until(process, "uploading a monitor document")
        process.kill()
        process.wait()
    left = [name for name in everything(cloud) if PREFIX in name]
    assert left
    with started(cloud, "--clean", "--yes") as process:
        said = rest(process)
        assert process.wait() == 0, said
    assert f"stack {PREFIX}" in said
    with started(cloud, "--clean", "--yes") as process:
        assert "Nothing is left of earlier runs in the embedded cloud" in rest(process)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.long
def test_what_does_not_follow_in_time_is_named_and_removed(cloud: EmbeddedCloud) -> None:
    """Twelve seconds are less than any schedule takes that the run sets."""
    with started(cloud, "--yes", patience="12") as process:
        said = rest(process)
        assert process.wait() == 1, said
    assert "FAILED: " in said
    assert "driftline doctor sees" in said
    assert "Traceback" not in said
    assert said.rstrip().endswith("It failed; see above.")


@pytest.mark.usefixtures("nothing_left")
def test_nothing_is_deployed_without_consent(cloud: EmbeddedCloud) -> None:
    with started(cloud) as process:
        said = rest(process)
        assert process.wait() == 64
    assert "Pass --yes." in said
    assert "It costs nothing." in said
