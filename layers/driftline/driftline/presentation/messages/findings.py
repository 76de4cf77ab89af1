"""What an execution found, as far as a message needs it, from the head of its summary.json."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.finding import Finding
from driftline.presentation.messages.evidence import measured, subject
from driftline.presentation.messages.wording import name, sentence
from driftline.presentation.text import count, figure, limit

MOST_EVIDENCE = 3
MOST_SUBJECTS = 200
"""Names that are remembered, to know later which are new."""


@dataclass(frozen=True, slots=True)
class Findings:
    """One execution in the words of a message.

    Attributes:
        headline: What is wrong, in one line; empty when nothing is.
        subjects: Names of what is violated, each once, in the order of the report.
        evidence: The strongest first, at most three.
        rows: Rows of the window.
    """

    window: tuple[datetime, datetime]
    violations: int
    headline: str
    subjects: tuple[str, ...]
    evidence: tuple[Finding, ...]
    rows: int


def findings_of(envelope: Envelope) -> Findings:
    """The violations, the strongest first."""
    violations = envelope.violations
    ranked = sorted(violations, key=lambda each: each.excess or 0.0, reverse=True)
    return Findings(
        window=(envelope.window.start, envelope.window.end),
        violations=len(ranked),
        headline=_headline(envelope, ranked[0], len(ranked)) if ranked else "",
        subjects=_names(each.subject for each in violations),
        evidence=tuple(ranked[:MOST_EVIDENCE]),
        rows=envelope.rows,
    )


def _headline(envelope: Envelope, worst: Finding, violations: int) -> str:
    kind = envelope.kind.replace("_", " ")
    first = f"{count(violations, 'violation')} of {kind} on {name(envelope.endpoint)}"
    led = "; worst: " if violations > 1 else ": "
    return sentence(f"{first}{led}{_worst(worst)}")


def _worst(finding: Finding) -> str:
    if finding.observed is None or finding.required is None:
        return subject(finding)
    observed = figure(finding.observed, finding.measure)
    if finding.measure == "count":
        return f"{subject(finding)} ({observed}, {figure(finding.required, finding.measure)} in the baseline)"
    required = limit(finding.required, finding.side, finding.measure)
    if finding.measure == "metric":
        return f"{subject(finding)} {observed}, {required} expected"
    return f"{subject(finding)} ({measured(finding)} {observed}, {required} expected)"


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name(each) for each in names))[:MOST_SUBJECTS]
