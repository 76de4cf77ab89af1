"""Requests for a retraining: by an alarm, or by a person who approves an alarm's request.

Ids follow from the request, not from a clock or a counter: the same message has the same id.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from driftline.domain.instants import Instant

LONGEST_REASON = 2000
"""Maximum characters of a reason: some come from data and can have any length."""

_DIGEST = 12  # hexadecimal digits


class AlarmChange(BaseModel):
    """An alarm went off.

    Attributes:
        name: The full name, `<stack>/<endpoint>/<monitor>/<label>`.
        monitor: The alarm's subject.
        changed_at: CloudWatch's StateChangeTime.
        reason: CloudWatch's reason.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    endpoint: str
    monitor: str
    label: str
    changed_at: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody wrote `approvals/<endpoint>/<id>.json`.

    Attributes:
        request: Id of the approved request.
        at: When the object was written, according to S3.
        by: From the file; IAM decides who may write it.
    """

    endpoint: str
    request: str
    at: datetime
    by: str = ""
    why: str = ""


def request_id(alarm: AlarmChange) -> str:
    """The id of the request of an alarm's change: `r20260301-140000-3f2a9c1b7d20`.

    Letters, digits and single hyphens, so that it is a valid name of an execution in SageMaker and Step Functions.
    """
    at = alarm.changed_at.astimezone(UTC)
    return f"r{at:%Y%m%d-%H%M%S}-{_digest(alarm.name, at.isoformat())}"


def approval_id(approval: Approval) -> str:
    """The id of a decision on an approval; every write of the file has another one."""
    at = approval.at.astimezone(UTC)
    return f"a{at:%Y%m%d-%H%M%S}-{_digest(approval.endpoint, approval.request, at.isoformat())}"


def start_token(endpoint: str, request: str) -> str:
    """Identifies one start in AWS, however often it is requested: 64 hexadecimal digits."""
    return sha256(f"driftline\n{endpoint}\n{request}".encode()).hexdigest()


def cut(text: str) -> str:
    """At most LONGEST_REASON characters."""
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
