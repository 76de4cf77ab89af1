"""Who asks for a retraining: an alarm, or a person who approves what an alarm asked for.

Ids follow from what asked, never from a clock or a counter: the same message again is the same id.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from pydantic import AwareDatetime, BaseModel, ConfigDict

LONGEST_REASON = 2000
"""Characters of a reason that are kept: some come from data and can be of any length."""

_DIGEST = 12  # hexadecimal digits


class AlarmChange(BaseModel):
    """An alarm went off.

    Attributes:
        name: The full name, `<stack>/<endpoint>/<monitor>/<label>`.
        monitor: The alarm's subject.
        changed_at: CloudWatch's StateChangeTime.
        reason: CloudWatch's words.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    endpoint: str
    monitor: str
    label: str
    changed_at: AwareDatetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody put `approvals/<endpoint>/<id>.json`.

    Attributes:
        request: The id that is approved.
        at: When the object was put, as S3 says.
        by: As the file says; who may put it is IAM's matter.
    """

    endpoint: str
    request: str
    at: datetime
    by: str = ""
    why: str = ""


def request_id(alarm: AlarmChange) -> str:
    """The id of what an alarm's change asks for: `r20260301-140000-3f2a9c1b7d20`.

    Letters, digits and single hyphens, so that it can be the name of an execution in SageMaker and Step Functions.
    """
    at = alarm.changed_at.astimezone(UTC)
    return f"r{at:%Y%m%d-%H%M%S}-{_digest(alarm.name, at.isoformat())}"


def approval_id(approval: Approval) -> str:
    """The id of a decision on an approval; each time that the file is put is another one."""
    at = approval.at.astimezone(UTC)
    return f"a{at:%Y%m%d-%H%M%S}-{_digest(approval.endpoint, approval.request, at.isoformat())}"


def start_token(endpoint: str, request: str) -> str:
    """What AWS knows one start by, however often it is asked: 64 hexadecimal digits."""
    return sha256(f"driftline\n{endpoint}\n{request}".encode()).hexdigest()


def cut(text: str) -> str:
    """At most LONGEST_REASON characters."""
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
