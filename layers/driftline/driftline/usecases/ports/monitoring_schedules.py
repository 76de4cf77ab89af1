"""SageMaker's list of monitoring schedules, which moving over and looking at an account both start from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """A monitoring schedule in a list.

    Attributes:
        endpoint: None for one over batch transform jobs.
        monitoring_type: SageMaker's MonitoringType.
        status: Pending, Failed, Scheduled or Stopped.
    """

    name: str
    endpoint: str | None
    monitoring_type: str
    status: str


class MonitoringSchedules(Protocol):
    """The monitoring schedules of one account and region."""

    def schedules(self) -> Iterator[ListedSchedule]:
        """All of them, a page of 100 a call."""
        ...
