"""The port `SageMakerAccount`: lists and descriptions of SageMaker, read with boto3."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_config
from driftline.adapters.aws.deployment.refusals import AbsentError, absent_is_ours, meaning
from driftline.domain.coverage.captured import Captured, CaptureState
from driftline.usecases.ports.sagemaker_account import AccountEndpoint, AccountSchedule
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from boto3 import Session

_PAGE = 100
"""SageMaker's largest."""

_EVALUATED = frozenset({"Completed", "CompletedWithViolations"})
_NO_ENDPOINT = "Could not find"
"""SageMaker answers ValidationException for an endpoint that does not exist; only the message says so."""


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
        # Descriptions are throttled in accounts with many endpoints: the client then waits longer each time.
        retries = {"mode": "adaptive", "max_attempts": 10}
        return self._session.client("sagemaker", config=client_config(retries=retries, max_pool_connections=AT_ONCE))

    @cached_property
    def where(self) -> str:
        # GetCallerIdentity needs no permission.
        account = self._session.client("sts", config=client_config()).get_caller_identity()["Account"]
        return f"{self._session.region_name} of account {account}"

    def endpoints(self) -> Iterator[AccountEndpoint]:
        for each in self._listed("list_endpoints", "Endpoints"):
            yield AccountEndpoint(each["EndpointName"], each["EndpointStatus"])

    def schedules(self) -> Iterator[AccountSchedule]:
        for each in self._listed("list_monitoring_schedules", "MonitoringScheduleSummaries"):
            # Schedules from before there were four types have none; they are of data quality.
            kind = each.get("MonitoringType", "DataQuality")
            name, status = each["MonitoringScheduleName"], each["MonitoringScheduleStatus"]
            yield AccountSchedule(name, each.get("EndpointName") or None, kind, status)

    def captured(self, endpoint: str) -> Captured | None:
        try:
            with absent_is_ours("ValidationException", says=_NO_ENDPOINT):
                found = self._sagemaker.describe_endpoint(EndpointName=endpoint)
        except AbsentError:
            return None
        serverless = any("CurrentServerlessConfig" in each for each in found.get("ProductionVariants", ()))
        summary = found.get("DataCaptureConfig") or {}
        if not summary.get("EnableCapture"):
            return Captured(CaptureState.OFF, serverless=serverless)
        started = summary.get("CaptureStatus", "Started") == "Started"
        captured = Captured(
            CaptureState.ON if started else CaptureState.STOPPED,
            summary.get("CurrentSamplingPercentage"),
            destination=summary.get("DestinationS3Uri", ""),
            serverless=serverless,
        )
        try:
            initial, options = self._options_of(found["EndpointConfigName"])
        except Exception as error:  # noqa: BLE001, `why` raises what is a defect
            return replace(captured, unseen=self.why(error))
        sampling = initial if captured.sampling is None else captured.sampling
        return replace(captured, sampling=sampling, options=options)

    def last_evaluated(self, schedule: str) -> datetime | None:
        found = self._sagemaker.list_monitoring_executions(
            MonitoringScheduleName=schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=_PAGE
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

    def _listed(self, operation: str, key: str) -> Iterator[dict[str, Any]]:
        pages = self._sagemaker.get_paginator(operation).paginate(PaginationConfig={"PageSize": _PAGE})
        for page in pages:
            yield from page[key]
