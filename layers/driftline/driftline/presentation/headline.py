"""The worst violation of an execution in a sentence, the same on pages, terminals, in messages and events."""

from collections.abc import Sequence
from math import isfinite

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.finding import Finding, Move, worst_first
from driftline.domain.executions.unusable import CHECK as UNUSABLE_ROWS
from driftline.presentation.findings import in_the_baseline, is_against_baseline, observed_name, subject_name
from driftline.presentation.text import (
    IN_A_SENTENCE,
    count,
    figure,
    interval,
    joined,
    limit,
    number,
    percent,
    rounded,
    shown,
)

_NAMED = 3
"""Values by name."""

_MOVED = 2
"""Buckets or categories."""

_VALUE = 40
"""Characters of a value."""


def violations_headline(violations: Sequence[Finding]) -> str:
    """`contact: cellular 64 % → 0 %, mobile 0 % → 60 %; 2 more violations (age, job)`; empty without violations."""
    if not violations:
        return ""
    worst, *others = worst_first(violations)
    return f"{finding_sentence(worst)}; {_more(worst, others)}" if others else finding_sentence(worst)


def _more(worst: Finding, others: Sequence[Finding]) -> str:
    """How many, and of what where that is short: two columns that changed places are named both."""
    subjects = list(dict.fromkeys(shown(subject_name(each), IN_A_SENTENCE) for each in others))
    named = [each for each in subjects if each != shown(subject_name(worst), IN_A_SENTENCE)]
    whose = f" ({', '.join(named)})" if 0 < len(named) <= _NAMED else ""
    return f"{count(len(others), 'more violation')}{whose}"


def envelope_headline(envelope: Envelope) -> str:
    """Of any verdict."""
    if envelope.verdict == "not_evaluated":
        return f"Not evaluated: {envelope.reason}"
    return violations_headline(envelope.violations) or "No violations."


def finding_sentence(finding: Finding) -> str:
    """What is wrong: the unseen values, the shift of shares, or the figure and what is required."""
    said = _own_words(finding) or _said(finding)
    return f"{said}; {shown(finding.remark, IN_A_SENTENCE)}" if finding.remark else said


def _own_words(finding: Finding) -> str:
    """Without the full stop, because more may follow."""
    return shown(finding.sentence, IN_A_SENTENCE * 5).removesuffix(".") if finding.sentence else ""


def _said(finding: Finding) -> str:
    if finding.check == UNUSABLE_ROWS:
        return shown(finding.description, IN_A_SENTENCE * 3)
    subject = shown(subject_name(finding), IN_A_SENTENCE)
    if finding.measure == "metric" and finding.observed is not None:
        return f"{subject} {_figures(finding)}"
    if finding.measure == "count":
        return f"{subject}: {_columns(finding)}"
    return f"{subject}: {shift(finding) or _named_figure(finding)}"


def shift(finding: Finding) -> str:
    """`1 unseen value, 'yes'`, `cellular 64 % → 0 %`: what moved by name; empty where only a figure is known."""
    if finding.measure == "count":
        return ""
    return _unseen(finding) if finding.values else ", ".join(map(_moved, finding.moves[:_MOVED]))


def states_figures(finding: Finding) -> bool:
    """Whether its sentence has its figures: they need not stand next to it."""
    return not shift(finding)


def required(finding: Finding) -> str:
    """`at least 95 % required`, `at most 15 allowed`; empty where nothing is known."""
    if finding.required is None or is_against_baseline(finding):
        return ""
    word = "allowed" if finding.side == "at_most" else "required"
    return f"{limit(finding.required, finding.side, finding.measure)} {word}"


def _figures(finding: Finding) -> str:
    measure = finding.measure
    within = (
        "" if finding.derived or finding.interval is None else f"95 % interval {interval(finding.interval, measure)}"
    )
    inside = f" ({within})" if within else ""
    parts = f"{figure(finding.observed, measure)}{inside}", required(finding), in_the_baseline(finding)
    return ", ".join(filter(None, parts))


def _named_figure(finding: Finding) -> str:
    if finding.observed is None:
        return _described(finding)
    name = observed_name(finding)
    return f"{name if name == 'p-value' or name.isupper() else name[:1].lower() + name[1:]} {_figures(finding)}"


def _described(finding: Finding) -> str:
    """Of a file without figures, its own words."""
    return shown(rounded(finding.description), IN_A_SENTENCE * 2) if finding.description else finding.check


def _columns(finding: Finding) -> str:
    """`“age”, “job” (14 columns, 15 in the baseline)`."""
    if finding.observed is None or finding.required is None or not isfinite(finding.observed):
        return _names(finding) if finding.values else _described(finding)
    counts = f"{count(int(finding.observed), 'column')}, {number(finding.required)} in the baseline"
    return f"{_names(finding)} ({counts})" if finding.values else counts


def _unseen(finding: Finding) -> str:
    amount = finding.distinct or len(finding.values)
    share = ""
    if finding.observed is not None and finding.side == "at_least":
        share = f", {percent(1.0 - finding.observed)} of the values"
    return f"{count(amount, 'unseen value')}, {_names(finding)}{share}"


def _names(finding: Finding) -> str:
    """`'a', 'b', 'c' and 2 more`."""
    named = [f"'{shown(each, _VALUE)}'" for each in finding.values[:_NAMED]]
    return joined(named, more=(finding.distinct or len(finding.values)) - len(named))


def _moved(move: Move) -> str:
    """`cellular 64 % → 0 %`; of numbers, `2 % → 31.5 % from 0.5 to 1`."""
    shares = f"{percent(move.baseline)} → {percent(move.current)}"
    if move.value is not None:
        return f"{shown(move.value, _VALUE)} {shares}"
    if move.lower is None:
        return f"{shares} below {number(move.upper)}"
    if move.upper is None:
        return f"{shares} above {number(move.lower)}"
    return f"{shares} from {number(move.lower)} to {number(move.upper)}"
