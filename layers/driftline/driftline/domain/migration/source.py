"""What SageMaker says about a monitoring schedule, whatever its type and wherever its job definition is.

Read leniently: fields that are not named here change nothing about a monitor.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from driftline.domain.errors import InvalidInputError

DATA_QUALITY = "DataQuality"
"""The type of schedules that name none: there was no other one at first."""


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


class MonitoringInput(_Described):
    """EndpointInput or BatchTransformInput."""

    endpoint_name: str | None = None
    data_captured_destination_s3_uri: str | None = None
    features_attribute: str | None = None
    inference_attribute: str | None = None
    probability_attribute: str | None = None
    probability_threshold_attribute: float | None = None
    start_time_offset: str | None = None
    end_time_offset: str | None = None
    exclude_features_attribute: str | None = None


class AppSpecification(_Described):
    image_uri: str = ""
    config_uri: str | None = None
    container_entrypoint: Sequence[str] | None = None
    container_arguments: Sequence[str] | None = None
    record_preprocessor_source_uri: str | None = None
    post_analytics_processor_source_uri: str | None = None
    problem_type: str | None = None
    environment: Mapping[str, str] | None = None


class Resource(_Described):
    s3_uri: str | None = None


class BaselineConfig(_Described):
    baselining_job_name: str | None = None
    constraints_resource: Resource = Resource()
    statistics_resource: Resource = Resource()


class S3Output(_Described):
    s3_uri: str


class MonitoringOutput(_Described):
    s3_output: S3Output


class OutputConfig(_Described):
    monitoring_outputs: Sequence[MonitoringOutput] = ()
    kms_key_id: str | None = None


class Cluster(_Described):
    instance_count: int | None = None
    instance_type: str | None = None
    volume_size_in_gb: int | None = Field(default=None, alias="VolumeSizeInGB")
    volume_kms_key_id: str | None = None


class Resources(_Described):
    cluster_config: Cluster = Cluster()


class Network(_Described):
    enable_network_isolation: bool = False
    enable_inter_container_traffic_encryption: bool = False
    vpc_config: Mapping[str, Sequence[str]] | None = None


class JobDefinition(_Described):
    """A job definition of any type; the names of its parts do not tell the type.

    Attributes:
        name: None for one inside a schedule.
        batch: It is about captures of batch transform jobs.
        ground_truth: Where labels are; None for types that read none.
    """

    name: str | None = None
    input: MonitoringInput
    batch: bool = False
    ground_truth: str | None = None
    app: AppSpecification
    baseline: BaselineConfig = BaselineConfig()
    output: OutputConfig = OutputConfig()
    resources: Resources = Resources()
    network: Network = Network()
    max_runtime_in_seconds: int | None = None
    role_arn: str | None = None

    @property
    def output_uri(self) -> str | None:
        """Below it are the reports of the executions."""
        return next((each.s3_output.s3_uri for each in self.output.monitoring_outputs), None)

    @property
    def environment(self) -> Mapping[str, str]:
        return self.app.environment or {}


class SourceSchedule(_Described):
    """A monitoring schedule with its definition.

    Attributes:
        status: Pending, Failed, Scheduled or Stopped.
        expression: None: SageMaker chose an hour of the day.
        start, end: DataAnalysisStartTime and DataAnalysisEndTime.
    """

    name: str
    monitoring_type: str
    status: str
    created: datetime
    expression: str | None = None
    start: str | None = None
    end: str | None = None
    definition: JobDefinition


def source_schedule(described: Mapping[str, Any], definition: JobDefinition) -> SourceSchedule:
    """From DescribeMonitoringSchedule.

    Raises:
        InvalidInputError: it lacks something that every schedule has.
    """
    config = described.get("MonitoringScheduleConfig") or {}
    schedule = config.get("ScheduleConfig") or {}
    return _read(
        SourceSchedule,
        {
            "name": described.get("MonitoringScheduleName"),
            "monitoring_type": type_of(described),
            "status": described.get("MonitoringScheduleStatus"),
            "created": described.get("CreationTime"),
            "expression": schedule.get("ScheduleExpression"),
            "start": schedule.get("DataAnalysisStartTime"),
            "end": schedule.get("DataAnalysisEndTime"),
            "definition": definition,
        },
        f"monitoring schedule {described.get('MonitoringScheduleName')}",
    )


def type_of(described: Mapping[str, Any]) -> str:
    """SageMaker's type of a described or listed schedule."""
    config = described.get("MonitoringScheduleConfig") or {}
    return str(described.get("MonitoringType") or config.get("MonitoringType") or DATA_QUALITY)


def named_definition(described: Mapping[str, Any], monitoring_type: str) -> JobDefinition:
    """From Describe<type>JobDefinition.

    Raises:
        InvalidInputError: it lacks something that every definition has.
    """
    name = described.get("JobDefinitionName")
    inputs = described.get(f"{monitoring_type}JobInput") or {}
    parts = {
        "name": name,
        "app": described.get(f"{monitoring_type}AppSpecification"),
        "baseline": described.get(f"{monitoring_type}BaselineConfig"),
        "output": described.get(f"{monitoring_type}JobOutputConfig"),
        "resources": described.get("JobResources"),
    }
    return _definition(described, inputs, parts, f"job definition {name}")


def inline_definition(described: Mapping[str, Any], schedule: str) -> JobDefinition:
    """From a schedule's MonitoringJobDefinition; raises as `named_definition`."""
    app = {**(described.get("MonitoringAppSpecification") or {}), "Environment": described.get("Environment")}
    parts = {
        "app": {**app, "ProblemType": (described.get("Environment") or {}).get("problem_type")},
        "baseline": described.get("BaselineConfig"),
        "output": described.get("MonitoringOutputConfig"),
        "resources": described.get("MonitoringResources"),
    }
    inputs: Mapping[str, Any] = next(iter(described.get("MonitoringInputs") or ()), {})
    return _definition(described, inputs, parts, f"the definition in monitoring schedule {schedule}")


def _definition(
    described: Mapping[str, Any], inputs: Mapping[str, Any], parts: Mapping[str, Any], where: str
) -> JobDefinition:
    batch = inputs.get("BatchTransformInput")
    return _read(
        JobDefinition,
        {
            **{name: part for name, part in parts.items() if part},
            "input": batch or inputs.get("EndpointInput"),
            "batch": bool(batch),
            "ground_truth": (inputs.get("GroundTruthS3Input") or {}).get("S3Uri"),
            "network": described.get("NetworkConfig") or {},
            "max_runtime_in_seconds": (described.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds"),
            "role_arn": described.get("RoleArn"),
        },
        where,
    )


def _read[T: BaseModel](model: type[T], fields: Mapping[str, object], where: str) -> T:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidInputError(
            f"SageMaker's description cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}", where=where
        ) from None
