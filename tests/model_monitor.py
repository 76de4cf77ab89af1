"""An account that uses SageMaker Model Monitor: job definitions and schedules of all four types, as its SDK makes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.migration.source import SourceSchedule, named_definition, source_schedule
from driftline.usecases.ports.monitoring_schedules import ListedSchedule

ANALYZER = "159807026194.dkr.ecr.us-west-2.amazonaws.com/sagemaker-model-monitor-analyzer"
CLARIFY = "306415355426.dkr.ecr.us-west-2.amazonaws.com/sagemaker-clarify-processing:1.0"
ROLE = "arn:aws:iam::123456789012:role/monitoring"
OUTPUT = "s3://reports/monitoring"
LOCAL = "/opt/ml/processing/input/endpoint"
TYPES = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")
RESOURCES = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}}


def endpoint_input(endpoint: str, **more: object) -> dict[str, Any]:
    return {"EndpointInput": {"EndpointName": endpoint, "LocalPath": LOCAL, **more}}


def batch_input(destination: str, **more: object) -> dict[str, Any]:
    fields = {"DataCapturedDestinationS3Uri": destination, "DatasetFormat": {"Csv": {"Header": False}}}
    return {"BatchTransformInput": {**fields, "LocalPath": LOCAL, **more}}


def output(uri: str = OUTPUT) -> dict[str, Any]:
    return {"MonitoringOutputs": [{"S3Output": {"S3Uri": uri, "LocalPath": "/opt/ml/processing/output"}}]}


def definition(
    kind: str,
    name: str,
    inputs: Mapping[str, Any],
    *,
    app: Mapping[str, Any] | None = None,
    baseline: Mapping[str, Any] | None = None,
    ground_truth: str = "s3://labels/shop",
    **more: Any,
) -> dict[str, Any]:
    """Arguments of Create…JobDefinition.

    Args:
        kind: SageMaker's type of monitor.
        app: Fields of the app specification, besides the image and Clarify's configuration.
        ground_truth: Where labels are, for the types that read some.
        more: Further arguments, such as NetworkConfig.
    """
    image: dict[str, Any] = {"ImageUri": ANALYZER}
    if kind not in TYPES[:2]:
        image = {"ImageUri": CLARIFY, "ConfigUri": "s3://configs/analysis_config.json"}
    labels = {"GroundTruthS3Input": {"S3Uri": ground_truth}} if kind in TYPES[1:3] else {}
    return {
        "JobDefinitionName": name,
        f"{kind}AppSpecification": {**image, **(app or {})},
        f"{kind}JobInput": {**inputs, **labels},
        f"{kind}JobOutputConfig": output(),
        **({f"{kind}BaselineConfig": dict(baseline)} if baseline else {}),
        "JobResources": RESOURCES,
        "RoleArn": ROLE,
        **more,
    }


def inline_definition(inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """MonitoringJobDefinition, as schedules had it before there were job definitions of their own."""
    return {
        "MonitoringInputs": [dict(inputs)],
        "MonitoringOutputConfig": output(),
        "MonitoringResources": RESOURCES,
        "MonitoringAppSpecification": {"ImageUri": ANALYZER},
        "RoleArn": ROLE,
        **more,
    }


def create_definition(sagemaker: Any, kind: str, arguments: Mapping[str, Any]) -> None:
    snake = {"DataQuality": "data_quality", "ModelQuality": "model_quality", "ModelBias": "model_bias"}
    create = getattr(sagemaker, f"create_{snake.get(kind, 'model_explainability')}_job_definition")
    create(**arguments)


def create_schedule(sagemaker: Any, kind: str, name: str, definition_name: str, **schedule: str) -> None:
    """A schedule of a job definition; hourly unless `schedule` says otherwise."""
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)", **schedule},
            "MonitoringJobDefinitionName": definition_name,
            "MonitoringType": kind,
        },
    )


def monitored(sagemaker: Any, kind: str, name: str, inputs: Mapping[str, Any], **more: Any) -> None:
    """A definition and its schedule under one name."""
    schedule = more.pop("schedule", {})
    create_definition(sagemaker, kind, definition(kind, name, inputs, **more))
    create_schedule(sagemaker, kind, name, name, **schedule)


def deploy(sagemaker: Any, endpoint: str, destination: str | None) -> None:
    """An endpoint that captures a fifth of its requests to an S3 URI; without one it captures nothing."""
    sagemaker.create_model(
        ModelName=endpoint, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "123456789012.dkr.ecr/image:1"}
    )
    variant = {"VariantName": "all", "ModelName": endpoint, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    modes = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
    capture = {"EnableCapture": True, "InitialSamplingPercentage": 20, "CaptureOptions": modes}
    more = {"DataCaptureConfig": {**capture, "DestinationS3Uri": destination}} if destination else {}
    sagemaker.create_endpoint_config(EndpointConfigName=endpoint, ProductionVariants=[variant], **more)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=endpoint)


class FakeModelMonitor:
    """`ModelMonitor` over a dictionary."""

    def __init__(self) -> None:
        self.described: dict[str, SourceSchedule | Exception] = {}
        self.captures: dict[str, Captured] = {}
        self.outputs: dict[str, Sequence[str]] = {}

    def add(
        self, name: str, kind: str, inputs: Mapping[str, Any], *, status: str = "Scheduled", day: int = 1, **more: Any
    ) -> None:
        described = {
            "MonitoringScheduleName": name,
            "MonitoringScheduleStatus": status,
            "MonitoringType": kind,
            "CreationTime": datetime(2024, 1, day, tzinfo=UTC),
            "MonitoringScheduleConfig": {"ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"}},
        }
        self.described[name] = source_schedule(
            described, named_definition(definition(kind, name, inputs, **more), kind)
        )
        endpoint = inputs.get("EndpointInput", {}).get("EndpointName")
        if endpoint:
            self.captures[endpoint] = Captured(CaptureState.ON, destination="s3://stack/capture")

    def schedules(self) -> Iterator[ListedSchedule]:
        for name, each in self.described.items():
            if isinstance(each, Exception):
                yield ListedSchedule(name, "shop", "DataQuality", "Scheduled")
            else:
                yield ListedSchedule(name, each.definition.input.endpoint_name, each.monitoring_type, each.status)

    def schedule(self, name: str) -> SourceSchedule:
        found = self.described[name]
        if isinstance(found, Exception):
            raise found
        return found

    def captured(self, endpoint: str) -> Captured | None:
        return self.captures.get(endpoint)

    def job_outputs(self, job: str) -> Sequence[str]:
        return self.outputs.get(job, ())
