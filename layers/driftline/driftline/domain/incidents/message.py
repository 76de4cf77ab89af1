"""A message to operators, before any channel gives it a form.

Every text here may hold strings that came from data (feature names, categories, reasons): a channel escapes all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


class MessageKind(StrEnum):
    """Where in a conversation a message stands. A notice belongs to none."""

    OPENED = "opened"
    ESCALATED = "escalated"
    UPDATED = "updated"
    RECOVERED = "recovered"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One piece of evidence: a feature or a metric against its threshold.

    Attributes:
        statistic: Name of what was measured, for example `linf_robust` or `mae`.
        interval: Of 95 %.
        n: Rows behind the value.
    """

    subject: str
    statistic: str
    value: float | None
    threshold: float | None
    n: float | None = None
    interval: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What an operator needs to act.

    Attributes:
        id: Unique for what is told; the same again is the same message.
        severity: Of an incident the worst so far, also in its recovery: channels that heard of it hear that it is over.
        incident: Id of the conversation that it belongs to; None for a notice.
        headline: What is wrong (or right again), in one line.
        details: Plain lines below it.
        evidence: The strongest first, at most three.
        since: When the incident began.
        changed: What is different from the last message of the conversation; empty for the first.
        link: Where the report is.
        silence: How to silence it, a command or a step.
        at: When what it tells happened.
        channels: Names of the channels that it is for; empty for all.
    """

    id: str
    kind: MessageKind
    severity: Severity
    headline: str
    at: datetime
    incident: str | None = None
    endpoint: str | None = None
    monitor: str | None = None
    window: tuple[datetime, datetime] | None = None
    details: tuple[str, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    since: datetime | None = None
    changed: tuple[str, ...] = ()
    link: str | None = None
    silence: str | None = None
    channels: tuple[str, ...] = ()
