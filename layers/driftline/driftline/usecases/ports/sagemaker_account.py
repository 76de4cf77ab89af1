"""SageMaker's endpoints and monitoring schedules in an account and region, to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from driftline.domain.capture.captured import Captured
from driftline.usecases.ports.monitoring_schedules import MonitoringSchedules


@dataclass(frozen=True, slots=True)
class AccountEndpoint:
    name: str
    status: str


class SageMakerAccount(MonitoringSchedules, Protocol):
    """All calls raise what AWS answers; `why` says it in words."""

    @property
    def where(self) -> str:
        """Region and account."""
        ...

    def endpoints(self) -> Iterator[AccountEndpoint]:
        """All endpoints, a page of 100 a call."""
        ...

    def captured(self, endpoint: str) -> Captured | None:
        """The endpoint's data capture: one call, and one for each endpoint configuration that captures. None: it is
        gone."""
        ...

    def last_evaluated(self, schedule: str) -> datetime | None:
        """Scheduled time of the last of the newest 100 executions that evaluated a window: one call."""
        ...

    def why(self, error: Exception) -> str:
        """The permission that is missing, or AWS's own words. Raises what is a defect."""
        ...
