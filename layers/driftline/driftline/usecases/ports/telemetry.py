"""What executions publish: metrics, events, requests for other executions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.metrics import Metric


class Metrics(Protocol):
    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        """Publishes values with one timestamp.

        Args:
            timestamp: The window's start for report metrics, like SageMaker's metric_time. None is now, for
                signals, because CloudWatch alarms only look at recent values.
        """
        ...


class Events(Protocol):
    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None: ...


class Sweeps(Protocol):
    """The queue of endpoints whose waiting labels are to be looked at."""

    def request(self, endpoints: Sequence[str], as_of: datetime) -> None:
        """Raises StaleReadError: some requests were not taken."""
        ...


class IndexRequests(Protocol):
    """Has the page of all endpoints made again."""

    def request(self) -> None:
        """Requests within a minute lead to one page, which sees what all of them saw. To be called after a change."""
        ...


class Reruns(Protocol):
    """The queue of windows to evaluate again."""

    def request(self, request: ExecutionRequest) -> None:
        """Requests for one window within a few minutes lead to one execution, which sees what all of them saw."""
        ...
