"""Watching the watcher: what has to keep happening around an endpoint, as the document writes it."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from driftline.domain.monitors.fields import Age, Part


class Watch(Part):
    """When something that should happen does not. PT0H, or 0, switches a check off."""

    failed_executions: Annotated[int, Field(strict=True, ge=0, le=20)] = 1
    """An alarm after so many executions of a monitor in a row that failed."""

    schedule_delay: Age = timedelta(hours=2)
    """An alarm when a scheduled execution is missing for so long."""

    captures_age: Age = timedelta(days=1)
    """An alarm when no capture came for so long."""

    ground_truth_age: Age | None = None
    """An alarm when no ground truth came for so long. Default: P7D where there is a model_quality monitor."""
