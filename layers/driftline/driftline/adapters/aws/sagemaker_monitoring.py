"""SageMaker Model Monitor as it is in an account: lists and descriptions, nothing else."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_config, client_of
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.migration.source import (
    SourceSchedule,
    inline_definition,
    named_definition,
    source_schedule,
    type_of,
)
from driftline.domain.migration.translated import EndpointCapture
from driftline.usecases.ports.model_monitor import ListedSchedule
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_sagemaker import SageMakerClient

_PAGE = 100
"""SageMaker's largest."""

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_MISSING = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_NO_ENDPOINT = re.compile(r"could not find|does not exist|not found", re.IGNORECASE)
"""SageMaker answers ValidationException for an endpoint that does not exist; only the message tells it."""

_DEFINITIONS = {
    "DataQuality": "describe_data_quality_job_definition",
    "ModelQuality": "describe_model_quality_job_definition",
    "ModelBias": "describe_model_bias_job_definition",
    "ModelExplainability": "describe_model_explainability_job_definition",
}


def sagemaker_client(session: "Session | None" = None) -> "SageMakerClient":
    """A client for many descriptions side by side: SageMaker throttles them, and the client then waits longer.

    Args:
        session: With credentials and a region of its own; otherwise those of the process.
    """
    config: dict[str, Any] = {
        "retries": {"mode": "adaptive", "max_attempts": 10},
        "max_pool_connections": AT_ONCE,
    }
    if session is None:
        return client_of("sagemaker", **config)
    return session.client("sagemaker", config=client_config(**config))


class SageMakerMonitoring:
    """`ModelMonitor`.

    Args:
        client: A boto3 SageMaker client; created unless given.
    """

    def __init__(self, client: "SageMakerClient | None" = None) -> None:
        self._client: Any = client or sagemaker_client()

    def schedules(self) -> Iterator[ListedSchedule]:
        for each in self._listed("list_monitoring_schedules", "MonitoringScheduleSummaries"):
            yield ListedSchedule(
                each["MonitoringScheduleName"],
                each.get("EndpointName"),
                type_of(each),
                each["MonitoringScheduleStatus"],
            )

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

    def capture(self, endpoint: str) -> EndpointCapture | None:
        try:
            found = self._described(self._client.describe_endpoint, EndpointName=endpoint)
        except ObjectNotFoundError:
            return None
        summary: Mapping[str, Any] = found.get("DataCaptureConfig") or {}
        started = summary.get("CaptureStatus", "Started") == "Started"
        return EndpointCapture(bool(summary.get("EnableCapture")) and started, summary.get("DestinationS3Uri"))

    def job_outputs(self, job: str) -> Sequence[str]:
        try:
            found = self._described(self._client.describe_processing_job, ProcessingJobName=job)
        except ObjectNotFoundError:
            return ()
        outputs = found.get("ProcessingOutputConfig", {}).get("Outputs", ())
        return tuple(each["S3Output"]["S3Uri"] for each in outputs if "S3Output" in each)

    def _listed(self, operation: str, key: str) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(PaginationConfig={"PageSize": _PAGE})
        with self._explained(self._client.meta.method_to_api_mapping[operation]):
            for page in pages:
                yield from page[key]

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
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code in _MISSING or (code == "ValidationException" and _NO_ENDPOINT.search(message)):
                raise ObjectNotFoundError(f"{action} found nothing: {message}", where=what) from None
            if code not in _DENIED:
                raise
            raise InvalidInputError(
                f"not allowed to call {action}",
                where=what,
                expected=f"the permission sagemaker:{action}",
                mend="docs/reference/permissions.md has a policy that is enough.",
            ) from None
