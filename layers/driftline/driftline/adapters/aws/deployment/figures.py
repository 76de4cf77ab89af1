"""Alarms and metrics in CloudWatch.

Source: Amazon CloudWatch API Reference, DescribeAlarms, GetMetricStatistics, ListMetrics; Amazon CloudWatch Logs User
Guide, "Monitoring with CloudWatch metrics" (EMFParsingErrors, EMFValidationErrors).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from driftline.domain.doctor.alarms import AlarmFacts
from driftline.domain.doctor.published import DroppedLines

_MOST_AT_ONCE = 100  # names of one DescribeAlarms
_DAY = timedelta(days=1)
_DROPPED = ("EMFParsingErrors", "EMFValidationErrors")


def read_alarms(client: Any, names: Sequence[str], owner: str) -> list[AlarmFacts]:
    """Args: client: A boto3 CloudWatch client."""
    found: dict[str, Mapping[str, Any]] = {}
    for batch in batched(names, _MOST_AT_ONCE, strict=False):
        pages = client.get_paginator("describe_alarms").paginate(AlarmNames=list(batch), AlarmTypes=["MetricAlarm"])
        found |= {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    return [_alarm(found.get(name), name, owner) for name in names]


def _alarm(found: Mapping[str, Any] | None, name: str, owner: str) -> AlarmFacts:
    if found is None:
        return AlarmFacts(name, owner, state="")
    return AlarmFacts(name, owner, found["StateValue"], found["StateUpdatedTimestamp"], found["ActionsEnabled"])


def count_datapoints(
    client: Any, namespace: str, metric: str, dimensions: Mapping[str, str], since: datetime, until: datetime
) -> int:
    """How many values were published from `since` to `until`."""
    return int(_sum(client, namespace, metric, dimensions, (since, until), "SampleCount"))


def count_dropped(client: Any, group: str, since: datetime, until: datetime) -> list[DroppedLines]:
    """By kind of error. A metric that was never published counts as none."""
    dimensions = {"LogGroupName": group}
    return [
        DroppedLines(group, kind, int(_sum(client, "AWS/Logs", kind, dimensions, (since, until), "Sum")))
        for kind in _DROPPED
    ]


def count_metrics(client: Any, namespace: str, dimensions: Mapping[str, str]) -> int:
    """How many CloudWatch lists."""
    filters = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    pages = client.get_paginator("list_metrics").paginate(Namespace=namespace, Dimensions=filters)
    return sum(len(page["Metrics"]) for page in pages)


def _sum(
    client: Any,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    span: tuple[datetime, datetime],
    statistic: str,
) -> float:
    # A day at a time: at most 1,440 datapoints, and old ones are kept by the hour only. The ends are rounded outwards,
    # because CloudWatch rounds the start to the period.
    day = int(_DAY.total_seconds())
    points = client.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=span[0],
        EndTime=span[1] + timedelta(minutes=1),
        Period=day,
        Statistics=[statistic],
    )["Datapoints"]
    return float(sum(point[statistic] for point in points))
