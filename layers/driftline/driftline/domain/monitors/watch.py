"""What must keep happening around an endpoint, as written in the document."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from driftline.domain.monitors.fields import Age, Part


class Watch(Part):
    """Alarms for things that should happen and do not. PT0H, or 0, turns a check off."""

    failed_executions: Annotated[int, Field(strict=True, ge=0, le=20)] = 1
    """Alarm after this many consecutive failed executions of a monitor."""

    schedule_delay: Age = timedelta(hours=2)
    """Alarm when a scheduled execution has been missing for this long."""

    captures_age: Age = timedelta(days=1)
    """Alarm when no capture arrived for this long."""

    ground_truth_age: Age | None = None
    """Alarm when no ground truth arrived for this long. Default: P7D with a monitor that needs labels."""

    unmatched_labels_age: Age | None = None
    """Alarm when ground truth arrives and, for this long, none of it matches a capture. Default: P1D with a monitor
    that needs labels."""
