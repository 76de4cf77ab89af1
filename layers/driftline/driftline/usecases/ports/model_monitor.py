"""What moving from SageMaker Model Monitor reads of an account. Nothing is changed there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.migration.source import SourceSchedule
from driftline.domain.migration.translated import EndpointCapture


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """A monitoring schedule in a list.

    Attributes:
        endpoint: None for one of batch transform jobs.
        status: Pending, Failed, Scheduled or Stopped.
    """

    name: str
    endpoint: str | None
    monitoring_type: str
    status: str


class ModelMonitor(Protocol):
    """SageMaker's monitoring schedules and job definitions of one account and region.

    All calls raise InvalidInputError, with the permission that is missing, where reading is refused.
    """

    def schedules(self) -> Iterator[ListedSchedule]:
        """All schedules, in pages."""
        ...

    def schedule(self, name: str) -> SourceSchedule:
        """A schedule with its definition. Raises ObjectNotFoundError: there is no such schedule or definition."""
        ...

    def capture(self, endpoint: str) -> EndpointCapture | None:
        """The endpoint's data capture; None if there is no such endpoint."""
        ...

    def job_outputs(self, job: str) -> Sequence[str]:
        """S3 URIs of a processing job's outputs; none if there is no such job."""
        ...
