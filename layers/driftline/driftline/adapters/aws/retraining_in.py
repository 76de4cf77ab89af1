"""What the retraining queue holds: alarms in SNS's envelopes, approvals, and events about the end of a run.

Shapes: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html, "Pipeline execution
state change"; https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html, "Step Functions
Execution Status Change". SageMaker may send each event more than once.
"""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from driftline.adapters.aws.alarms_in import AlarmNotification, Notification
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.domain.alarms.names import WATCH, parse_alarm_name
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.instants import Instant
from driftline.domain.monitors.fields import Name
from driftline.domain.retraining.approvals import ApprovalFile, parse_approval_key
from driftline.domain.retraining.request import AlarmChange, Approval, cut
from driftline.usecases.ports import ObjectStore
from driftline.usecases.retraining.retraining_ends import RunEnd

_CREATED = "Object Created"
_LONGEST_FILE = 65_536  # bytes
_MINUTE = timedelta(minutes=1)


class _Lenient(BaseModel):
    """AWS may add fields at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _PipelineDetail(_Lenient):
    status: str = Field(alias="currentPipelineExecutionStatus")
    arn: str = Field(alias="pipelineExecutionArn", min_length=1)
    name: str | None = Field(default=None, alias="pipelineExecutionDisplayName")


class PipelineExecutionChange(_Lenient):
    """A SageMaker pipeline's execution changed its status."""

    detail_type: Literal["SageMaker Model Building Pipeline Execution Status Change"] = Field(alias="detail-type")
    time: Instant
    detail: _PipelineDetail

    def end(self) -> RunEnd | None:
        detail = self.detail
        ended = detail.status in {"Succeeded", "Failed", "Stopped"}
        return RunEnd(detail.status, self.time, id=detail.name or "", arn=detail.arn) if ended else None


class _ExecutionDetail(_Lenient):
    status: str
    arn: str = Field(alias="executionArn", min_length=1)
    name: str


class StateMachineExecutionChange(_Lenient):
    """A Step Functions execution changed its status."""

    detail_type: Literal["Step Functions Execution Status Change"] = Field(alias="detail-type")
    time: Instant
    detail: _ExecutionDetail

    def end(self) -> RunEnd | None:
        detail = self.detail
        ended = detail.status in {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
        return RunEnd(detail.status, self.time, id=detail.name, arn=detail.arn) if ended else None


class _FinishedDetail(_Lenient):
    endpoint: Name = Field(alias="Endpoint")
    id: str | None = Field(default=None, alias="Id", min_length=1, max_length=128)
    outcome: str = Field(default="Finished", alias="Outcome", max_length=256)


class RetrainingFinished(_Lenient):
    """An event of your own, from any source: a training started by a function or an event has ended. Without an id it
    is the running one."""

    detail_type: Literal["Retraining Finished"] = Field(alias="detail-type")
    time: Instant
    detail: _FinishedDetail

    def end(self) -> RunEnd | None:
        detail = self.detail
        return RunEnd(detail.outcome, self.time, endpoint=detail.endpoint, id=detail.id)


type RunEvent = PipelineExecutionChange | StateMachineExecutionChange | RetrainingFinished


class RetrainingMessage(
    RootModel[Notification | PipelineExecutionChange | StateMachineExecutionChange | RetrainingFinished | ObjectEvent]
):
    """What the queue of start_retraining holds."""

    model_config = ConfigDict(frozen=True)


def under_way(since: datetime, now: datetime) -> timedelta:
    """How long a message took to arrive, in whole minutes, so that no guard depends on seconds.

    The message itself does not say. SQS knows when a message was sent and first received, and a redriven one is a new
    message; but one that is retried after an hour, or after the function was stopped for a day, keeps both times.

    Args:
        since: When it was published. An alarm that CloudWatch sent late, or with a simulated time, does not count as
            late.
        now: The receiver's clock.
    """
    return max(now - since, timedelta(0)) // _MINUTE * _MINUTE


def alarm_change(message: Notification, stack: str) -> AlarmChange | None:
    """The alarm that went off; None for alarms that returned to OK, for other alarms and for other texts."""
    try:
        alarm = AlarmNotification.model_validate_json(message.message)
    except ValidationError:
        return None
    name = parse_alarm_name(stack, alarm.name)
    if alarm.state != "ALARM" or name is None or name.subject == WATCH:
        return None
    return AlarmChange(
        name=alarm.name,
        endpoint=name.endpoint,
        monitor=name.subject,
        label=name.label,
        changed_at=alarm.changed_at,
        reason=cut(alarm.reason),
    )


def approval_of(event: ObjectEvent, store: ObjectStore) -> Approval | None:
    """The approval; None for other objects, for deletions, and if the file was removed again.

    A file that cannot be read approves like any other: anyone who may write it may approve.
    """
    key = parse_approval_key(event.key)
    if key is None or event.detail_type != _CREATED or event.bucket != store.name:
        return None
    try:
        body = store.get_range(event.key, 0, _LONGEST_FILE)
    except ObjectNotFoundError:
        return None
    try:
        file = ApprovalFile.model_validate_json(body)
    except ValidationError:
        file = ApprovalFile()
    endpoint, request = key
    return Approval(endpoint, request, event.time, cut(file.by), cut(file.why))
