"""What the alarm queue holds: SNS's envelopes, events of EventBridge, and the ticks of a schedule.

CloudWatch's alarms are JSON text inside SNS's envelope. Shapes:
https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html (envelope),
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html (alarms).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from driftline.domain.incidents import received
from driftline.domain.instants import Instant


class _Lenient(BaseModel):
    """AWS may add fields at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AlarmNotification(_Lenient):
    """A CloudWatch alarm changed its state. Times look like 2026-11-22T01:02:03.456+0000."""

    trigger: Any = Field(default=None, alias="Trigger")
    """What it looks at; an alarm on an expression has another shape."""
    name: str = Field(alias="AlarmName", min_length=1)
    description: str | None = Field(default=None, alias="AlarmDescription")
    state: str = Field(alias="NewStateValue", min_length=1)
    reason: str = Field(default="", alias="NewStateReason")
    changed_at: Instant = Field(alias="StateChangeTime")


class Notification(_Lenient):
    """SNS's envelope around an alarm, or around any text."""

    type: Literal["Notification"] = Field(alias="Type")
    id: str = Field(alias="MessageId", min_length=1)
    subject: str | None = Field(default=None, alias="Subject")
    message: str = Field(alias="Message")
    timestamp: Instant = Field(alias="Timestamp")

    def received(self) -> received.Received:
        try:
            alarm = AlarmNotification.model_validate_json(self.message)
        except ValidationError:
            return received.Text(self.id, self.subject or "", self.message, self.timestamp)
        queue = _queue_of(alarm.trigger)
        return received.RawAlarm(
            alarm.name, alarm.state, alarm.changed_at, alarm.reason, alarm.description or "", queue
        )


class DriftlineEvent(_Lenient):
    """An event of the source `driftline`, as EventBridge delivers it."""

    source: Literal["driftline"]
    id: str = Field(min_length=1)
    detail_type: str = Field(alias="detail-type")
    time: Instant
    detail: dict[str, Any] = {}

    def received(self) -> received.Received:
        return received.Happening(self._own_id or self.id, self.detail_type, self.time, self.detail)

    @property
    def _own_id(self) -> str | None:
        """Identifies what happened: after an interruption it is sent again as another event."""
        own = self.detail.get("Id")
        outcome = self.detail.get("Decision") or self.detail.get("Outcome") or ""
        return f"{self.detail_type}/{own}/{outcome}" if isinstance(own, str) and own else None


class TickRequest(BaseModel):
    """The template's schedule sends the time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tick: Instant

    def received(self) -> received.Received:
        return received.Tick(self.tick)


class AlarmMessage(RootModel[TickRequest | Notification | DriftlineEvent]):
    """What the queue of notify_operator holds."""

    model_config = ConfigDict(frozen=True)

    def received(self) -> received.Received:
        return self.root.received()


def _queue_of(trigger: object) -> str:
    """Name of the queue whose messages an alarm counts; empty for other alarms."""
    if not isinstance(trigger, dict) or trigger.get("Namespace") != "AWS/SQS":
        return ""
    dimensions = trigger.get("Dimensions")
    for each in dimensions if isinstance(dimensions, list) else ():
        if isinstance(each, dict) and each.get("name") == "QueueName":
            return str(each.get("value") or "")
    return ""
