"""What an execution found, as far as a message needs it, from the head of its summary.json."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.finding import Finding, worst_first
from driftline.presentation.headline import violations_headline
from driftline.presentation.messages.wording import message_line, name

MOST_EVIDENCE = 3
MOST_SUBJECTS = 200
"""Names that are remembered, to know later which are new."""


@dataclass(frozen=True, slots=True)
class Findings:
    """One execution in the words of a message.

    Attributes:
        headline: The worst violation in a sentence; empty when there is none.
        subjects: Names of what is violated, each once, in the order of the report.
        evidence: The worst first, at most three.
        rows: Rows of the window.
        coverage: Share of them that has a label; None where none is needed.
    """

    window: tuple[datetime, datetime]
    violations: int
    headline: str
    subjects: tuple[str, ...]
    evidence: tuple[Finding, ...]
    rows: int
    coverage: float | None = None


def findings_of(envelope: Envelope) -> Findings:
    """The violations, the worst first."""
    violations = envelope.violations
    return Findings(
        window=(envelope.window.start, envelope.window.end),
        violations=len(violations),
        headline=message_line(violations_headline(violations)),
        subjects=_names(each.subject for each in violations),
        evidence=worst_first(violations)[:MOST_EVIDENCE],
        rows=envelope.rows,
        coverage=envelope.coverage,
    )


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name(each) for each in names))[:MOST_SUBJECTS]
