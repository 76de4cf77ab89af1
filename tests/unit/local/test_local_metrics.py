"""The bridge from log lines to metrics: signals have the simulated time, all others their own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from botocore.exceptions import ClientError

from local.emf import MetricsBridge

OWN = datetime(2026, 3, 1, 14, tzinfo=UTC)
SIMULATED = datetime(2013, 3, 8, 5, tzinfo=UTC)


def line(namespace: str) -> str:
    return json.dumps(
        {
            "_aws": {
                "Timestamp": int(OWN.timestamp() * 1000),
                "CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": "rows"}]}],
            },
            "rows": 1,
        }
    )


class Logs:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._asked = ""
        self.looked = Event()

    def get_paginator(self, name: str) -> "Logs":
        self._asked = name
        self.looked.set()
        return self

    def paginate(self, **_asked: Any) -> Iterator[dict[str, Any]]:
        if self._asked == "describe_log_groups":
            yield {"logGroups": [{"logGroupName": "/aws/lambda/f"}]}
        else:
            events = [{"logStreamName": "s", "timestamp": n, "message": text} for n, text in enumerate(self._lines)]
            yield {"events": events}


class CloudWatch:
    def __init__(self) -> None:
        self.stamps: dict[str, list[datetime]] = {}

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803, boto3's names
        self.stamps.setdefault(Namespace, []).extend(datum["Timestamp"] for datum in MetricData)


def carried(lines: list[str], clock: datetime | None) -> tuple[dict[str, list[datetime]], list[bool]]:
    cloudwatch = CloudWatch()
    bridge = MetricsBridge(Logs(lines), cloudwatch, lambda: clock)
    return cloudwatch.stamps, [bridge.pump(), bridge.pump()]


def test_signals_have_the_simulated_time_and_reports_the_windows() -> None:
    stamps, signals = carried([line("Driftline/stack"), line("aws/sagemaker/Endpoints/data-metrics")], SIMULATED)
    assert stamps == {"Driftline/stack": [SIMULATED], "aws/sagemaker/Endpoints/data-metrics": [OWN]}
    assert signals == [True, False]  # each line once


def test_without_a_simulated_time_all_have_their_own() -> None:
    stamps, _ = carried([line("Driftline/stack")], None)
    assert stamps == {"Driftline/stack": [OWN]}


def test_metrics_that_are_no_signals_are_no_reason_to_look_at_alarms() -> None:
    assert carried([line("Mine/Models")], SIMULATED)[1] == [False, False]


class DeletedLogs(Logs):
    """A log group whose stack is deleted between the list and the look."""

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if self._asked == "filter_log_events":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "FilterLogEvents")
        yield from super().paginate(**asked)


def test_a_log_group_that_is_deleted_meanwhile_does_not_end_the_bridge() -> None:
    assert MetricsBridge(DeletedLogs([]), CloudWatch()).pump() is False


def test_a_signal_has_the_time_that_is_set_even_if_somebody_begins_to_look_before() -> None:
    lines = [line("Driftline/stack")]
    logs, cloudwatch, clock = Logs(lines), CloudWatch(), [SIMULATED]
    bridge = MetricsBridge(logs, cloudwatch, lambda: clock[0])
    look = Thread(target=bridge.pump)
    with bridge.between_looks():
        logs.looked.clear()
        look.start()
        assert not logs.looked.wait(0.2)  # seconds
        clock[0] = SIMULATED + timedelta(hours=1)
        lines.append(line("Driftline/stack"))
    look.join()
    assert cloudwatch.stamps == {"Driftline/stack": [SIMULATED, SIMULATED + timedelta(hours=1)]}
