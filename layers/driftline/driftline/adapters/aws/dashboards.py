"""The stack's dashboards in CloudWatch."""

from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.domain.alarms.dashboard import dashboard_name
from driftline.domain.alarms.stack import Stack
from driftline.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


class CloudWatchDashboards:
    """One dashboard per endpoint.

    Args:
        stack: Name of the stack, with which names of dashboards begin.
        client: A boto3 CloudWatch client; created unless given.
    """

    def __init__(self, stack: Stack, client: "CloudWatchClient | None" = None) -> None:
        self._stack = stack
        self._client = client or client_of("cloudwatch")

    def put(self, endpoint: str, body: str) -> None:
        name = dashboard_name(self._stack, endpoint)
        try:
            self._client.put_dashboard(DashboardName=name, DashboardBody=body)
        except self._client.exceptions.DashboardInvalidInputError as error:
            raise InvalidInputError(
                "CloudWatch refuses the dashboard", where=name, expected=error.response["Error"].get("Message", "")
            ) from error

    def delete(self, endpoint: str) -> None:
        try:
            self._client.delete_dashboards(DashboardNames=[dashboard_name(self._stack, endpoint)])
        except self._client.exceptions.ClientError as error:
            if error.response["Error"].get("Code") not in {"ResourceNotFound", "DashboardNotFoundError"}:
                raise
