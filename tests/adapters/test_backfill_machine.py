"""The stack's state machine, found by the stack's outputs; executions by number."""

import json
from collections.abc import Iterator

import boto3
import pytest

from driftline.adapters.aws.backfill_machine import BackfillMachine, Ended, find_machine
from driftline.domain.errors import InvalidInputError
from tests.aws import fake_aws

ROLE = "arn:aws:iam::123456789012:role/backfill"
RUN = "20260301T06-20260301T09-0123456789ab"
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    with fake_aws(monkeypatch):
        yield boto3.Session()


def deploy(session: boto3.Session, machine: str | None) -> None:
    outputs = {"BucketName": "bucket", "BackfillFunctionsAtOnce": "20"} | (
        {"BackfillMachineArn": machine} if machine else {}
    )
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    session.client("cloudformation").create_stack(StackName="watchers", TemplateBody=json.dumps(template))


def machine_of(session: boto3.Session) -> BackfillMachine:
    made = session.client("stepfunctions").create_state_machine(
        name="watchers-backfill", definition=json.dumps(WAITS), roleArn=ROLE
    )
    deploy(session, made["stateMachineArn"])
    return find_machine(session, "watchers", "bucket")


def test_executions_have_numbers_and_one_that_is_taken_is_left_alone(session: boto3.Session) -> None:
    machine = machine_of(session)
    assert machine.at_once == 20
    first = machine.start(RUN, 1, '{"a": 1}')
    second = machine.start(RUN, 1, '{"a": 2}')
    assert [arn.rpartition(":")[2] for arn in (first, second)] == [f"{RUN}-1", f"{RUN}-2"]
    assert machine.state(first) == Ended("RUNNING")


def test_an_execution_that_is_gone_is_over(session: boto3.Session) -> None:
    machine = machine_of(session)
    gone = machine.start(RUN, 1, "{}").replace(RUN, RUN[::-1])
    assert machine.state(gone).status == "ABORTED"


@pytest.mark.parametrize(
    ("stack", "bucket", "what"),
    [
        ("nobody", "bucket", "no such stack"),
        ("watchers", "others", "the stack's bucket is bucket"),
        ("watchers", "bucket", "no state machine for backfills.*BackfillConcurrency.*--here"),
    ],
)
def test_what_is_missing_is_said(session: boto3.Session, stack: str, bucket: str, what: str) -> None:
    deploy(session, None)
    with pytest.raises(InvalidInputError, match=what):
        find_machine(session, stack, bucket)
