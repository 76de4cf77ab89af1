"""Monitoring schedules and executions, which moto lacks: calls and answers in the shapes of botocore's service model."""

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from local.sagemaker import SageMakerServer
from tests.model_monitor import (
    TYPES,
    batch_input,
    create_definition,
    create_schedule,
    definition,
    endpoint_input,
    inline_definition,
    monitored,
)

type Clients = Callable[[str], Any]


@pytest.fixture
def sagemaker(client: Clients) -> Iterator[Any]:
    """An account without schedules."""
    found = client("sagemaker")
    yield found
    for each in (
        found.get_paginator("list_monitoring_schedules").paginate().build_full_result()["MonitoringScheduleSummaries"]
    ):
        found.delete_monitoring_schedule(MonitoringScheduleName=each["MonitoringScheduleName"])


def valid(sagemaker: Any, operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, which has what botocore's model requires of it, in its types."""
    content = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    shape = sagemaker.meta.service_model.operation_model(operation).output_shape
    report = ParamValidator().validate(content, shape)
    assert not report.has_errors(), report.generate_report()
    return content


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("batch", [False, True], ids=["endpoint", "batch"])
def test_a_schedule_of_each_type_is_described_and_listed(sagemaker: Any, kind: str, batch: bool) -> None:
    name = f"{'batch' if batch else 'shop'}-{kind}"
    inputs = batch_input("s3://captures/churn") if batch else endpoint_input("shop")
    monitored(sagemaker, kind, name, inputs)
    found = valid(
        sagemaker, "DescribeMonitoringSchedule", sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    )
    assert found["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"] == name
    assert (found["MonitoringScheduleStatus"], found["MonitoringType"]) == ("Scheduled", kind)
    assert found.get("EndpointName") == (None if batch else "shop")
    listed = valid(sagemaker, "ListMonitoringSchedules", sagemaker.list_monitoring_schedules(MonitoringTypeEquals=kind))
    [summary] = listed["MonitoringScheduleSummaries"]
    assert (summary["MonitoringScheduleName"], summary["MonitoringJobDefinitionName"]) == (name, name)
    # And its definition is one that describes what was created
    describe = getattr(sagemaker, f"describe_{_snake(kind)}_job_definition")
    described = describe(JobDefinitionName=name)
    [given] = [key for key in described[f"{kind}JobInput"] if key != "GroundTruthS3Input"]
    assert described[f"{kind}JobInput"][given] == inputs[given]


def _snake(kind: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in kind).lstrip("_")


def test_a_schedule_may_have_its_definition_inside(sagemaker: Any) -> None:
    inside = inline_definition(endpoint_input("shop"), Environment={"publish_cloudwatch_metrics": "Enabled"})
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName="inline", MonitoringScheduleConfig={"MonitoringJobDefinition": inside}
    )
    found = valid(
        sagemaker, "DescribeMonitoringSchedule", sagemaker.describe_monitoring_schedule(MonitoringScheduleName="inline")
    )
    assert found["MonitoringScheduleConfig"] == {"MonitoringJobDefinition": inside}
    assert (found["EndpointName"], found["MonitoringType"]) == ("shop", "DataQuality")


def test_schedules_stop_start_change_and_end(sagemaker: Any) -> None:
    monitored(sagemaker, "DataQuality", "changing", endpoint_input("shop"))
    named = {"MonitoringScheduleName": "changing"}

    def status() -> str:
        return str(sagemaker.describe_monitoring_schedule(**named)["MonitoringScheduleStatus"])

    sagemaker.stop_monitoring_schedule(**named)
    assert status() == "Stopped"
    sagemaker.start_monitoring_schedule(**named)
    assert status() == "Scheduled"
    config = sagemaker.describe_monitoring_schedule(**named)["MonitoringScheduleConfig"]
    config["ScheduleConfig"]["ScheduleExpression"] = "cron(0 3 ? * * *)"
    answer = sagemaker.update_monitoring_schedule(**named, MonitoringScheduleConfig=config)
    assert valid(sagemaker, "UpdateMonitoringSchedule", answer)["MonitoringScheduleArn"].endswith("/changing")
    assert sagemaker.describe_monitoring_schedule(**named)["MonitoringScheduleConfig"] == config
    sagemaker.delete_monitoring_schedule(**named)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        status()


def test_what_cannot_be_is_refused(sagemaker: Any) -> None:
    monitored(sagemaker, "DataQuality", "once", endpoint_input("shop"))
    with pytest.raises(ClientError, match="ResourceInUse"):
        create_schedule(sagemaker, "DataQuality", "once", "once")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        create_schedule(sagemaker, "DataQuality", "twice", "nowhere")
    with pytest.raises(ClientError, match="Exactly one"):
        sagemaker.create_monitoring_schedule(
            MonitoringScheduleName="neither", MonitoringScheduleConfig={"MonitoringType": "DataQuality"}
        )
    for call in ("describe", "stop", "start", "delete"):
        with pytest.raises(ClientError, match="ResourceNotFound"):
            getattr(sagemaker, f"{call}_monitoring_schedule")(MonitoringScheduleName="nowhere")


def test_lists_come_in_pages_filtered_and_in_order(sagemaker: Any) -> None:
    create_definition(sagemaker, "DataQuality", definition("DataQuality", "pages", endpoint_input("shop")))
    create_definition(sagemaker, "DataQuality", definition("DataQuality", "other", endpoint_input("other")))
    names = [f"page-{number:02}" for number in range(23)]
    for name in names:
        create_schedule(sagemaker, "DataQuality", name, "pages" if name < "page-20" else "other")

    def listed(**arguments: Any) -> list[str]:
        pages = sagemaker.get_paginator("list_monitoring_schedules").paginate(**arguments)
        return [each["MonitoringScheduleName"] for page in pages for each in page["MonitoringScheduleSummaries"]]

    assert listed(SortBy="Name", SortOrder="Ascending") == names
    assert listed(SortBy="Name") == names[::-1]
    assert sorted(listed(EndpointName="other")) == names[20:]
    assert sorted(listed(NameContains="-1")) == names[10:20]
    assert listed(StatusEquals="Stopped") == []
    assert len(sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"]) == 10


def _hours(answer: dict[str, Any]) -> list[int]:
    return [each["ScheduledTime"].astimezone(UTC).hour for each in answer["MonitoringExecutionSummaries"]]


def test_executions_are_those_that_have_been(sagemaker: Any, server: SageMakerServer) -> None:
    monitored(sagemaker, "ModelQuality", "judged", endpoint_input("shop"))
    for hour, status in ((9, "Completed"), (10, "CompletedWithViolations"), (11, "Failed")):
        server.command(
            {
                "monitoring_execution": {
                    "MonitoringScheduleName": "judged",
                    "ScheduledTime": f"2026-03-08T{hour:02}:00:00+00:00",
                    "MonitoringExecutionStatus": status,
                }
            }
        )
    answer = sagemaker.list_monitoring_executions(MonitoringScheduleName="judged")
    found = valid(sagemaker, "ListMonitoringExecutions", answer)["MonitoringExecutionSummaries"]
    statuses = [each["MonitoringExecutionStatus"] for each in found]
    assert statuses == ["Failed", "CompletedWithViolations", "Completed"]  # newest first
    assert {(each["EndpointName"], each["MonitoringType"]) for each in found} == {("shop", "ModelQuality")}
    last = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="judged")["LastMonitoringExecutionSummary"]
    assert last == found[0]
    bad = sagemaker.list_monitoring_executions(StatusEquals="CompletedWithViolations")
    assert _hours(bad) == [10]
    early = sagemaker.list_monitoring_executions(ScheduledTimeBefore=found[0]["ScheduledTime"], SortOrder="Ascending")
    assert _hours(early) == [9, 10]
    assert sagemaker.list_monitoring_executions(EndpointName="other")["MonitoringExecutionSummaries"] == []
