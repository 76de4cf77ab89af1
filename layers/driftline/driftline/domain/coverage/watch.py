"""One watch on an endpoint: a monitor of Driftline's, or a monitoring schedule of SageMaker's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from driftline.domain.instants import format_instant
from driftline.domain.windows import Window


class Watcher(StrEnum):
    DRIFTLINE = "driftline"
    SAGEMAKER = "sagemaker"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The last execution that evaluated some rows.

    Attributes:
        scheduled: Its scheduled time, UTC; the end of a window that was requested by hand.
        window: None where only the schedule knows it, as with SageMaker's, or where a later execution has none.
    """

    scheduled: datetime
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A monitor or a schedule, and when it last evaluated a window.

    Attributes:
        name: Of the monitor, which is its kind; or of the schedule.
        kind: Driftline's, or SageMaker's MonitoringType.
        active: Whether it runs.
        state: `enabled` or `disabled`; SageMaker's MonitoringScheduleStatus.
        evaluated: None if no window was evaluated among the executions that were looked at.
        unseen: Why nobody could look for executions; empty if somebody could.
    """

    by: Watcher
    name: str
    kind: str
    active: bool
    state: str
    evaluated: Evaluated | None = None
    unseen: str = ""

    def document(self) -> Mapping[str, object]:
        """For machines."""
        found = self.evaluated
        window = found.window if found else None
        return {
            "by": self.by,
            "name": self.name,
            "kind": self.kind,
            "active": self.active,
            "state": self.state,
            "last_evaluated": format_instant(found.scheduled) if found else None,
            "window": {"start": format_instant(window.start), "end": format_instant(window.end)} if window else None,
        }
