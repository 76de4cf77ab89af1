"""SageMaker Model Monitor as it is in an account: lists and descriptions, nothing else."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.deployment.refusals import is_refused
from driftline.adapters.aws.sagemaker_lists import (
    captured_of,
    described_endpoint,
    is_absent,
    listed_schedules,
    sagemaker_client,
)
from driftline.domain.capture.captured import Captured
from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError
from driftline.domain.migration.source import (
    SourceSchedule,
    inline_definition,
    named_definition,
    source_schedule,
    type_of,
)
from driftline.usecases.ports.monitoring_schedules import ListedSchedule

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_DEFINITIONS = {
    "DataQuality": "describe_data_quality_job_definition",
    "ModelQuality": "describe_model_quality_job_definition",
    "ModelBias": "describe_model_bias_job_definition",
    "ModelExplainability": "describe_model_explainability_job_definition",
}


class SageMakerMonitoring:
    """`ModelMonitor`.

    Args:
        client: A boto3 SageMaker client; created unless given.
    """

    def __init__(self, client: "SageMakerClient | None" = None) -> None:
        self._client: Any = client or sagemaker_client()

    def schedules(self) -> Iterator[ListedSchedule]:
        with self._explained("ListMonitoringSchedules"):
            yield from listed_schedules(self._client)

    def schedule(self, name: str) -> SourceSchedule:
        described = self._described(self._client.describe_monitoring_schedule, MonitoringScheduleName=name)
        config, kind = described["MonitoringScheduleConfig"], type_of(described)
        inline = config.get("MonitoringJobDefinition")
        if inline is not None:
            return source_schedule(described, inline_definition(inline, name))
        if kind not in _DEFINITIONS:
            raise InvalidInputError(
                f"its type is {kind}", where=f"monitoring schedule {name}", expected=f"one of {', '.join(_DEFINITIONS)}"
            )
        describe = getattr(self._client, _DEFINITIONS[kind])
        definition = self._described(describe, JobDefinitionName=config["MonitoringJobDefinitionName"])
        return source_schedule(described, named_definition(definition, kind))

    def captured(self, endpoint: str) -> Captured | None:
        with self._explained("DescribeEndpoint", endpoint):
            found = described_endpoint(self._client, endpoint)
        return captured_of(found) if found is not None else None

    def job_outputs(self, job: str) -> Sequence[str]:
        try:
            found = self._described(self._client.describe_processing_job, ProcessingJobName=job)
        except ObjectNotFoundError:
            return ()
        outputs = found.get("ProcessingOutputConfig", {}).get("Outputs", ())
        return tuple(each["S3Output"]["S3Uri"] for each in outputs if "S3Output" in each)

    def _described(self, describe: Callable[..., Any], **name: str) -> dict[str, Any]:
        [what] = name.values()
        with self._explained(self._client.meta.method_to_api_mapping[describe.__name__], what):
            return dict(describe(**name))

    @contextmanager
    def _explained(self, action: str, what: str = "") -> Iterator[None]:
        """Refusals as errors that say what to do; the call's name is also that of the permission."""
        try:
            yield
        except self._client.exceptions.ClientError as error:
            if is_absent(error):
                said = error.response["Error"].get("Message", "")
                raise ObjectNotFoundError(f"{action} found nothing: {said}", where=what) from None
            if not is_refused(error):
                raise
            raise DriftlineError(
                f"not allowed to call {action}",
                where=what,
                expected=f"the permission sagemaker:{action}",
                mend="docs/reference/permissions.md has a policy that is enough.",
            ) from None
