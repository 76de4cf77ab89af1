"""CloudWatchDashboards against moto."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from driftline.adapters.aws.dashboards import CloudWatchDashboards
from driftline.domain.alarms.stack import Stack
from driftline.domain.errors import InvalidInputError

STACK = Stack("prod", "aws", "eu-west-1", "123456789012", "Driftline/prod")
BODY = '{"widgets": []}'


@pytest.fixture
def client(aws: None) -> Any:
    return boto3.client("cloudwatch")


def test_one_is_made_changed_and_deleted_and_others_stay(client: Any) -> None:
    dashboards = CloudWatchDashboards(STACK, client)
    dashboards.put("flights", "{}")
    dashboards.put("flights", BODY)
    dashboards.put("flights-eu", BODY)
    assert client.get_dashboard(DashboardName="prod-eu-west-1_flights")["DashboardBody"] == BODY
    dashboards.delete("flights")
    dashboards.delete("flights")
    assert [each["DashboardName"] for each in client.list_dashboards()["DashboardEntries"]] == [
        "prod-eu-west-1_flights-eu"
    ]


def test_a_body_that_cloudwatch_refuses_is_told_with_its_words(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("put_dashboard", "InvalidParameterInput", "a widget is wrong")
        with pytest.raises(InvalidInputError, match="a widget is wrong"):
            CloudWatchDashboards(STACK, client).put("flights", BODY)


def test_what_a_retry_mends_is_raised(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("delete_dashboards", "InternalServiceError", "later")
        with pytest.raises(client.exceptions.ClientError):
            CloudWatchDashboards(STACK, client).delete("flights")
