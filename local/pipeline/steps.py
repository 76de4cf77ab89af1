"""The types of steps that the reference pipeline has, each as one function: arguments in, properties out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.validate import ParamValidator

from local.pipeline import jobs
from local.pipeline.processes import JobError
from local.pipeline.role import Role, RoleFiles

_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Boolean": bool,
    "Float": (int, float),
}
_LAMBDA_LIMIT = "10 minutes"

JOB, MOMENT = timedelta(minutes=5), timedelta(seconds=20)
"""About how long a job of SageMaker's takes, most of it to get an instance, and everything else: in simulated time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step left.

    Attributes:
        properties: As its Describe call names them.
        metadata: As ListPipelineExecutionSteps has it.
        took: In simulated time.
    """

    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    took: timedelta = MOMENT


@dataclass(frozen=True, slots=True)
class Bench:
    """What steps work with.

    Attributes:
        client: Returns a boto3 client with all permissions; the role's are checked.
        prefix: Of the names of jobs and models: `pipelines-<execution>`.
        folder: For the private folders of jobs and for their logs.
        stopped: Whether the execution was stopped.
    """

    client: Callable[[str], Any]
    role: Role
    prefix: str
    folder: Path
    stopped: Callable[[], bool]

    def job(self, step: str) -> tuple[str, jobs.Place]:
        name = f"{self.prefix}-{step}"
        (self.folder / step).mkdir(parents=True)
        files = RoleFiles(self.client("s3"), self.role)
        return name, jobs.Place(self.folder / step, self.folder / f"{step}.log", files, self.stopped)


def run_step(step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    """Runs a step that is neither a condition nor a failure.

    Args:
        arguments: Its arguments without expressions.

    Raises:
        JobError: it failed, or its type is not known here.
        PermissionError: the pipeline's role may not do that.
    """
    kind = step["Type"]
    if kind not in _KINDS:
        raise JobError(f"steps of the type {kind} are not known here")
    try:
        return _KINDS[kind](step, arguments, bench)
    except (ClientError, BotoCoreError) as error:
        raise JobError(str(error)) from None


def _processing(step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    name, place = bench.job(step["Name"])
    _validate("CreateProcessingJob", {**arguments, "ProcessingJobName": name})
    bench.role.check_job(f"processing-job/{name}", "sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob")
    jobs.process(arguments, place)
    arn = bench.role.sagemaker(f"processing-job/{name}")
    properties = {**arguments, "ProcessingJobName": name, "ProcessingJobArn": arn, "ProcessingJobStatus": "Completed"}
    return Ran(properties, {"ProcessingJob": {"Arn": arn}}, JOB)


def _training(step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    name, place = bench.job(step["Name"])
    _validate("CreateTrainingJob", {**arguments, "TrainingJobName": name})
    bench.role.check_job(f"training-job/{name}", "sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob")
    uri = jobs.train(name, arguments, place)
    arn = bench.role.sagemaker(f"training-job/{name}")
    properties = {
        **arguments,
        "TrainingJobName": name,
        "TrainingJobArn": arn,
        "TrainingJobStatus": "Completed",
        "ModelArtifacts": {"S3ModelArtifacts": uri},
    }
    return Ran(properties, {"TrainingJob": {"Arn": arn}}, JOB)


def _model(step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    name = f"{bench.prefix}-{step['Name']}"
    bench.role.check_job(f"model/{name}", "sagemaker:CreateModel")
    arn = bench.client("sagemaker").create_model(ModelName=name, **arguments)["ModelArn"]
    return Ran({**arguments, "ModelName": name, "ModelArn": arn}, {"Model": {"Arn": arn}})


def _register(_step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    group = arguments["ModelPackageGroupName"]
    for action in ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:AddTags"):
        bench.role.check(action, bench.role.sagemaker(f"model-package/{group}/1"))
    client = bench.client("sagemaker")
    arn = client.create_model_package(**arguments)["ModelPackageArn"]
    found = client.describe_model_package(ModelPackageName=arn)
    properties = {name: value for name, value in found.items() if name != "ResponseMetadata"}
    return Ran(properties, {"RegisterModel": {"Arn": arn}})


def _lambda(step: Mapping[str, Any], arguments: Mapping[str, Any], bench: Bench) -> Ran:
    arn = step["FunctionArn"]
    bench.role.check("lambda:InvokeFunction", arn)
    answer = bench.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(arguments).encode())
    body = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        said = body.get("errorMessage", body) if isinstance(body, dict) else body
        raise JobError(f"the function {arn.rsplit(':', 1)[-1]} failed: {said}")
    outputs = {}
    for each in step.get("OutputParameters", []):
        name, kind = each["OutputName"], each["OutputType"]
        value = body.get(name) if isinstance(body, dict) else None
        if not isinstance(value, _SCALARS[kind]):
            raise JobError(f"the function {arn.rsplit(':', 1)[-1]} did not return {name} as {kind}: {value!r}")
        outputs[name] = value
    listed = [{"Name": name, "Value": str(value)} for name, value in outputs.items()]
    return Ran({"OutputParameters": outputs}, {"Lambda": {"Arn": arn, "OutputParameters": listed}})


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], Bench], Ran]] = {
    "Processing": _processing,
    "Training": _training,
    "Model": _model,
    "RegisterModel": _register,
    "Lambda": _lambda,
}


def _validate(call: str, arguments: Mapping[str, Any]) -> None:
    """Against botocore's model of the call that SageMaker makes of the arguments."""
    shape: Any = botocore.session.get_session().get_service_model("sagemaker").operation_model(call).input_shape
    report = ParamValidator().validate(arguments, shape)
    if report.has_errors():
        raise JobError(f"{call}: {report.generate_report()}")
