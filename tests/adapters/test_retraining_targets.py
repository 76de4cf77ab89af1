"""What AWS is asked to start, against moto, and what its errors mean."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.models import stepfunctions_backends

from driftline.adapters.aws.retraining_targets import AwsTargets
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.monitors.ownership import Ownership
from driftline.domain.retraining.audit import TargetRecord
from driftline.domain.retraining.request import start_token
from driftline.usecases.ports.retraining import StartOrder, UncertainStartError

ID = "r20260302-140000-3f2a9c1b7d20"
ROLE = "arn:aws:iam::123456789012:role/pipeline"
PARAMETERS = {"Endpoint": "churn", "ReportUri": "s3://b/reports/churn/", "RetrainingId": ID}
REGION = "eu-west-1"
MACHINE = f"arn:aws:states:{REGION}:{DEFAULT_ACCOUNT_ID}:stateMachine:retrain"


def order(kind: Any, name: str, own: frozenset[str] = frozenset(), **parameters: str) -> StartOrder:
    token = start_token("churn", ID)
    return StartOrder(ID, token, "churn", TargetRecord(kind=kind, name=name), PARAMETERS | parameters, own)


class TestAPipeline:
    @pytest.fixture
    def sagemaker(self, aws: None) -> Any:
        client = boto3.client("sagemaker")
        definition = {
            "Version": "2020-12-01",
            "Parameters": [{"Name": "Endpoint", "Type": "String"}, {"Name": "Epochs", "Type": "Integer"}],
            "Steps": [],
        }
        client.create_pipeline(
            PipelineName="churn-retrain",
            PipelineDefinition=json.dumps(definition),
            RoleArn=ROLE,
            ClientRequestToken="t" * 32,
        )
        return client

    def test_it_gets_the_parameters_that_it_defines_and_those_of_the_document(self, sagemaker: Any) -> None:
        given = order("pipeline", "churn-retrain", frozenset({"Epochs", "Colour"}), Epochs="3", Colour="red")
        started = AwsTargets(sagemaker=sagemaker).start(given)
        # Driftline's that the definition lacks are left out; the document's are sent even so, for SageMaker to refuse
        assert started.parameters == {"Endpoint": "churn", "Epochs": "3", "Colour": "red"}
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=started.arn)
        assert found["PipelineExecutionDisplayName"] == ID
        sent = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=started.arn)["PipelineParameters"]
        assert {each["Name"]: each["Value"] for each in sent} == started.parameters

    def test_sagemaker_takes_the_request_and_its_token(self, aws: None) -> None:
        client = boto3.client("sagemaker")
        with Stubber(client) as stub:
            stub.add_response("describe_pipeline", {"PipelineDefinition": "{}"})
            expected = {
                "PipelineName": "p",
                "PipelineExecutionDisplayName": ID,
                "PipelineExecutionDescription": ANY,
                "PipelineParameters": [],
                "ClientRequestToken": start_token("churn", ID),
            }
            arn = f"arn:aws:sagemaker:{REGION}:123456789012:pipeline/p/execution/abcdefghijkl"
            stub.add_response("start_pipeline_execution", {"PipelineExecutionArn": arn}, expected)
            assert AwsTargets(sagemaker=client).start(order("pipeline", "p")).arn == arn

    def test_one_that_does_not_exist_is_a_matter_for_people(self, sagemaker: Any) -> None:
        with pytest.raises(InvalidInputError, match="The pipeline other was not started"):
            AwsTargets(sagemaker=sagemaker).start(order("pipeline", "other"))

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("ThrottlingException", 400, RetryLaterError),
            ("ResourceLimitExceeded", 400, RetryLaterError),
            ("ConflictException", 400, RetryLaterError),
            ("InternalFailure", 500, UncertainStartError),
            ("ServiceUnavailable", 503, UncertainStartError),
            ("ResourceNotFound", 400, InvalidInputError),
            ("AccessDeniedException", 400, InvalidInputError),
            ("ValidationException", 400, InvalidInputError),
        ],
    )
    def test_what_its_errors_mean(self, aws: None, code: str, status: int, error: type[Exception]) -> None:
        client = boto3.client("sagemaker")
        with Stubber(client) as stub:
            stub.add_response("describe_pipeline", {"PipelineDefinition": "{}"})
            stub.add_client_error("start_pipeline_execution", code, "the words of AWS", http_status_code=status)
            with pytest.raises(error, match="the words of AWS"):
                AwsTargets(sagemaker=client).start(order("pipeline", "p"))

    def test_access_that_was_denied_says_how_to_give_it(self, aws: None) -> None:
        client = boto3.client("sagemaker")
        with Stubber(client) as stub:
            stub.add_client_error("describe_pipeline", "AccessDeniedException", "no", http_status_code=400)
            with pytest.raises(InvalidInputError, match="RetrainingPipelineArn"):
                AwsTargets(sagemaker=client).start(order("pipeline", "p"))

    def test_a_value_that_is_too_long_is_named(self, sagemaker: Any) -> None:
        with pytest.raises(InvalidInputError, match="the parameter Epochs has 1025 characters") as refused:
            AwsTargets(sagemaker=sagemaker).start(order("pipeline", "churn-retrain", Epochs="3" * 1025))
        assert refused.value.where == "churn-retrain"
        assert refused.value.mend.startswith("Compare `parameters` in the monitor document")
        longest = AwsTargets(sagemaker=sagemaker).start(order("pipeline", "churn-retrain", Epochs="3" * 1024))
        assert len(longest.parameters["Epochs"]) == 1024

    @pytest.mark.parametrize("definition", ["", "[]", '{"Parameters": 3}', '{"Parameters": [3, {}]}'])
    def test_an_odd_definition_has_no_parameters_or_is_told(self, aws: None, definition: str) -> None:
        client = boto3.client("sagemaker")
        with Stubber(client) as stub:
            stub.add_response("describe_pipeline", {"PipelineDefinition": definition} if definition else {})
            arn = f"arn:aws:sagemaker:{REGION}:123456789012:pipeline/p/execution/abcdefghijkl"
            stub.add_response("start_pipeline_execution", {"PipelineExecutionArn": arn})
            if definition:
                assert AwsTargets(sagemaker=client).start(order("pipeline", "p")).parameters == {}
            else:
                with pytest.raises(InvalidInputError, match="not JSON"):
                    AwsTargets(sagemaker=client).start(order("pipeline", "p"))


class TestAStateMachine:
    @pytest.fixture
    def states(self, aws: None) -> Any:
        client = boto3.client("stepfunctions")
        definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
        states = json.dumps(definition)
        client.create_state_machine(name="retrain", definition=states, roleArn=ROLE, type="STANDARD")
        client.create_state_machine(name="fast", definition=states, roleArn=ROLE, type="EXPRESS")
        return client

    def test_the_execution_is_named_after_the_request_and_gets_all_parameters(self, states: Any) -> None:
        started = AwsTargets(stepfunctions=states).start(order("state_machine", MACHINE))
        found = states.describe_execution(executionArn=started.arn)
        assert found["name"] == ID
        assert json.loads(found["input"]) == PARAMETERS

    def test_asked_twice_it_runs_once_even_when_it_has_ended_by_then(self, states: Any) -> None:
        targets = AwsTargets(stepfunctions=states)
        first = targets.start(order("state_machine", MACHINE))
        states.stop_execution(executionArn=first.arn)
        assert targets.start(order("state_machine", MACHINE)).arn == first.arn
        backend = stepfunctions_backends[DEFAULT_ACCOUNT_ID][REGION]
        assert len(backend.describe_state_machine(MACHINE).executions) == 1

    def test_an_express_workflow_is_refused(self, states: Any) -> None:
        with pytest.raises(InvalidInputError, match="a standard workflow"):
            AwsTargets(stepfunctions=states).start(order("state_machine", MACHINE.replace("retrain", "fast")))

    def test_one_that_does_not_exist_is_a_matter_for_people(self, states: Any) -> None:
        with pytest.raises(InvalidInputError, match="Check `target`"):
            AwsTargets(stepfunctions=states).start(order("state_machine", MACHINE + "s"))

    @pytest.mark.parametrize("name", ["not an arn", "arn:aws:states:x:1:stateMachine:"])
    def test_a_name_that_is_no_arn_is_a_matter_for_people(self, states: Any, name: str) -> None:
        with pytest.raises(InvalidInputError):
            AwsTargets(stepfunctions=states).start(order("state_machine", name))


class TestAFunction:
    def test_it_is_invoked_without_waiting(self, aws: None) -> None:
        client = boto3.client("lambda")
        with Stubber(client) as stub:
            expected = {
                "FunctionName": "retrain",
                "InvocationType": "Event",
                "Payload": json.dumps(PARAMETERS).encode(),
            }
            stub.add_response("invoke", {"StatusCode": 202}, expected)
            assert AwsTargets(functions=client).start(order("function", "retrain")).arn is None

    def test_one_that_does_not_exist_is_a_matter_for_people(self, aws: None) -> None:
        with pytest.raises(InvalidInputError, match="Check `target`"):
            AwsTargets(functions=boto3.client("lambda")).start(order("function", "retrain"))

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [("TooManyRequestsException", 429, RetryLaterError), ("ServiceException", 500, UncertainStartError)],
    )
    def test_a_throttled_one_did_not_start_and_a_broken_answer_leaves_it_open(
        self, aws: None, code: str, status: int, error: type[Exception]
    ) -> None:
        client = boto3.client("lambda")
        with Stubber(client) as stub:
            stub.add_client_error("invoke", code, http_status_code=status)
            with pytest.raises(error):
                AwsTargets(functions=client).start(order("function", "retrain"))

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (EndpointConnectionError(endpoint_url="https://lambda"), RetryLaterError),
            (ReadTimeoutError(endpoint_url="https://lambda"), UncertainStartError),
        ],
    )
    def test_it_is_asked_once_when_the_line_breaks(
        self, aws: None, monkeypatch: pytest.MonkeyPatch, fault: Exception, error: type[Exception]
    ) -> None:
        targets = AwsTargets()
        client = targets._client("lambda")
        asked: list[str] = []

        def broken(**_: object) -> None:
            asked.append("once")
            raise fault

        client.meta.events.register_first("before-send.lambda.Invoke", broken)
        with pytest.raises(error):
            targets.start(order("function", "retrain"))
        assert asked == ["once"]


class TestAnEvent:
    def test_rules_see_it(self, aws: None) -> None:
        client = boto3.client("events")
        queue = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:q"
        client.put_rule(
            Name="r", EventPattern=json.dumps({"source": ["driftline"], "detail-type": ["Retraining Requested"]})
        )
        client.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
        assert AwsTargets(events=client).start(order("event", "Retraining Requested")).arn is None
        [message] = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert json.loads(message["Body"])["detail"] == PARAMETERS | {"Team": None, "Owner": None, "Tags": {}}

    def test_it_says_whose_endpoint_it_is_unless_the_document_uses_the_name_itself(self, aws: None) -> None:
        client = boto3.client("events")
        ours = Ownership("risk", "ana@example.com", {"tier": "gold"})
        with Stubber(client) as stub:
            detail = {"Team": "risk", "Owner": "batch", "Tags": {"tier": "gold"}, **PARAMETERS}
            entry = {"Source": "driftline", "DetailType": "Retraining Requested", "EventBusName": "default"}
            stub.add_response(
                "put_events",
                {"FailedEntryCount": 0, "Entries": []},
                {"Entries": [{**entry, "Detail": json.dumps(detail)}]},
            )
            asked = replace(order("event", "Retraining Requested", Owner="batch"), ownership=ours)
            AwsTargets(events=client).start(asked)
            stub.assert_no_pending_responses()

    def test_one_that_the_bus_did_not_take_comes_later(self, aws: None) -> None:
        client = boto3.client("events")
        with Stubber(client) as stub:
            answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow"}]}
            stub.add_response("put_events", answer)
            with pytest.raises(RetryLaterError, match="ThrottlingException: slow"):
                AwsTargets(events=client).start(order("event", "Retraining Requested"))


def test_what_cannot_even_be_sent_is_a_matter_for_people(aws: None) -> None:
    # boto3 refuses before it asks AWS: nothing started, and a retry would be refused again
    with pytest.raises(InvalidInputError) as refused:
        AwsTargets().start(order("function", ""))
    assert "FunctionName" in refused.value.expected
    assert refused.value.mend.startswith("Compare `parameters` in the monitor document")


def test_only_what_has_tokens_is_asked_twice() -> None:
    kinds: list[Any] = ["pipeline", "state_machine", "function", "event"]
    asked = {kind: AwsTargets().repeatable(TargetRecord(kind=kind, name="x")) for kind in kinds}
    assert asked == {"pipeline": True, "state_machine": True, "function": False, "event": False}
