"""Metrics and events of executions that nobody is to hear of: of a command, and of windows long past."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from driftline.domain.metrics import Metric


class NoMetrics:
    """Metrics: none are published, so that trying something does not set off the alarms of the real monitor."""

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        pass


class NoEvents:
    """Events: dropped, for the same reason."""

    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None:
        pass
