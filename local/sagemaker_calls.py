"""What moto lacks of SageMaker, added to it in the server's process; docs/design/embedded-cloud.md lists it.

UpdateEndpoint, StopPipelineExecution and ListPipelineExecutionSteps; executions that run instead of being over at once,
and start once for each ClientRequestToken; monitoring schedules (monitoring_schedules.py); a simulated clock; and what
SageMaker would send to EventBridge.
"""

# ruff: noqa: SLF001 - there is no public way to change how moto behaves

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker import models, responses
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.utils import get_pipeline_execution_from_arn

from local.monitoring_schedules import MonitoringSchedules

_UPDATE = timedelta(minutes=5)
"""About how long an endpoint's update takes, in simulated time; until then it is not in service with the new model."""

_Models: Any = models
_Backend: Any = models.SageMakerModelBackend
_Response: Any = responses.SageMakerResponse


class SageMakerControl:
    """What the owner of the server may do besides SageMaker's own calls: `apply` takes one command.

    Args:
        pipelines: Whether executions wait for somebody to run them; otherwise they have succeeded at once, as in moto.
    """

    def __init__(self, *, pipelines: bool) -> None:
        self._clock: datetime | None = None
        self._wall = _Models.utcnow
        self._happened: list[dict[str, Any]] = []
        self._steps: dict[str, list[dict[str, Any]]] = {}
        self._executions: dict[str, Any] = {}
        self._pipelines = pipelines
        self._schedules = MonitoringSchedules(self._now)

    def install(self) -> None:
        """Changes moto."""
        _Models.utcnow = self._now
        self._endpoints_change()
        self._packages_change()
        self._executions_run()
        self._schedules.install()
        _pipelines_may_be_absent()

    def apply(self, command: Mapping[str, Any]) -> Any:
        """Sets the clock, reports on an execution of a pipeline, records one of a monitoring schedule, or takes the
        events since the last time and what waits to run."""
        if "clock" in command:
            self._clock = datetime.fromisoformat(command["clock"]) if command["clock"] else None
        if "execution" in command:
            execution = self._executions[command["execution"]]
            execution.pipeline_execution_status = command["status"]
            execution.pipeline_execution_failure_reason = command["failure"] or None
            execution.last_modified_time = self._now()
            self._steps[execution.arn] = command["steps"]
        if "monitoring_execution" in command:
            self._schedules.executed(command["monitoring_execution"])
        if "take" not in command:
            return None
        happened, self._happened = self._happened, []
        waiting = [arn for arn, each in self._executions.items() if each.pipeline_execution_status == "Executing"]
        return {"events": happened, "waiting": waiting}

    def _now(self) -> datetime:
        """As moto's own clock, without a zone."""
        return self._wall() if self._clock is None else self._clock.astimezone(UTC).replace(tzinfo=None)

    def _tell(self, detail_type: str, arn: str, detail: Mapping[str, Any], at: datetime) -> None:
        moment = at.replace(tzinfo=UTC).isoformat()
        self._happened.append({"detail_type": detail_type, "arn": arn, "detail": dict(detail), "at": moment})

    def _endpoints_change(self) -> None:
        create = _Backend.create_endpoint

        def in_service(endpoint: models.FakeEndpoint) -> None:
            detail = {
                "EndpointName": endpoint.endpoint_name,
                "EndpointArn": endpoint.arn,
                "EndpointConfigName": endpoint.endpoint_config_name,
                "EndpointStatus": "IN_SERVICE",
                "ProductionVariants": endpoint.production_variants,
            }
            self._tell("SageMaker Endpoint State Change", endpoint.arn, detail, endpoint.last_modified_time)

        def create_endpoint(backend: models.SageMakerModelBackend, **given: Any) -> models.FakeEndpoint:
            endpoint: models.FakeEndpoint = create(backend, **given)
            in_service(endpoint)
            return endpoint

        def update_endpoint(response: responses.SageMakerResponse) -> ActionResult:
            backend = response.sagemaker_backend
            name, config_name = response._get_param("EndpointName"), response._get_param("EndpointConfigName")
            if name not in backend.endpoints:
                backend.describe_endpoint(name)  # raises as SageMaker does
            config = backend.describe_endpoint_config(config_name)
            endpoint = backend.endpoints[name]
            endpoint.endpoint_config_name = config_name
            endpoint.production_variants = endpoint._process_production_variants(config["ProductionVariants"])
            endpoint.data_capture_config = config.get("DataCaptureConfig", {})
            endpoint.last_modified_time = self._now() + (_UPDATE if self._clock else timedelta(0))
            in_service(endpoint)
            return ActionResult({"EndpointArn": endpoint.arn})

        _Backend.create_endpoint = create_endpoint
        _Response.update_endpoint = update_endpoint

    def _packages_change(self) -> None:
        create, update = _Backend.create_model_package, _Backend.update_model_package

        def changed(backend: models.SageMakerModelBackend, arn: str) -> str:
            package = backend.model_packages[arn]
            detail = {
                "ModelPackageName": package.model_package_name,
                "ModelPackageGroupName": package.model_package_group_name,
                "ModelPackageVersion": package.model_package_version,
                "ModelPackageArn": arn,
                "ModelPackageStatus": "Completed",
                "ModelApprovalStatus": package.model_approval_status,
            }
            self._tell("SageMaker Model Package State Change", arn, detail, self._now())
            return arn

        def create_model_package(backend: models.SageMakerModelBackend, *given: Any, **named: Any) -> str:
            return changed(backend, create(backend, *given, **named))

        def update_model_package(backend: models.SageMakerModelBackend, *given: Any, **named: Any) -> str:
            return changed(backend, update(backend, *given, **named))

        _Backend.create_model_package = create_model_package
        _Backend.update_model_package = update_model_package

    def _executions_run(self) -> None:
        start, describe = _Backend.start_pipeline_execution, _Backend.describe_pipeline_execution

        def start_pipeline_execution(backend: models.SageMakerModelBackend, name: str, *given: Any) -> dict[str, str]:
            token = given[-1]
            for arn, known in backend.pipelines[name].pipeline_executions.items() if name in backend.pipelines else ():
                if token and known.client_request_token == token:
                    return {"PipelineExecutionArn": arn}
            answer: dict[str, str] = start(backend, name, *given)
            execution = backend.pipelines[name].pipeline_executions[answer["PipelineExecutionArn"]]
            if self._pipelines:
                execution.pipeline_execution_status = "Executing"
                self._executions[execution.arn] = execution
            return answer

        def describe_pipeline_execution(backend: models.SageMakerModelBackend, arn: str) -> dict[str, Any]:
            found: dict[str, Any] = describe(backend, arn)
            reason = get_pipeline_execution_from_arn(backend.pipelines, arn).pipeline_execution_failure_reason
            return found | {"FailureReason": reason or ""}

        def stop_pipeline_execution(response: responses.SageMakerResponse) -> ActionResult:
            arn = response._get_param("PipelineExecutionArn")
            execution = get_pipeline_execution_from_arn(response.sagemaker_backend.pipelines, arn)
            status = execution.pipeline_execution_status
            if status != "Executing":
                raise ValidationError(message=f"Pipeline execution {arn} is {status}: it cannot be stopped.")
            execution.pipeline_execution_status = "Stopping"
            return ActionResult({"PipelineExecutionArn": arn})

        def list_pipeline_execution_steps(response: responses.SageMakerResponse) -> ActionResult:
            arn = response._get_param("PipelineExecutionArn")
            get_pipeline_execution_from_arn(response.sagemaker_backend.pipelines, arn)
            ascending = response._get_param("SortOrder") == "Ascending"  # newest first is the default
            found = [_step(each) for each in self._steps.get(arn, [])]
            return ActionResult({"PipelineExecutionSteps": found if ascending else found[::-1]})

        _Backend.start_pipeline_execution = start_pipeline_execution
        _Backend.describe_pipeline_execution = describe_pipeline_execution
        _Response.stop_pipeline_execution = stop_pipeline_execution
        _Response.list_pipeline_execution_steps = list_pipeline_execution_steps


def _pipelines_may_be_absent() -> None:
    describe = _Backend.describe_pipeline

    def describe_pipeline(backend: models.SageMakerModelBackend, pipeline_name: str) -> dict[str, Any]:
        if pipeline_name not in backend.pipelines:
            raise ResourceNotFound(message=f"Pipeline '{pipeline_name}' does not exist.")
        found: dict[str, Any] = describe(backend, pipeline_name)
        return found

    _Backend.describe_pipeline = describe_pipeline


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: datetime.fromisoformat(step[name]) for name in ("StartTime", "EndTime")}
    return {**step, **times}
