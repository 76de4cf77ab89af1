"""What the owner of the server asks it, apart from AWS's APIs: what is on its way, and what alarms are evaluated with.

A line each, not a request each: the owner looks many times a second, and a request costs both processes milliseconds.
"""

# ruff: noqa: SLF001 - there is no public way to see what MiniStack holds

import json
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, BinaryIO

from ministack.core import lambda_runtime
from ministack.services import cloudwatch, cloudwatch_logs, sqs

from local.changes.events import EventInvocations

_EMBEDDED = '"CloudWatchMetrics"'


class Inside:
    """Answers for the server's own account and region.

    Args:
        invocations: Functions that rules have invoked.
    """

    def __init__(self, invocations: EventInvocations) -> None:
        self._invocations = invocations
        self._lines: list[str] = []
        self._turn = Lock()

    def keep_metric_lines(self) -> None:
        """Keeps the log lines with embedded metrics until they are taken."""
        append = cloudwatch_logs._append_log_events

        def append_and_keep(stream: Any, events: Sequence[Mapping[str, Any]]) -> None:
            append(stream, events)
            found = [event["message"] for event in events if _EMBEDDED in event["message"]]
            with self._turn:
                self._lines.extend(found)

        cloudwatch_logs._append_log_events = append_and_keep

    def serve(self, questions: BinaryIO, answers: BinaryIO) -> None:
        """Answers a question on each line with a line, until there are no more."""
        for question in questions:
            answers.write(json.dumps(self.answer(json.loads(question))).encode() + b"\n")
            answers.flush()

    def answer(self, question: Mapping[str, Any]) -> Any:
        """See the methods of `Server` with these names."""
        match question["ask"]:
            case "under_way":
                return self._under_way()
            case "metric_lines":
                return self._metric_lines()
            case "alarms":
                return list(cloudwatch._alarms.values())
            case "points":
                return [_points(**metric) for metric in question["metrics"]]
            case unknown:
                raise ValueError(f"unknown question: {unknown!r}")

    def _under_way(self) -> dict[str, Any]:
        # Invocations first: what they send is in a queue before they end.
        running = self._invocations.pending + lambda_runtime.workers_in_use()
        queues = {queue["name"]: len(queue["messages"]) for queue in sqs._queues.values()}
        return {"functions": running, "queues": queues}

    def _metric_lines(self) -> list[str]:
        with self._turn:
            taken, self._lines = self._lines, []
        return taken


def _points(
    namespace: str, name: str, dimensions: Mapping[str, str], start: float, end: float
) -> list[tuple[float, ...]]:
    points = cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(dimensions))) or []
    return [
        (point["Timestamp"], *statistics)
        for point in list(points)
        if start <= point["Timestamp"] < end and (statistics := cloudwatch._point_stats(point))[0]
    ]
