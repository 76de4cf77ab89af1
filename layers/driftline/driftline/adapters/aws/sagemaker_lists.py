"""What moving over and looking at an account both ask SageMaker: its lists, and the data capture of an endpoint."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_config, client_of
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.migration.source import type_of
from driftline.usecases.ports.monitoring_schedules import ListedSchedule
from driftline.usecases.side_by_side import AT_ONCE

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.exceptions import ClientError

_PAGE = 100
"""SageMaker's largest."""

_ABSENT = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_NONE_OF_THIS_NAME = re.compile(r"could not find|does not exist|not found", re.IGNORECASE)
"""SageMaker answers ValidationException for an endpoint that does not exist; only the message tells it."""


def sagemaker_client(session: "Session | None" = None) -> Any:
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


def listed(client: Any, operation: str, key: str) -> Iterator[Mapping[str, Any]]:
    """What a List call answers on all of its pages.

    Args:
        operation: By its name in botocore.
        key: Of the answer's list.
    """
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": _PAGE})
    for page in pages:
        yield from page[key]


def listed_schedules(client: Any) -> Iterator[ListedSchedule]:
    """All monitoring schedules."""
    for each in listed(client, "list_monitoring_schedules", "MonitoringScheduleSummaries"):
        name, status = each["MonitoringScheduleName"], each["MonitoringScheduleStatus"]
        yield ListedSchedule(name, each.get("EndpointName") or None, type_of(each), status)


def described_endpoint(client: Any, name: str) -> Mapping[str, Any] | None:
    """DescribeEndpoint; None: there is no such endpoint."""
    try:
        found: Mapping[str, Any] = client.describe_endpoint(EndpointName=name)
    except client.exceptions.ClientError as error:
        if is_absent(error):
            return None
        raise
    return found


def captured_of(endpoint: Mapping[str, Any]) -> Captured:
    """The data capture of a described endpoint, without the options, which its configuration has."""
    serverless = any("CurrentServerlessConfig" in each for each in endpoint.get("ProductionVariants", ()))
    summary = endpoint.get("DataCaptureConfig") or {}
    if not summary.get("EnableCapture"):
        return Captured(CaptureState.OFF, serverless=serverless)
    started = summary.get("CaptureStatus", "Started") == "Started"
    return Captured(
        CaptureState.ON if started else CaptureState.STOPPED,
        summary.get("CurrentSamplingPercentage"),
        destination=summary.get("DestinationS3Uri", ""),
        serverless=serverless,
    )


def is_absent(error: "ClientError") -> bool:
    """Whether SageMaker says that there is nothing of this name."""
    said = error.response.get("Error", {})
    code, message = said.get("Code", ""), said.get("Message", "")
    return code in _ABSENT or (code == "ValidationException" and bool(_NONE_OF_THIS_NAME.search(message)))
