"""What an execution is asked to do and what it says when it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from driftline.domain.executions.envelope import Headline
from driftline.domain.windows import Window, format_instant

type Trigger = Literal["schedule", "rerun", "hand"]
"""Who asked: the monitor's schedule, an arrival in a window that was judged, or a person."""


class ExecutionStatus(StrEnum):
    """SageMaker's MonitoringExecutionStatus, those that an execution can end with."""

    COMPLETED = "Completed"
    COMPLETED_WITH_VIOLATIONS = "CompletedWithViolations"
    FAILED = "Failed"


class ExecutionRequest(BaseModel):
    """One execution: by its scheduled time, or by hand for any window.

    With `start` and `end` alone the scheduled time follows from the monitor's end offset, so that a replayed
    window lands in the folder where its schedule would have put it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str = Field(min_length=1)
    monitor: str = Field(min_length=1)
    scheduled_time: AwareDatetime | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    trigger: Trigger = "hand"

    @property
    def signals(self) -> bool:
        """Whether alarms hear of it: a person who replays a window wakes nobody."""
        return self.trigger != "hand"

    @model_validator(mode="after")
    def _says_which_window(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end belong together")
        if self.scheduled_time is None and self.start is None:
            raise ValueError("give scheduled_time, or start and end")
        return self


@dataclass(frozen=True, slots=True)
class Execution:
    """What came out.

    Attributes:
        window: None when it failed before it had one.
        folder: Where the files are, with a closing slash; of one that failed, where its page will be, empty if none.
        files: Keys of the files, by name (`statistics.json` and so on).
        schedule: The monitoring schedule's name, as in the metrics' dimension.
        revision: Counts the verdicts on this window that differ, from 1; a later one has late captures in it.
        unchanged: The same execution had already been written and announced; nothing was published again.
    """

    endpoint: str
    monitor: str
    status: ExecutionStatus
    reason: str
    schedule: str | None = None
    window: Window | None = None
    scheduled_time: datetime | None = None
    rows: int = 0
    violations: int = 0
    headline: Headline | None = None
    coverage: float | None = None
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    unchanged: bool = False

    def event_detail(self, report_uri: str) -> dict[str, object]:
        """The `detail` of the EventBridge event, named as SageMaker's MonitoringExecutionSummary where it can be."""
        window = self.window
        return {
            "EndpointName": self.endpoint,
            "MonitoringType": self.monitor,
            "MonitoringScheduleName": self.schedule,
            "MonitoringExecutionStatus": self.status.value,
            "ScheduledTime": format_instant(self.scheduled_time) if self.scheduled_time else None,
            "WindowStart": format_instant(window.start) if window else None,
            "WindowEnd": format_instant(window.end) if window else None,
            "Revision": self.revision,
            "Rows": self.rows,
            "Violations": self.violations,
            "Headline": _headline_detail(self.headline) if self.headline else None,
            "Coverage": self.coverage,
            "ReportUri": report_uri,
            "FailureReason": self.reason if self.status is ExecutionStatus.FAILED else None,
            "Reason": self.reason,
        }


def _headline_detail(headline: Headline) -> dict[str, object]:
    return {
        "Figure": headline.figure,
        "Subject": headline.subject,
        "Value": headline.value,
        "Limit": headline.limit,
    }
