"""What moto lacks of SageMaker: calls and answers in the shapes of botocore's service model, and events."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from driftline.adapters.aws.model_events_in import announcement_of
from driftline.domain.models.announcement import EndpointChanged, PackageChanged
from local.sagemaker import SageMakerServer

type Clients = Callable[[str], Any]

AT = datetime(2013, 3, 9, 9, 16, tzinfo=UTC)
VARIANT = {"VariantName": "all", "InitialInstanceCount": 2, "InstanceType": "ml.m5.large", "InitialVariantWeight": 1.0}
ROLE = "arn:aws:iam::123456789012:role/pipeline"


def configure(sagemaker: Any, name: str) -> None:
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image:1"})
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[VARIANT | {"ModelName": name}])


def pipeline(sagemaker: Any, name: str) -> None:
    definition = json.dumps({"Version": "2020-12-01", "Steps": []})
    sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=definition, ClientRequestToken="t" * 32, RoleArn=ROLE
    )


def start(sagemaker: Any, name: str, token: str) -> str:
    answer = sagemaker.start_pipeline_execution(PipelineName=name, ClientRequestToken=token * 32)
    return str(answer["PipelineExecutionArn"])


def events(server: SageMakerServer) -> list[dict[str, Any]]:
    return list(server.command({"take": True})["events"])


def test_update_endpoint_changes_its_configuration_at_the_simulated_time(
    server: SageMakerServer, client: Clients
) -> None:
    sagemaker = client("sagemaker")
    for name in ("one", "two"):
        configure(sagemaker, name)
    sagemaker.create_endpoint(EndpointName="churn", EndpointConfigName="one")
    events(server)
    server.command({"clock": AT.isoformat()})
    arn = sagemaker.update_endpoint(EndpointName="churn", EndpointConfigName="two")["EndpointArn"]
    found = sagemaker.describe_endpoint(EndpointName="churn")
    assert (found["EndpointArn"], found["EndpointConfigName"], found["EndpointStatus"]) == (arn, "two", "InService")
    in_service = AT + timedelta(minutes=5)  # an update takes some time
    assert found["LastModifiedTime"] == in_service
    server.command({"clock": None})
    # And its event is one that adopt_model understands
    [event] = events(server)
    assert datetime.fromisoformat(event["at"]) == in_service
    sent = {"detail-type": event["detail_type"], "time": event["at"], "detail": event["detail"]}
    assert announcement_of(sent) == EndpointChanged("churn")
    assert event["detail"]["EndpointStatus"] == "IN_SERVICE"


def test_update_endpoint_refuses_what_is_not_there(client: Clients) -> None:
    sagemaker = client("sagemaker")
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.update_endpoint(EndpointName="nobody", EndpointConfigName="one")


def test_a_package_and_its_approval_send_events(server: SageMakerServer, client: Clients) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="approved")
    events(server)
    arn = sagemaker.create_model_package(ModelPackageGroupName="approved", ModelApprovalStatus="PendingManualApproval")[
        "ModelPackageArn"
    ]
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    created, approved = events(server)
    assert [each["detail"]["ModelApprovalStatus"] for each in (created, approved)] == [
        "PendingManualApproval",
        "Approved",
    ]
    sent = {"detail-type": approved["detail_type"], "time": approved["at"], "detail": approved["detail"]}
    announced = announcement_of(sent)
    assert isinstance(announced, PackageChanged)
    assert announced.package == arn


def test_an_execution_waits_until_it_has_run_and_shows_its_steps(server: SageMakerServer, client: Clients) -> None:
    sagemaker = client("sagemaker")
    pipeline(sagemaker, "shown")
    arn = start(sagemaker, "shown", "a")
    assert sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Executing"
    assert arn in server.command({"take": True})["waiting"]
    step = {"StartTime": AT.isoformat(), "EndTime": AT.isoformat(), "StepStatus": "Succeeded"}
    steps = [
        {
            "StepName": "Bias",
            "Metadata": {"Lambda": {"Arn": "arn:f", "OutputParameters": [{"Name": "n", "Value": "1"}]}},
        },
        {"StepName": "Gate", "Metadata": {"Condition": {"Outcome": "False"}}},
        {"StepName": "No", "Metadata": {"Fail": {"ErrorMessage": "bad"}}, "FailureReason": "bad"},
    ]
    told = {"execution": arn, "status": "Failed", "failure": "No: bad", "steps": [step | each for each in steps]}
    server.command(told)
    found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert (found["PipelineExecutionStatus"], found["FailureReason"]) == ("Failed", "No: bad")
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    # botocore leaves out what its model of the answer does not have
    assert listed["PipelineExecutionSteps"] == [
        {**each, "StartTime": AT, "EndTime": AT, "StepStatus": "Succeeded"} for each in steps
    ]
    newest_first = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    assert [each["StepName"] for each in newest_first] == ["No", "Gate", "Bias"]
    assert arn not in server.command({"take": True})["waiting"]


def test_a_start_is_one_however_often_it_is_sent(client: Clients) -> None:
    sagemaker = client("sagemaker")
    pipeline(sagemaker, "once")
    assert start(sagemaker, "once", "b") == start(sagemaker, "once", "b")
    assert start(sagemaker, "once", "c") != start(sagemaker, "once", "b")
    assert len(sagemaker.list_pipeline_executions(PipelineName="once")["PipelineExecutionSummaries"]) == 2


def test_an_execution_is_stopped_once(client: Clients) -> None:
    sagemaker = client("sagemaker")
    pipeline(sagemaker, "stopped")
    arn = start(sagemaker, "stopped", "d")
    stopped = sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    assert stopped["PipelineExecutionArn"] == arn
    assert sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Stopping"
    with pytest.raises(ClientError, match="it cannot be stopped"):
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    with pytest.raises(ClientError, match="Could not find pipeline"):
        sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn.replace("stopped", "nobody"))


def test_without_a_runner_executions_succeed_at_once() -> None:
    from local import stack  # noqa: PLC0415, its client only

    with SageMakerServer() as server:
        sagemaker = stack.client("sagemaker", server.endpoint)
        pipeline(sagemaker, "at-once")
        arn = start(sagemaker, "at-once", "e")
        assert sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Succeeded"
        assert server.command({"take": True})["waiting"] == []
