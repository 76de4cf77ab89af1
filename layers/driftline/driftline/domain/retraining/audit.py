"""The audit records and events of every decision, including refusals, and of the end of every run."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from driftline.domain.instants import Instant, format_instant
from driftline.domain.keys import REPORTS
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.domain.retraining.request import AlarmChange

FOLDER = "retraining"
"""Next to the monitors' reports: `reports/<endpoint>/retraining/yyyy/mm/dd/<id>.json`."""

_REQUEST_ID = re.compile(r"r(\d{4})(\d{2})(\d{2})-\d{6}-[0-9a-f]{12}")

DECISION_EVENT = "Retraining Decision"
ENDED_EVENT = "Retraining Ended"


class Decision(StrEnum):
    """The result of a request. `unknown`: it is not known whether it started; people have to look."""

    STARTED = "started"
    REFUSED = "refused"
    DRY_RUN = "dry_run"
    AWAITING_APPROVAL = "awaiting_approval"
    FAILED = "failed"
    UNKNOWN = "unknown"


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # a newer version may have written it


type Figure = str | int | float | bool | None


class Finding(_Ours):
    """The result of one guard, with the figures that it used."""

    guard: str
    passed: bool
    reason: str
    figures: dict[str, Figure] = {}


class TargetRecord(_Ours):
    """The target: `pipeline`, `state_machine`, `function` or `event`, and its name or ARN."""

    kind: Literal["pipeline", "state_machine", "function", "event"]
    name: str


class AuditRecord(_Ours):
    """One decision: `reports/<endpoint>/retraining/yyyy/mm/dd/<id>.json`.

    Attributes:
        id: Id of the decision. A decision on an approval has an id of its own.
        request: Id of the alarm's request; the run has the same id.
        at: Time of the event.
        delivered_at: When the event arrived, to the minute; the guards count a start from then on.
        guard: The guard that refused; None if none did.
        guards: The checked guards, in order, up to the first refusal.
        parameters: Parameters that the target received, or would have received.
        mend: What a person can do.
        approve: The command that approves the request.
        ownership: Whose endpoint it was then, by its document.
    """

    record: Literal["decision"] = "decision"
    version: int = 1
    id: str
    request: str
    endpoint: str
    monitor: str
    decision: Decision
    reason: str
    guard: str | None = None
    at: Instant
    delivered_at: Instant | None = None
    alarm: AlarmChange | None = None
    guards: tuple[Finding, ...] = ()
    target: TargetRecord | None = None
    parameters: dict[str, str] = {}
    run_arn: str | None = None
    mend: str = ""
    approve: str | None = None
    expires_at: Instant | None = None
    approved_by: str | None = None
    approval_reason: str | None = None
    ownership: Ownership = NOBODY

    @property
    def key(self) -> str:
        return decision_key(self.endpoint, self.id, self.at)

    @property
    def event(self) -> str:
        return DECISION_EVENT

    def detail(self, uri: str) -> Mapping[str, object]:
        """The event's detail. Reasons may contain strings from data."""
        return {
            "Id": self.id,
            "RequestId": self.request,
            "Endpoint": self.endpoint,
            "Monitor": self.monitor,
            "Alarm": self.alarm.name if self.alarm else None,
            "AlarmLabel": self.alarm.label if self.alarm else None,
            "Decision": self.decision.value,
            "Guard": self.guard,
            "Reason": self.reason,
            "Mend": self.mend or None,
            "At": format_instant(self.at),
            "AuditUri": uri,
            "Target": f"{self.target.kind} {self.target.name}".strip() if self.target else None,
            "RunArn": self.run_arn,
            "ApproveCommand": self.approve,
            "ExpiresAt": format_instant(self.expires_at) if self.expires_at else None,
            **self.ownership.event_fields(),
        }


class EndRecord(_Ours):
    """The end of a run: `<id>.ended.json` next to the record of its start.

    Attributes:
        id: Id of the request and of the run.
        outcome: As reported, such as Succeeded or FAILED.
        started_at: When the request was delivered.
        asked_at: Time of the event behind the start; None in records of earlier versions, where both are the same.
        took: Seconds from the decision to the end, by the times of both events.
        ownership: Whose endpoint it was at the end.
    """

    record: Literal["end"] = "end"
    version: int = 1
    id: str
    endpoint: str
    monitor: str
    outcome: str
    started_at: Instant
    asked_at: Instant | None = None
    at: Instant
    took: float
    run_arn: str | None = None
    ownership: Ownership = NOBODY

    @property
    def key(self) -> str:
        return decision_key(self.endpoint, f"{self.id}.ended", self.asked_at or self.started_at)

    @property
    def event(self) -> str:
        return ENDED_EVENT

    def detail(self, uri: str) -> Mapping[str, object]:
        return {
            "Id": self.id,
            "Endpoint": self.endpoint,
            "Monitor": self.monitor,
            "Outcome": self.outcome,
            "StartedAt": format_instant(self.started_at),
            "At": format_instant(self.at),
            "Seconds": self.took,
            "AuditUri": uri,
            "RunArn": self.run_arn,
            **self.ownership.event_fields(),
        }


def audit_prefix(endpoint: str) -> str:
    return f"{REPORTS}{endpoint}/{FOLDER}/"


def decision_key(endpoint: str, id_: str, at: datetime) -> str:
    """The key of the decision on an event of this time."""
    return f"{audit_prefix(endpoint)}{at.astimezone(UTC):%Y/%m/%d}/{id_}.json"


def audit_key(endpoint: str, request: str) -> str | None:
    """The key of the decision on an alarm, whose id begins with its day; None if the text is not such an id."""
    match = _REQUEST_ID.fullmatch(request)
    if match is None:
        return None
    year, month, day = match.groups()
    return f"{audit_prefix(endpoint)}{year}/{month}/{day}/{request}.json"
