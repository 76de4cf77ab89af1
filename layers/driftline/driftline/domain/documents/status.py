"""The status file, `monitors/<endpoint>.status.json`: the result of uploading a monitor document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from driftline.domain.documents.parse import DocumentError


class _Part(BaseModel):
    # An older version reads what a newer one wrote.
    model_config = ConfigDict(frozen=True, extra="ignore")


class StatusError(_Part):
    """One error of the document; line and column count from 1."""

    line: int
    column: int
    field: str
    found: str
    allowed: str
    mend: str

    @classmethod
    def of(cls, error: DocumentError) -> "StatusError":
        return cls(
            line=error.line,
            column=error.column,
            field=error.field,
            found=error.found,
            allowed=error.allowed,
            mend=error.mend,
        )


class MonitorState(_Part):
    """One monitor as set up."""

    schedule_name: str | None
    """The EventBridge schedule; null when the monitor is not enabled."""

    schedule: str
    timezone: str
    window: str
    baseline: Literal["found", "missing"]
    """Whether statistics and constraints existed when the document was read."""

    baseline_folder: str
    missing: tuple[str, ...] = ()
    """Keys of objects that an execution needs and that did not exist when the document was read."""

    script_problems: tuple[str, ...] = ()
    """Why its scripts cannot run here, for example because they import what AWS Lambda does not have."""


class MonitorStatus(_Part):
    """The result of uploading a document.

    If there are errors, `monitors`, `schedules`, `alarms`, `dashboard` and `document` describe the last valid document,
    which stays in effect.
    """

    endpoint: str
    status: Literal["ok", "error"]
    key: str
    etag: str
    """Of the document that `status` and `errors` are about."""

    errors: tuple[StatusError, ...] = ()
    schedules: tuple[str, ...] = ()
    """Names of all EventBridge schedules of this endpoint."""

    alarms: tuple[str, ...] = ()
    """Names of all CloudWatch alarms of this endpoint."""

    dashboard: str | None = None
    """Name of the endpoint's CloudWatch dashboard; null when there is none."""

    spread_minutes: int = 0
    """The stack's SpreadMinutes when the schedules were set."""

    monitors: dict[str, MonitorState] = {}
    document: dict[str, JsonValue] | None = None
    """The last document without errors, with every default filled in but those of the stack's parameters."""

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=2).encode() + b"\n"

    @classmethod
    def from_bytes(cls, body: bytes) -> "MonitorStatus | None":
        """None if the file is not a status file of this version: it is written again then."""
        try:
            return cls.model_validate_json(body)
        except ValidationError:
            return None
