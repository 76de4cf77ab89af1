"""The request for an execution, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from driftline.domain.executions.envelope import Headline
from driftline.domain.executions.verdict import Verdict, verdict_of
from driftline.domain.instants import Instant, format_instant
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.domain.windows import Window

type Trigger = Literal["schedule", "rerun", "hand"]
"""Who requested it: the monitor's schedule, late data in an evaluated window, or a person."""


class ExecutionStatus(StrEnum):
    """The values of SageMaker's MonitoringExecutionStatus with which an execution can end, or wait."""

    PENDING = "Pending"
    """Its verdict comes when what it waits for is there; nothing was written or announced."""

    COMPLETED = "Completed"
    COMPLETED_WITH_VIOLATIONS = "CompletedWithViolations"
    FAILED = "Failed"


class ExecutionRequest(BaseModel):
    """One execution: by its scheduled time, or by hand for any window.

    With `start` and `end` only, the scheduled time follows from the monitor's end offset, so that a replayed window
    is in the folder where its schedule would have put it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str = Field(min_length=1)
    monitor: str = Field(min_length=1)
    scheduled_time: Instant | None = None
    start: Instant | None = None
    end: Instant | None = None
    trigger: Trigger = "hand"

    @property
    def signals(self) -> bool:
        """Whether it is signalled to alarms: a person who replays a window must not wake anybody."""
        return self.trigger != "hand"

    @model_validator(mode="after")
    def _says_which_window(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end must both be set")
        if self.scheduled_time is None and self.start is None:
            raise ValueError("set scheduled_time, or start and end")
        return self


@dataclass(frozen=True, slots=True)
class Execution:
    """The result of an execution.

    Attributes:
        window: None if it failed before it had one.
        folder: Folder of the files, with a trailing slash; for a failed one, that of its page, or empty.
        files: Keys of the files, by name (`statistics.json` and so on).
        sentence: The verdict in words: the worst violation, or why there is none.
        schedule: The monitoring schedule's name, as in the metrics' dimension.
        revision: Number of the verdict on this window, from 1; a later one includes late data.
        ownership: Whose endpoint it is, for the event.
        unchanged: The same execution was already written and announced; nothing was published again.
    """

    endpoint: str
    monitor: str
    status: ExecutionStatus
    reason: str
    schedule: str | None = None
    window: Window | None = None
    scheduled_time: datetime | None = None
    rows: int = 0
    evaluated_rows: int = 0
    violations: int = 0
    headline: Headline | None = None
    sentence: str = ""
    coverage: float | None = None
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    ownership: Ownership = NOBODY
    unchanged: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """None if it failed, or waits."""
        if self.status in {ExecutionStatus.FAILED, ExecutionStatus.PENDING}:
            return None
        return verdict_of(self.violations, self.evaluated_rows)

    def event_detail(self, report_uri: str) -> dict[str, object]:
        """The `detail` of the EventBridge event, named as in SageMaker's MonitoringExecutionSummary where possible."""
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
            "Verdict": self.verdict,
            "Rows": self.rows,
            "EvaluatedRows": self.evaluated_rows,
            "Violations": self.violations,
            "Summary": self.sentence or None,
            "Headline": _headline_detail(self.headline) if self.headline else None,
            "Coverage": self.coverage,
            "ReportUri": report_uri,
            "FailureReason": self.reason if self.status is ExecutionStatus.FAILED else None,
            "Reason": self.reason,
            **self.ownership.event_fields(),
        }


def _headline_detail(headline: Headline) -> dict[str, object]:
    return {
        "Figure": headline.figure,
        "Subject": headline.subject,
        "Value": headline.value,
        "Limit": headline.limit,
    }
