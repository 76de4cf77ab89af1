"""What a run costs, from list prices (`bench/cost/prices.py`, with their date) and from what it used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from bench.cost.prices import (
    ALARM_MONTH,
    DASHBOARD_MONTH,
    EVENTBRIDGE_EVENT,
    HOURS,
    LAMBDA_ARM_GB_SECOND,
    LAMBDA_REQUEST,
    METRIC_MONTH,
    POLLS_AN_HOUR,
    PRICES_OF,
    QUEUES,
    S3_GET,
    S3_PUT_OR_LIST,
    SQS_REQUEST,
)
from tools.smoke.account import Account

_GETS = 10  # of each object, on the high side


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run used.

    Attributes:
        hours: From its beginning to its end. Metrics, alarms and dashboards are billed by the full hour.
        metrics: In CloudWatch, those for alarms included.
        objects: Versions of objects that were written.
        gb_seconds: Of functions.
    """

    hours: float
    metrics: int
    alarms: int
    dashboards: int
    objects: int
    invocations: int
    gb_seconds: float


MOST = Usage(hours=2, metrics=100, alarms=40, dashboards=1, objects=2000, invocations=1000, gb_seconds=3000)
"""Far more than a run uses: 3,000 GB-s are half an hour of a function with 1,769 MB."""


@dataclass(frozen=True, slots=True)
class Cost:
    what: str
    usd: float
    how: str


def costs(usage: Usage) -> Iterator[Cost]:
    """Every line, in USD; no free tier is counted."""
    months = ceil(usage.hours) / HOURS
    yield Cost("CloudWatch metrics", usage.metrics * METRIC_MONTH * months, f"{usage.metrics}, by the hour")
    yield Cost("alarms", usage.alarms * ALARM_MONTH * months, f"{usage.alarms}, by the hour")
    yield Cost("dashboards", usage.dashboards * DASHBOARD_MONTH * months, f"{usage.dashboards}, by the hour")
    yield Cost(
        "Lambda",
        usage.invocations * LAMBDA_REQUEST + usage.gb_seconds * LAMBDA_ARM_GB_SECOND,
        f"{usage.invocations:,} invocations, {usage.gb_seconds:,.1f} GB-s",
    )
    yield Cost(
        "S3 requests",
        usage.objects * (2 * S3_PUT_OR_LIST + _GETS * S3_GET),
        f"{usage.objects:,} objects written, each read {_GETS} times and listed once, on the high side",
    )
    polls = POLLS_AN_HOUR * usage.hours
    yield Cost("SQS", polls * SQS_REQUEST, f"{polls:,.0f} long polls of {QUEUES} queues")
    yield Cost("EventBridge", usage.objects * EVENTBRIDGE_EVENT, "an event for every object")


def total(usage: Usage) -> float:
    return sum(each.usd for each in costs(usage))


def shown(usage: Usage) -> Iterator[str]:
    """Lines for people."""
    for each in costs(usage):
        yield f"  {each.what:<20}{each.usd:8.4f}   {each.how}"
    yield f"  {'USD':<20}{total(usage):8.4f}   {PRICES_OF}, without a free tier"


def counted(account: Account, name: str, bucket: str, began: datetime, ended: datetime) -> Usage:
    """What CloudWatch and S3 say about a run."""
    cloudwatch, s3 = account.client("cloudwatch"), account.client("s3")
    functions = [each for each in _functions(account) if each["FunctionName"].startswith(f"{name}-")]
    used = [_of_function(cloudwatch, each, began, ended) for each in functions]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    return Usage(
        hours=(ended - began) / timedelta(hours=1),
        metrics=_metrics(cloudwatch, name),
        alarms=sum(
            each["AlarmName"].startswith((f"{name}/", f"{name}-"))
            for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=name)
            for each in page["MetricAlarms"]
        ),
        dashboards=len(cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]),
        objects=sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages),
        invocations=sum(each[0] for each in used),
        gb_seconds=sum(each[1] for each in used),
    )


def _functions(account: Account) -> Iterator[dict[str, Any]]:
    for page in account.client("lambda").get_paginator("list_functions").paginate():
        yield from page["Functions"]


def _metrics(cloudwatch: Any, name: str) -> int:
    """Those for alarms, in the run's own namespace, and those of its endpoint in the namespaces of monitors."""
    own = cloudwatch.get_paginator("list_metrics").paginate(Namespace=f"Driftline/{name}")
    endpoint = [{"Name": "Endpoint", "Value": name}, {"Name": "MonitoringSchedule"}]
    monitors = cloudwatch.get_paginator("list_metrics").paginate(Dimensions=endpoint)
    return sum(len(page["Metrics"]) for pages in (own, monitors) for page in pages)


def _of_function(cloudwatch: Any, function: dict[str, Any], began: datetime, ended: datetime) -> tuple[int, float]:
    """(invocations, GB-seconds)."""
    found: dict[str, float] = {}
    for metric in ("Invocations", "Duration"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": function["FunctionName"]}],
            StartTime=began,
            EndTime=ended,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        found[metric] = sum(point["Sum"] for point in points)
    return int(found["Invocations"]), found["Duration"] / 1000 * function["MemorySize"] / 1024
