"""The bridge from log lines to metrics: signals have the simulated time, all others their own."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

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
    """Lines of logs, each of which is taken once."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.looked = Event()

    def take(self) -> list[str]:
        self.looked.set()
        taken, self.lines = self.lines, []
        return taken


class CloudWatch:
    def __init__(self) -> None:
        self.stamps: dict[str, list[datetime]] = {}

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803, boto3's names
        self.stamps.setdefault(Namespace, []).extend(datum["Timestamp"] for datum in MetricData)


def carried(lines: list[str], clock: datetime | None) -> tuple[dict[str, list[datetime]], list[bool]]:
    cloudwatch = CloudWatch()
    bridge = MetricsBridge(Logs(lines).take, cloudwatch, lambda: clock)
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


def test_a_signal_has_the_time_that_is_set_even_if_somebody_begins_to_look_before() -> None:
    logs, cloudwatch, clock = Logs([line("Driftline/stack")]), CloudWatch(), [SIMULATED]
    bridge = MetricsBridge(logs.take, cloudwatch, lambda: clock[0])
    look = Thread(target=bridge.pump)
    with bridge.between_looks():
        logs.looked.clear()
        look.start()
        assert not logs.looked.wait(0.2)  # seconds
        clock[0] = SIMULATED + timedelta(hours=1)
        logs.lines.append(line("Driftline/stack"))
    look.join()
    assert cloudwatch.stamps == {"Driftline/stack": [SIMULATED, SIMULATED + timedelta(hours=1)]}
