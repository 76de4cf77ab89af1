"""What executions tell machines: metrics, events, requests for other executions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.metrics import Metric


class Metrics(Protocol):
    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        """Publishes values of one time.

        Args:
            timestamp: For report metrics the window's start, as SageMaker's metric_time. None is now, for the signals
                that alarms look at: CloudWatch's alarms know nothing but the clock.
        """
        ...


class Events(Protocol):
    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None: ...


class Reruns(Protocol):
    """The queue of windows that are judged again."""

    def request(self, request: ExecutionRequest) -> None:
        """One execution of a window comes of all that is asked within a few minutes, and it sees all of it."""
        ...
