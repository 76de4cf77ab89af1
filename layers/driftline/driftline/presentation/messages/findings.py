"""What an execution found, as far as a message needs it, from the head of its summary.json."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import EvidenceLine
from driftline.presentation.messages.wording import LONGEST_SENTENCE, line, name, sentence
from driftline.presentation.text import count, figure, interval, limit, metric_name, number

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
    evidence: tuple[EvidenceLine, ...]
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
        evidence=tuple(_evidence(each) for each in ranked[:MOST_EVIDENCE]),
        rows=envelope.rows,
    )


def _headline(envelope: Envelope, worst: Finding, violations: int) -> str:
    kind = envelope.kind.replace("_", " ")
    first = f"{count(violations, 'violation')} of {kind} on {name(envelope.endpoint)}"
    led = "; worst: " if violations > 1 else ": "
    return sentence(f"{first}{led}{_worst(worst)}")


def _worst(finding: Finding) -> str:
    if finding.observed is None or finding.required is None:
        return _subject(finding)
    observed = figure(finding.observed, finding.measure)
    if finding.measure == "count":
        return f"{_subject(finding)} ({observed}, {figure(finding.required, finding.measure)} in the baseline)"
    required = limit(finding.required, finding.side, finding.measure)
    if finding.measure == "metric":
        return f"{_subject(finding)} {observed}, {required} expected"
    return f"{_subject(finding)} ({finding.figure} {observed}, {required} expected)"


def _subject(finding: Finding) -> str:
    return name(metric_name(finding.subject) if finding.measure == "metric" else finding.subject)


def _evidence(finding: Finding) -> EvidenceLine:
    decided_otherwise = finding.statistic is not None and finding.statistic != finding.observed
    return EvidenceLine(
        subject=name(finding.subject),
        statistic=name(finding.figure or finding.check),
        value=finding.observed,
        threshold=finding.required,
        n=finding.n,
        interval=None if decided_otherwise else finding.interval,
        note="; ".join(_notes(finding, decided_otherwise=decided_otherwise)),
    )


def _notes(finding: Finding, *, decided_otherwise: bool) -> Iterable[str]:
    if finding.measure == "metric":
        if finding.certain is False:
            yield "the threshold is inside the interval"
        return
    if decided_otherwise:
        yield _raw(finding)
    if finding.direction in {"higher", "lower"}:
        yield f"the current values are {finding.direction}"
    elif not decided_otherwise:
        yield line(finding.description, LONGEST_SENTENCE // 2)


def _raw(finding: Finding) -> str:
    """The raw statistic, which the interval belongs to, where the comparison decides by something else."""
    value = number(finding.statistic)
    if finding.interval is None:
        return f"raw statistic {value}"
    return f"raw distance {value}, 95 % interval {interval(finding.interval)}"


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name(each) for each in names))[:MOST_SUBJECTS]
