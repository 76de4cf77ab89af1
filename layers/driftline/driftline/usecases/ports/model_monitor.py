"""What moving from SageMaker Model Monitor reads of an account. Nothing is changed there."""

from collections.abc import Sequence
from typing import Protocol

from driftline.domain.capture.captured import Captured
from driftline.domain.migration.source import SourceSchedule
from driftline.usecases.ports.monitoring_schedules import MonitoringSchedules


class ModelMonitor(MonitoringSchedules, Protocol):
    """SageMaker's monitoring schedules and job definitions of one account and region.

    All calls raise DriftlineError, with the permission that is missing, where reading is refused.
    """

    def schedule(self, name: str) -> SourceSchedule:
        """A schedule with its definition. Raises ObjectNotFoundError: there is no such schedule or definition."""
        ...

    def captured(self, endpoint: str) -> Captured | None:
        """The endpoint's data capture without its options: one call. None: there is no such endpoint."""
        ...

    def job_outputs(self, job: str) -> Sequence[str]:
        """S3 URIs of a processing job's outputs; none if there is no such job."""
        ...
