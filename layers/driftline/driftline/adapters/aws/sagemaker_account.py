"""The port `SageMakerAccount`: lists and descriptions of SageMaker, read with boto3."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_config
from driftline.adapters.aws.deployment.refusals import meaning
from driftline.adapters.aws.sagemaker_lists import (
    captured_of,
    described_endpoint,
    listed,
    listed_schedules,
    sagemaker_client,
)
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.usecases.ports.monitoring_schedules import ListedSchedule
from driftline.usecases.ports.sagemaker_account import AccountEndpoint

if TYPE_CHECKING:
    from boto3 import Session

_NEWEST = 100
"""SageMaker's largest page."""

_EVALUATED = frozenset({"Completed", "CompletedWithViolations"})


class AwsSageMakerAccount:
    """`SageMakerAccount` of a session's account and region.

    Args:
        session: The credentials and the region of the person who looks.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._options: dict[str, tuple[int | None, tuple[str, ...]]] = {}
        self._reading: dict[str, Lock] = {}
        self._turn = Lock()

    @cached_property
    def _sagemaker(self) -> Any:
        return sagemaker_client(self._session)

    @cached_property
    def where(self) -> str:
        # GetCallerIdentity needs no permission.
        account = self._session.client("sts", config=client_config()).get_caller_identity()["Account"]
        return f"{self._session.region_name} of account {account}"

    def endpoints(self) -> Iterator[AccountEndpoint]:
        for each in listed(self._sagemaker, "list_endpoints", "Endpoints"):
            yield AccountEndpoint(each["EndpointName"], each["EndpointStatus"])

    def schedules(self) -> Iterator[ListedSchedule]:
        return listed_schedules(self._sagemaker)

    def captured(self, endpoint: str) -> Captured | None:
        found = described_endpoint(self._sagemaker, endpoint)
        if found is None:
            return None
        captured = captured_of(found)
        if captured.state is CaptureState.OFF:
            return captured
        try:
            initial, options = self._options_of(found["EndpointConfigName"])
        except Exception as error:  # noqa: BLE001, `why` raises what is a defect
            return replace(captured, unseen=self.why(error))
        sampling = initial if captured.sampling is None else captured.sampling
        return replace(captured, sampling=sampling, options=options)

    def last_evaluated(self, schedule: str) -> datetime | None:
        found = self._sagemaker.list_monitoring_executions(
            MonitoringScheduleName=schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=_NEWEST
        )["MonitoringExecutionSummaries"]
        times = (each["ScheduledTime"] for each in found if each["MonitoringExecutionStatus"] in _EVALUATED)
        newest = next(times, None)
        return newest.astimezone(UTC) if newest else None

    def why(self, error: Exception) -> str:
        return meaning(error)

    def _options_of(self, config: str) -> tuple[int | None, tuple[str, ...]]:
        """Initial sampling percentage and capture options of an endpoint configuration, which never changes: many
        endpoints may share one, and it is read once."""
        with self._turn:
            one_at_a_time = self._reading.setdefault(config, Lock())
        with one_at_a_time:
            if config not in self._options:
                found = self._sagemaker.describe_endpoint_config(EndpointConfigName=config).get("DataCaptureConfig", {})
                modes = tuple(each["CaptureMode"] for each in found.get("CaptureOptions", ()))
                self._options[config] = found.get("InitialSamplingPercentage"), modes
            return self._options[config]
