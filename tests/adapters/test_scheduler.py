"""SchedulerGroup against moto."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from driftline.adapters.aws.scheduler import SchedulerGroup
from driftline.adapters.aws.settings import ScheduleSettings
from driftline.domain.errors import InvalidInputError
from driftline.usecases.monitors.monitor_resources import SCHEDULED_TIME
from driftline.usecases.ports import Schedule

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:runs"
DEAD = "arn:aws:sqs:eu-west-1:123456789012:dead"
ROLE = "arn:aws:iam::123456789012:role/scheduler"
HOURLY = Schedule(
    "a-data_quality", "cron(0 * ? * * *)", {"endpoint": "a", "scheduled_time": SCHEDULED_TIME}, "Europe/Berlin"
)


def adapter(client: Any, group: str = "group") -> SchedulerGroup:
    environment = {
        "BUCKET": "b",
        "ALARM_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "SCHEDULE_GROUP": group,
        "SCHEDULE_TARGET_ARN": QUEUE,
        "SCHEDULE_ROLE_ARN": ROLE,
        "SCHEDULE_DEAD_LETTER_ARN": DEAD,
    }
    return SchedulerGroup(ScheduleSettings.from_environment(environment), client)


@pytest.fixture
def client(aws: None) -> Any:
    client = boto3.client("scheduler")
    client.create_schedule_group(Name="group")
    return client


def test_a_schedule_fires_on_time_with_its_payload_and_keeps_what_fails(client: Any) -> None:
    adapter(client).put(HOURLY)
    found = client.get_schedule(GroupName="group", Name="a-data_quality")
    assert found["ScheduleExpression"] == "cron(0 * ? * * *)"
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"], target["DeadLetterConfig"]) == (QUEUE, ROLE, {"Arn": DEAD})
    # EventBridge replaces the placeholder in the text as it is, so nothing may escape it.
    assert '"<aws.scheduler.scheduled-time>"' in target["Input"]
    assert json.loads(target["Input"]) == HOURLY.payload


def test_a_schedule_may_be_delivered_within_some_minutes_of_its_time(client: Any) -> None:
    adapter(client).put(replace(HOURLY, spread=5))
    found = client.get_schedule(GroupName="group", Name=HOURLY.name)
    assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
    # The scheduled time in the payload stays EventBridge's own.
    assert '"<aws.scheduler.scheduled-time>"' in found["Target"]["Input"]
    adapter(client).put(HOURLY)
    found = client.get_schedule(GroupName="group", Name=HOURLY.name)
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_a_changed_schedule_is_updated(client: Any) -> None:
    adapter(client).put(HOURLY)
    adapter(client).put(Schedule(HOURLY.name, "rate(6 hours)", {"endpoint": "b"}))
    found = client.get_schedule(GroupName="group", Name=HOURLY.name)
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"]) == ("rate(6 hours)", "UTC")
    assert json.loads(found["Target"]["Input"]) == {"endpoint": "b"}


def test_a_schedule_that_is_right_is_left_alone(client: Any) -> None:
    adapter(client).put(HOURLY)
    before = client.get_schedule(GroupName="group", Name=HOURLY.name)["LastModificationDate"]
    adapter(client).put(HOURLY)
    assert client.get_schedule(GroupName="group", Name=HOURLY.name)["LastModificationDate"] == before


def test_one_that_somebody_disabled_is_enabled_again(client: Any) -> None:
    adapter(client).put(HOURLY)
    found = client.get_schedule(GroupName="group", Name=HOURLY.name)
    kept = ("ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target")
    client.update_schedule(
        GroupName="group", Name=HOURLY.name, State="DISABLED", **{name: found[name] for name in kept}
    )
    adapter(client).put(HOURLY)
    assert client.get_schedule(GroupName="group", Name=HOURLY.name)["State"] == "ENABLED"


def test_deleting_is_idempotent_and_stays_in_the_group(client: Any) -> None:
    client.create_schedule_group(Name="other")
    adapter(client, "other").put(HOURLY)
    adapter(client).put(HOURLY)
    adapter(client).delete(HOURLY.name)
    adapter(client).delete(HOURLY.name)
    assert [found["GroupName"] for found in client.list_schedules()["Schedules"]] == ["other"]


@pytest.mark.parametrize("theirs", [HOURLY, replace(HOURLY, expression="rate(1 hour)")], ids=["the same", "older"])
def test_of_two_events_of_a_document_the_slower_one_corrects_what_the_other_made(client: Any, theirs: Schedule) -> None:
    class Slower:
        """Looks before the other event has made the schedule."""

        def __init__(self) -> None:
            self.looks = 0

        def get_schedule(self, **name: Any) -> Any:
            self.looks += 1
            if self.looks == 1:
                try:
                    return client.get_schedule(**name)
                finally:
                    adapter(client).put(theirs)
            return client.get_schedule(**name)

        def __getattr__(self, call: str) -> Any:
            return getattr(client, call)

    adapter(Slower()).put(HOURLY)
    assert client.get_schedule(GroupName="group", Name=HOURLY.name)["ScheduleExpression"] == HOURLY.expression


def test_what_eventbridge_refuses_is_the_users_error(aws: None) -> None:
    client = boto3.client("scheduler")
    with Stubber(client) as stub:
        stub.add_client_error("get_schedule", "ResourceNotFoundException")
        stub.add_client_error("create_schedule", "ValidationException", "Invalid Schedule Expression")
        with pytest.raises(InvalidInputError, match="Invalid Schedule Expression"):
            adapter(client).put(HOURLY)


def test_other_faults_are_left_to_the_retry(aws: None) -> None:
    client = boto3.client("scheduler")
    with Stubber(client) as stub:
        stub.add_client_error(
            "get_schedule", "ThrottlingException", expected_params={"GroupName": "group", "Name": ANY}
        )
        with pytest.raises(client.exceptions.ClientError, match="ThrottlingException"):
            adapter(client).put(HOURLY)
