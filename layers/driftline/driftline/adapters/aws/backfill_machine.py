"""The stack's state machine for backfills, with the user's own credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_stepfunctions import SFNClient

_MACHINE, _BUCKET, _CONCURRENCY = "BackfillMachineArn", "BucketName", "BackfillFunctionsAtOnce"
"""Outputs of the stack."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Attributes: status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; reason: Why it failed."""

    status: str
    reason: str = ""


class BackfillMachine:
    """Starts and follows executions.

    Attributes:
        at_once: Functions that work at the same time.
    """

    def __init__(self, client: "SFNClient", arn: str, at_once: int) -> None:
        self._client, self._arn, self.at_once = client, arn, at_once

    def start(self, run: str, number: int, request: str) -> str:
        """Starts the execution of this number, or of the next one that is free; returns its ARN.

        A number may be taken if a command ended before it could note its execution.
        """
        while True:
            name = f"{run}-{number}"
            try:
                started = self._client.start_execution(stateMachineArn=self._arn, name=name, input=request)
            except self._client.exceptions.ExecutionAlreadyExists:
                number += 1
                continue
            return started["executionArn"]

    def state(self, execution: str) -> Ended:
        """Of an execution; as ABORTED if it is not there any more, which is so after 90 days."""
        try:
            found = self._client.describe_execution(executionArn=execution)
        except self._client.exceptions.ExecutionDoesNotExist:
            return Ended("ABORTED", "the execution is not there any more")
        return Ended(found["status"], found.get("cause", found.get("error", "")))


def find_machine(session: "Session", stack: str, bucket: str) -> BackfillMachine:
    """
    Raises:
        InvalidInputError: there is no such stack, it is that of another bucket, or it has no state machine.
    """
    client = session.client("cloudformation")
    try:
        [found] = client.describe_stacks(StackName=stack)["Stacks"]
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise InvalidInputError("no such stack", where=stack, mend="Pass --stack-name.") from None
    outputs: Mapping[str, str] = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    if outputs.get(_BUCKET) != bucket:
        raise InvalidInputError(
            f"the stack's bucket is {outputs.get(_BUCKET)}", where=stack, expected=bucket, mend="Pass --stack-name."
        )
    if _MACHINE not in outputs:
        raise InvalidInputError(
            "the stack has no state machine for backfills",
            where=stack,
            mend="Deploy it with the parameter BackfillConcurrency, or pass --here to work on this machine.",
        )
    return BackfillMachine(session.client("stepfunctions"), outputs[_MACHINE], int(outputs[_CONCURRENCY]))
