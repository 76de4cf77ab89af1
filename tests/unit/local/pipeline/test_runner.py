"""Executions: the order of steps, conditions, failures, permissions, and what is left afterwards."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.pipeline.events import ended
from local.pipeline.runner import ExecutionRecord, PipelineRunner
from local.sagemaker import SageMakerServer

type Clients = Callable[[str], Any]

AT = datetime(2013, 3, 9, 9, tzinfo=UTC)
BUCKET = "runs"
JOB = """\
import json, sys
from pathlib import Path
root = Path(__file__).resolve().parents[2]
(root / "output/found/found.json").write_text(json.dumps({"score": float(sys.argv[1])}))
"""
RESOURCES = {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}}


@pytest.fixture
def runner(
    server: SageMakerServer, client: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PipelineRunner]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def report(record: ExecutionRecord) -> None:
        command = {"execution": record.arn, "status": record.status, "failure": record.failure}
        server.command({**command, "steps": [step.listed() for step in record.steps]})

    s3 = client("s3")
    if BUCKET not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="code/job.py", Body=JOB)
    with PipelineRunner(client, report) as running:
        yield running


def role(client: Clients, name: str, *, trusted: str = "sagemaker.amazonaws.com", without: str = "") -> str:
    """A role that may do all that these pipelines do, but for one action."""
    actions = [
        "sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:AddTags",
        "s3:ListBucket", "s3:GetObject", "s3:PutObject", "iam:PassRole",
    ]  # fmt: skip
    allowed = {"Effect": "Allow", "Action": [each for each in actions if each != without], "Resource": "*"}
    trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    iam = client("iam")
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def measuring(score: str, name: str = "Measure", **more: Any) -> dict[str, Any]:
    """A processing step that writes a score."""
    source = {"S3Uri": f"s3://{BUCKET}/code/", "LocalPath": "/opt/ml/processing/input/code", "S3DataType": "S3Prefix"}
    where = {
        "S3Uri": {"Std:Join": {"On": "/", "Values": [f"s3://{BUCKET}/out", {"Get": "Execution.PipelineExecutionId"}]}},
        "LocalPath": "/opt/ml/processing/output/found",
        "S3UploadMode": "EndOfJob",
    }
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": "arn:aws:iam::123456789012:role/any",
            "AppSpecification": {
                "ImageUri": "image:1",
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/job.py"],
                "ContainerArguments": [score],
            },
            "ProcessingResources": RESOURCES,
            "ProcessingInputs": [{"InputName": "code", "S3Input": source | {"S3InputMode": "File"}}],
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "found", "S3Output": where}]},
            **more,
        },
        "PropertyFiles": [{"PropertyFileName": "Found", "OutputName": "found", "FilePath": "found.json"}],
    }


def gate(then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    score = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Measure.PropertyFiles.Found"}, "Path": "score"}}
    condition = {"Type": "GreaterThan", "LeftValue": score, "RightValue": {"Get": "Parameters.Least"}}
    branches = {"Conditions": [condition], "IfSteps": then, "ElseSteps": otherwise}
    return {"Name": "Gate", "Type": "Condition", "Arguments": branches}


def fail(message: Any) -> dict[str, Any]:
    return {"Name": "No", "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def run(
    runner: PipelineRunner, client: Clients, name: str, steps: list[Any], role_arn: str = "", **given: str
) -> ExecutionRecord:
    definition = {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Least", "Type": "Float", "DefaultValue": 0.5}],
        "Steps": steps,
    }
    sagemaker = client("sagemaker")
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=json.dumps(definition),
        ClientRequestToken="t" * 32,
        RoleArn=role_arn or role(client, name),
    )
    started = sagemaker.start_pipeline_execution(
        PipelineName=name,
        PipelineExecutionDisplayName="r20130309-090000-aa",
        PipelineParameters=[{"Name": key, "Value": value} for key, value in given.items()],
        ClientRequestToken="u" * 32,
    )
    return runner.run(started["PipelineExecutionArn"], AT)


def told(record: ExecutionRecord) -> list[tuple[str, str]]:
    return [(step.name, step.status) for step in record.steps]


def test_steps_run_in_their_order_and_a_condition_chooses(runner: PipelineRunner, client: Clients) -> None:
    found = run(runner, client, "good", [measuring("0.9"), gate([measuring("0.1", "More")], [fail("bad")])])
    assert (found.status, found.failure) == ("Succeeded", "")
    assert told(found) == [("Measure", "Succeeded"), ("Gate", "Succeeded"), ("More", "Succeeded")]
    assert found.steps[1].metadata == {"Condition": {"Outcome": "True"}}
    assert found.ended is not None
    assert found.ended > AT
    # Its event is SageMaker's
    detail = ended(found)
    assert detail["currentPipelineExecutionStatus"] == "Succeeded"
    assert detail["pipelineExecutionDisplayName"] == "r20130309-090000-aa"


def test_a_fail_step_ends_it_with_its_message(runner: PipelineRunner, client: Clients) -> None:
    message = {"Std:Join": {"On": " ", "Values": ["Below", {"Get": "Parameters.Least"}]}}
    found = run(
        runner, client, "bad", [measuring("0.7"), gate([], [fail(message), measuring("1", "Never")])], Least="0.8"
    )
    assert (found.status, found.failure) == ("Failed", "No: Below 0.8")
    assert told(found) == [("Measure", "Succeeded"), ("Gate", "Succeeded"), ("No", "Failed")]
    shown = client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=found.arn)
    assert (shown["PipelineExecutionStatus"], shown["FailureReason"]) == ("Failed", "No: Below 0.8")


def test_a_failing_script_is_named_with_its_log_which_is_kept(runner: PipelineRunner, client: Clients) -> None:
    found = run(runner, client, "broken", [measuring("many"), measuring("1", "Never")])
    assert found.status == "Failed"
    log = found.logs / "Measure.log"
    assert found.failure.startswith(f"Measure: exit code 1. Log: {log}.")
    assert "could not convert string to float: 'many'" in found.failure
    assert told(found) == [("Measure", "Failed")]
    runner.__exit__(None, None, None)
    assert log.exists()
    # After an interruption nothing is left
    runner.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not log.exists()


@pytest.mark.parametrize(
    "without",
    [
        "sagemaker:CreateProcessingJob",
        "sagemaker:AddTags",
        "iam:PassRole",
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
    ],
)
def test_the_role_needs_each_permission(runner: PipelineRunner, client: Clients, without: str) -> None:
    name = without.replace(":", "-")
    found = run(runner, client, name, [measuring("1")], role(client, name, without=without))
    assert found.status == "Failed"
    assert f"lacks {without} on" in found.failure


def test_a_role_that_sagemaker_may_not_assume_runs_nothing(runner: PipelineRunner, client: Clients) -> None:
    other = role(client, "of-lambda", trusted="lambda.amazonaws.com")
    assert "may not assume" in run(runner, client, "untrusted", [measuring("1")], other).failure
    nobody = "arn:aws:iam::123456789012:role/nobody"
    assert run(runner, client, "nobody", [measuring("1")], nobody).failure == f"there is no role {nobody}"


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([{"Name": "Tune", "Type": "Tuning", "Arguments": {}}], "Tune: steps of the type Tuning are not known here"),
        ([fail({"Get": "Steps.Later.X"})], "No: Steps.Later.X: this step has not run"),
        ([measuring("1", StoppingCondition={"Seconds": 3})], 'Unknown parameter in StoppingCondition: "Seconds"'),
        ([gate([], [])], "this step has not run|no property file"),
    ],
)
def test_a_definition_that_is_wrong_fails_and_says_why(
    runner: PipelineRunner, client: Clients, steps: list[Any], why: str
) -> None:
    found = run(runner, client, f"wrong-{sum(why.encode())}", steps)
    assert found.status == "Failed"
    assert any(each in found.failure for each in why.split("|"))


def test_one_that_was_stopped_does_no_further_step(
    runner: PipelineRunner, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given somebody who stops it after its first step
    sagemaker, report = client("sagemaker"), runner._report

    def stop_then_report(record: ExecutionRecord) -> None:
        report(record)
        if len(record.steps) == 1 and record.status == "Executing":
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=record.arn, ClientRequestToken="s" * 32)

    monkeypatch.setattr(runner, "_report", stop_then_report)
    found = run(runner, client, "halted", [measuring("1"), measuring("1", "Never")])
    assert found.status == "Stopped"
    assert told(found) == [("Measure", "Succeeded")]


def test_what_succeeded_leaves_nothing(client: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with PipelineRunner(client, lambda _record: None) as runner:
        assert list(tmp_path.iterdir())
        assert runner.executions == []
    assert list(tmp_path.iterdir()) == []
