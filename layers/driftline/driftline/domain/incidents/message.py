"""A message to operators, before a channel renders it.

Every text may contain strings from data (feature names, categories, reasons): a channel escapes all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from driftline.domain.alarms.severity import Severity
from driftline.domain.executions.finding import Finding
from driftline.domain.monitors.ownership import NOBODY, Ownership


class MessageKind(StrEnum):
    """The role of a message in its conversation. A notice belongs to none."""

    OPENED = "opened"
    ESCALATED = "escalated"
    UPDATED = "updated"
    RECOVERED = "recovered"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the messages in a digest: its headline, and the location of its report."""

    headline: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What an operator needs to act.

    Attributes:
        id: Unique for the content; the same id is the same message.
        severity: The worst of the incident so far, also in its recovery, so that it reaches the same channels.
        incident: Id of its conversation; None for a notice.
        headline: What is wrong (or right again), in one line.
        details: Plain lines below it.
        evidence: Strongest first, at most three.
        since: When the incident began.
        changed: What is different from the last message of the conversation; empty for the first.
        rows: Rows of the window; coverage: the share of them that has a label, None where none is needed.
        link: Location of the report.
        runbook: Address of what to do about it, from the monitor document.
        silence: How to silence it, a command or a step.
        at: When it happened.
        channels: Names of its channels; empty for all.
        ownership: Whose endpoint it is.
        listed: The messages in a digest; empty for all others.
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
    evidence: tuple[Finding, ...] = ()
    since: datetime | None = None
    changed: tuple[str, ...] = ()
    rows: int | None = None
    coverage: float | None = None
    link: str | None = None
    runbook: str | None = None
    silence: str | None = None
    channels: tuple[str, ...] = ()
    ownership: Ownership = NOBODY
    listed: tuple[Listed, ...] = ()
