"""What export_telemetry receives: events of the stack, and state changes of its alarms."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from driftline.domain.instants import Instant


class TelemetryEvent(BaseModel):
    """An event of the default bus.

    Attributes:
        time: When it happened.
        detail: As docs/reference/events.md describes it, or CloudWatch's of an alarm.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    detail_type: str = Field(alias="detail-type")
    time: Instant
    region: str = ""
    account: str = ""
    detail: dict[str, Any]

    @property
    def nanoseconds(self) -> str:
        """Since 1970. OTLP's JSON has 64-bit numbers as texts."""
        whole, fraction = divmod(_microseconds(self.time), 1_000_000)
        return f"{whole}{fraction:06}000"


def _microseconds(moment: datetime) -> int:
    since = moment - datetime.fromtimestamp(0, moment.tzinfo)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
