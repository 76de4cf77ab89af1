"""SageMaker's endpoints and monitoring schedules in an account and region, to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from driftline.domain.coverage.captured import Captured


@dataclass(frozen=True, slots=True)
class AccountEndpoint:
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class AccountSchedule:
    """A monitoring schedule.

    Attributes:
        endpoint: None for one over batch transform jobs.
        kind: MonitoringType.
        status: MonitoringScheduleStatus.
    """

    name: str
    endpoint: str | None
    kind: str
    status: str


class SageMakerAccount(Protocol):
    """All calls raise what AWS answers; `why` says it in words."""

    @property
    def where(self) -> str:
        """Region and account."""
        ...

    def endpoints(self) -> Iterator[AccountEndpoint]:
        """All endpoints, a page of 100 a call."""
        ...

    def schedules(self) -> Iterator[AccountSchedule]:
        """All monitoring schedules, a page of 100 a call."""
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
