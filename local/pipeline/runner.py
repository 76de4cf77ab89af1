"""Executions of pipelines: step after step, as the definition says, until one fails or all have run."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.pipeline.expressions import ExpressionError, Scope, parameter_values
from local.pipeline.processes import JobError, JobStoppedError
from local.pipeline.role import Role
from local.pipeline.steps import MOMENT, Bench, run_step

SUCCEEDED, FAILED, STOPPED = "Succeeded", "Failed", "Stopped"


class _FailedError(Exception):
    """A step failed; the text says which one and why."""


@dataclass
class StepRecord:
    """A step of an execution, as ListPipelineExecutionSteps has it."""

    name: str
    kind: str
    started: datetime
    ended: datetime
    status: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""

    def listed(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "StepName": self.name,
            "StartTime": self.started.isoformat(),
            "EndTime": self.ended.isoformat(),
            "StepStatus": self.status,
            "Metadata": dict(self.metadata),
        }
        return found | ({"FailureReason": self.failure} if self.failure else {})


@dataclass
class ExecutionRecord:
    """An execution of a pipeline.

    Attributes:
        logs: Folder with one log for each job; kept if the execution failed.
    """

    arn: str
    name: str
    pipeline: str
    parameters: Mapping[str, Any]
    started: datetime
    logs: Path
    ended: datetime | None = None
    status: str = "Executing"
    failure: str = ""
    steps: list[StepRecord] = field(default_factory=list)


class PipelineRunner:
    """Runs executions that SageMaker was asked to start.

    Args:
        client: Returns a boto3 client with all permissions for a service.
        report: Called with an execution after each step, for SageMaker to show.
    """

    def __init__(self, client: Callable[[str], Any], report: Callable[[ExecutionRecord], None]) -> None:
        self._client = client
        self._report = report
        self._folder = Path(tempfile.mkdtemp(prefix="driftline-pipelines-"))
        self.executions: list[ExecutionRecord] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes everything but the logs of executions that failed; all of it after an interruption."""
        interrupted = kind is not None and not issubclass(kind, Exception)
        kept = () if interrupted else [each.logs for each in self.executions if each.status == FAILED]
        for each in self._folder.iterdir() if self._folder.is_dir() else ():
            if each not in kept:
                shutil.rmtree(each, ignore_errors=True)
        if not kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, arn: str, at: datetime) -> ExecutionRecord:
        """Runs an execution to its end; a failure is its result.

        Args:
            at: When it starts.
        """
        sagemaker = self._client("sagemaker")
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        pipeline = sagemaker.describe_pipeline(PipelineName=found["PipelineArn"].rsplit("/", 1)[-1])
        text = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)["PipelineDefinition"]
        given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
        identifier = arn.rsplit("/", 1)[-1]
        record = ExecutionRecord(
            arn=arn,
            name=found.get("PipelineExecutionDisplayName", identifier),
            pipeline=pipeline["PipelineArn"],
            parameters={each["Name"]: each["Value"] for each in given},
            started=at,
            logs=self._folder / identifier,
        )
        record.logs.mkdir()
        self.executions.append(record)
        now = at
        try:
            definition = json.loads(text)
            now = self._run(definition, record, pipeline["RoleArn"], identifier)
            record.status = SUCCEEDED
        except JobStoppedError:
            record.status = STOPPED
        except (_FailedError, ExpressionError, PermissionError) as error:
            record.status, record.failure = FAILED, str(error)
        record.ended = max([now, *(step.ended for step in record.steps)])
        for each in record.logs.iterdir():
            if each.is_dir():
                shutil.rmtree(each, ignore_errors=True)  # what is of use is in S3
        self._report(record)
        return record

    def _run(self, definition: Mapping[str, Any], record: ExecutionRecord, role: str, identifier: str) -> datetime:
        def stopped() -> bool:
            found = self._client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=record.arn)
            return bool(found["PipelineExecutionStatus"] == "Stopping")

        bench = Bench(self._client, Role(self._client("iam"), role), f"pipelines-{identifier}", record.logs, stopped)
        execution = {
            "PipelineExecutionId": identifier,
            "PipelineExecutionArn": record.arn,
            "PipelineName": record.pipeline.rsplit("/", 1)[-1],
            "PipelineArn": record.pipeline,
            "StartDateTime": record.started.isoformat(),
        }
        files: dict[tuple[str, str], tuple[str, str]] = {}
        scope = Scope(parameter_values(definition, record.parameters), execution, lambda *of: self._file(files, of))
        return self._run_steps(definition["Steps"], scope, record, bench, files, record.started)

    def _run_steps(
        self,
        steps: Sequence[Mapping[str, Any]],
        scope: Scope,
        record: ExecutionRecord,
        bench: Bench,
        files: dict[tuple[str, str], tuple[str, str]],
        now: datetime,
    ) -> datetime:
        """In their order, which is one that SageMaker could choose: each refers to earlier ones only."""
        for step in steps:
            if bench.stopped():
                raise JobStoppedError
            if step["Type"] == "Condition":
                met = all(scope.holds(each) for each in step["Arguments"]["Conditions"])
                self._note(record, step, now, MOMENT, {"Condition": {"Outcome": str(met)}})
                branch = step["Arguments"].get("IfSteps" if met else "ElseSteps", [])
                now = self._run_steps(branch, scope, record, bench, files, now)
                continue
            now = self._run_one(step, scope, record, bench, now)
            for each in step.get("PropertyFiles", []):
                uri = f"Steps.{step['Name']}.ProcessingOutputConfig.Outputs['{each['OutputName']}'].S3Output.S3Uri"
                files[step["Name"], each["PropertyFileName"]] = scope.resolve({"Get": uri}), each["FilePath"]
        return now

    def _run_one(
        self, step: Mapping[str, Any], scope: Scope, record: ExecutionRecord, bench: Bench, now: datetime
    ) -> datetime:
        try:
            arguments = scope.resolve(step["Arguments"])
            if step["Type"] == "Fail":
                said = str(arguments["ErrorMessage"])
                self._note(record, step, now, MOMENT, {"Fail": {"ErrorMessage": said}}, said)
                raise _FailedError(f"{step['Name']}: {said}")
            ran = run_step(step, arguments, bench)
        except (JobError, ExpressionError, PermissionError) as error:
            self._note(record, step, now, MOMENT, {}, str(error))
            raise _FailedError(f"{step['Name']}: {error}") from error
        scope.steps[step["Name"]] = ran.properties
        self._note(record, step, now, ran.took, ran.metadata)
        return now + ran.took

    def _note(
        self,
        record: ExecutionRecord,
        step: Mapping[str, Any],
        now: datetime,
        took: timedelta,
        metadata: Mapping[str, Any],
        failure: str = "",
    ) -> None:
        status = FAILED if failure else SUCCEEDED
        record.steps.append(StepRecord(step["Name"], step["Type"], now, now + took, status, metadata, failure))
        self._report(record)

    def _file(self, files: Mapping[tuple[str, str], tuple[str, str]], of: tuple[str, str]) -> bytes:
        if of not in files:
            raise ExpressionError(f"{of[0]} has no property file {of[1]}")
        folder, path = files[of]
        bucket, _, prefix = folder.removeprefix("s3://").partition("/")
        return bytes(self._client("s3").get_object(Bucket=bucket, Key=f"{prefix.rstrip('/')}/{path}")["Body"].read())
