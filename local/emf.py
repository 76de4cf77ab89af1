"""Turns log lines in the embedded metric format into metrics, as CloudWatch does and MiniStack does not.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

SIGNALS = "Driftline/"
"""Prefix of the namespaces of signals: figures for alarms, stamped when they are published."""

_MAX_DATA = 500  # metric data per PutMetricData
_PAUSE_SECONDS = 0.5


def metric_data(line: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(namespace, datum for PutMetricData) of every metric in a log line; nothing for other lines."""
    start = line.find("{")
    try:
        document = json.loads(line[start:]) if start >= 0 else None
    except json.JSONDecodeError:
        return
    if not isinstance(document, dict) or not isinstance(document.get("_aws"), dict):
        return
    moment = datetime.fromtimestamp(document["_aws"]["Timestamp"] / 1000, tz=UTC)
    for directive in document["_aws"].get("CloudWatchMetrics", []):
        for dimensions in directive.get("Dimensions") or [[]]:
            for metric in directive.get("Metrics", []):
                value = document.get(metric["Name"])
                if value is None:
                    continue
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": [{"Name": name, "Value": str(document[name])} for name in dimensions],
                        "Timestamp": moment,
                        **_figures(value),
                        "Unit": metric.get("Unit", "None"),
                    },
                )


def _figures(value: Any) -> dict[str, Any]:
    """A number, a list of numbers, or a statistic set, which CloudWatch accepts although EMF does not specify it."""
    if isinstance(value, dict):
        names = {"SampleCount": "Count", "Sum": "Sum", "Minimum": "Min", "Maximum": "Max"}
        return {"StatisticValues": {theirs: float(value[ours]) for theirs, ours in names.items()}}
    return {"Values": [float(one) for one in value] if isinstance(value, list) else [float(value)]}


class MetricsBridge:
    """Sends embedded metrics from the functions' logs to CloudWatch.

    Signals get the simulated time, if there is one: they are stamped when they are published, and alarms use the same
    clock.

    Args:
        new_lines: Returns the log lines that have come since it was called last.
        cloudwatch: A CloudWatch client.
        clock: Returns the simulated time; None while time is the server's.
        received: Called after each check of the bridge's own thread, with whether there were signals.
    """

    def __init__(
        self,
        new_lines: Callable[[], Iterable[str]],
        cloudwatch: Any,
        clock: Callable[[], datetime | None] = lambda: None,
        received: Callable[[bool], None] = lambda _signals: None,
    ) -> None:
        self._new_lines = new_lines
        self._cloudwatch = cloudwatch
        self._clock = clock
        self._heard = received
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="metrics-bridge")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def pump(self) -> bool:
        """Sends what is new; returns whether there were signals for alarms."""
        with self._turn:
            return self._carry()

    @contextmanager
    def between_looks(self) -> Iterator[None]:
        """Sends what is new, and pauses the bridge until the end of the block.

        For a change of the clock: a check begun before it would give a later signal the earlier time.
        """
        with self._turn:
            self._carry()
            yield

    def _carry(self) -> bool:
        by_namespace: dict[str, list[dict[str, Any]]] = {}
        simulated = self._clock()
        for line in self._new_lines():
            for namespace, datum in metric_data(line):
                if simulated and namespace.startswith(SIGNALS):
                    datum["Timestamp"] = simulated
                by_namespace.setdefault(namespace, []).append(datum)
        for namespace, data in by_namespace.items():
            for start in range(0, len(data), _MAX_DATA):
                self._cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + _MAX_DATA])
        return any(namespace.startswith(SIGNALS) for namespace in by_namespace)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            self._heard(self.pump())
