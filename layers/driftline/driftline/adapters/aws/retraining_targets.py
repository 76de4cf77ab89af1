"""The targets of a retraining: SageMaker pipelines, Step Functions, Lambda functions, an event.

SageMaker starts once per ClientRequestToken, Step Functions once per execution name (API references,
StartPipelineExecution and StartExecution). Lambda and EventBridge accept every call, so if an answer is lost, it is
unknown whether the call arrived.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.events import SOURCE
from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.json_reading import load_json
from driftline.domain.retraining.audit import TargetRecord
from driftline.usecases.ports.retraining import Started, StartOrder, UncertainStartError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

REQUESTED_EVENT = "Retraining Requested"

_REPEATABLE = frozenset({"pipeline", "state_machine"})
_LONGEST_VALUE = 1024  # characters of a pipeline parameter
_SERVER_ERROR = 500
_TOO_MANY = 429
_LATER = frozenset(
    {
        "ConflictException",
        "ExecutionLimitExceeded",
        "KmsThrottlingException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ResourceLimitExceeded",
        "ServiceQuotaExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_MEND = {
    "AccessDenied": "Set the stack's parameter for the target (RetrainingPipelineArn, "
    "RetrainingStateMachineArn or RetrainingFunctionArn) and deploy.",
    "NotFound": "Check `target` in the monitor document, and the region.",
    "DoesNotExist": "Check `target` in the monitor document, and the region.",
    "Validation": "Compare `parameters` in the monitor document with those of the target.",
}


class AwsTargets:
    """Targets in this account; clients are created on first use.

    Args:
        sagemaker, stepfunctions, functions, events: boto3 clients; created unless given.
    """

    def __init__(
        self,
        *,
        sagemaker: "SageMakerClient | None" = None,
        stepfunctions: "SFNClient | None" = None,
        functions: "LambdaClient | None" = None,
        events: "EventBridgeClient | None" = None,
    ) -> None:
        self._given: dict[str, Any] = {
            "sagemaker": sagemaker,
            "stepfunctions": stepfunctions,
            "lambda": functions,
            "events": events,
        }

    def repeatable(self, target: TargetRecord) -> bool:
        return target.kind in _REPEATABLE

    def start(self, order: StartOrder) -> Started:
        start: Callable[[StartOrder], Started] = {
            "pipeline": self._pipeline,
            "state_machine": self._state_machine,
            "function": self._function,
            "event": self._event,
        }[order.target.kind]
        from botocore.exceptions import (  # noqa: PLC0415, boto3 costs 0.3 s
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            ParamValidationError,
        )

        try:
            return start(order)
        except ClientError as error:
            raise _refusal(order, error) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise RetryLaterError(str(error), where=order.target.name) from error
        except ParamValidationError as error:
            raise InvalidInputError(
                "The target refuses its parameters",
                where=order.target.name,
                expected=str(error),
                mend=_MEND["Validation"],
            ) from error
        except BotoCoreError as error:
            raise _without_answer(order, str(error)) from error

    def _pipeline(self, order: StartOrder) -> Started:
        """SageMaker refuses parameters missing from the definition, so Driftline's own are sent only if it has them."""
        client: SageMakerClient = self._client("sagemaker")
        name = order.target.name
        defined = _defined(client.describe_pipeline(PipelineName=name).get("PipelineDefinition", ""), name)
        sent = {key: value for key, value in order.parameters.items() if key in order.own or key in defined}
        long = next((key for key, value in sent.items() if len(value) > _LONGEST_VALUE), None)
        if long is not None:
            raise InvalidInputError(
                f"the parameter {long} has {len(sent[long])} characters",
                where=name,
                expected=f"at most {_LONGEST_VALUE}, SageMaker's limit",
                mend=_MEND["Validation"],
            )
        answer = client.start_pipeline_execution(
            PipelineName=name,
            PipelineExecutionDisplayName=order.id,
            PipelineExecutionDescription=f"Driftline: retraining of {order.endpoint}",
            PipelineParameters=[{"Name": key, "Value": value} for key, value in sent.items()],
            ClientRequestToken=order.token,
        )
        return Started(answer["PipelineExecutionArn"], sent)

    def _state_machine(self, order: StartOrder) -> Started:
        """Only standard workflows have unique names; express workflows start on every call."""
        client: SFNClient = self._client("stepfunctions")
        machine = order.target.name
        if client.describe_state_machine(stateMachineArn=machine)["type"] != "STANDARD":
            raise InvalidInputError(
                "an express workflow starts again on every call, and does not report its end",
                where=machine,
                expected="a standard workflow",
                mend="Start the express workflow from a standard one.",
            )
        try:
            answer = client.start_execution(
                stateMachineArn=machine, name=order.id, input=json.dumps(dict(order.parameters))
            )
        except client.exceptions.ExecutionAlreadyExists:
            # Names are unique for 90 days, and this one follows from the request: it is our own, and has ended.
            return Started(_execution_arn(machine, order.id), order.parameters)
        return Started(answer["executionArn"], order.parameters)

    def _function(self, order: StartOrder) -> Started:
        client: LambdaClient = self._client("lambda")
        client.invoke(
            FunctionName=order.target.name,
            InvocationType="Event",
            Payload=json.dumps(dict(order.parameters)).encode(),
        )
        return Started(None, order.parameters)

    def _event(self, order: StartOrder) -> Started:
        client: EventBridgeClient = self._client("events")
        answer = client.put_events(
            Entries=[
                {
                    "Source": SOURCE,
                    "DetailType": REQUESTED_EVENT,
                    "Detail": json.dumps({**order.ownership.event_fields(), **order.parameters}),
                    "EventBusName": "default",
                }
            ]
        )
        if answer["FailedEntryCount"]:
            entry = answer["Entries"][0]
            raise RetryLaterError(
                f"the event bus did not accept the event: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}",
                where=REQUESTED_EVENT,
            )
        return Started(None, order.parameters)

    def _client(self, service: str) -> Any:
        if self._given[service] is None:
            self._given[service] = _make_client(service)
        return self._given[service]


def _make_client(service: str) -> Any:
    """Without botocore's retries, whose last answer would hide that an earlier one was lost: the queue retries."""
    retries = {"mode": "standard", "total_max_attempts": 1}
    return client_of(service, retries=retries, connect_timeout=5, read_timeout=20)


def _defined(definition: str, where: str) -> frozenset[str]:
    """Names of the parameters in a pipeline's definition."""
    try:
        parsed = load_json(definition)
    except ValueError:
        raise InvalidInputError("the pipeline's definition is not JSON", where=where) from None
    parameters = parsed.get("Parameters") if isinstance(parsed, Mapping) else None
    found = parameters if isinstance(parameters, list) else []
    return frozenset(str(each["Name"]) for each in found if isinstance(each, Mapping) and "Name" in each)


def _execution_arn(machine: str, name: str) -> str:
    """`…:stateMachine:<machine>` → `…:execution:<machine>:<name>`; for a version or alias, of its state machine."""
    head, _, rest = machine.partition(":stateMachine:")
    return f"{head}:execution:{rest.partition(':')[0]}:{name}"


def _refusal(order: StartOrder, error: "ClientError") -> DriftlineError:
    """What an error of AWS means: retry, refused, or unknown."""
    code = error.response["Error"].get("Code", "")
    said = f"{code}: {error.response['Error'].get('Message', '')}"
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _LATER or status == _TOO_MANY:
        return RetryLaterError(said, where=order.target.name)
    if status >= _SERVER_ERROR:
        return _without_answer(order, said)
    kind = order.target.kind.replace("_", " ")
    mend = next((words for part, words in _MEND.items() if part in code or part in said), "")
    return InvalidInputError(
        f"The {kind} {order.target.name} was not started", where=order.target.name, expected=said, mend=mend
    )


def _without_answer(order: StartOrder, said: str) -> UncertainStartError:
    kind = order.target.kind.replace("_", " ")
    return UncertainStartError(f"It is unknown whether the {kind} {order.target.name} was started: {said}")
