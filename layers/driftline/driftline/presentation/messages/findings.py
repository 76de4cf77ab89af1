"""What an execution found, as far as a message needs it: from the summary.json of either kind of monitor."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Measure
from driftline.domain.incidents.message import EvidenceLine
from driftline.presentation.messages.wording import LONGEST_SENTENCE, line, name, sentence
from driftline.presentation.text import count, figure, interval, metric_name, number

if TYPE_CHECKING:
    # They bring numpy, which a message about a queue does not need.
    from driftline.kinds.data_quality.rules.summary import DriftSummary, Summary, ViolationEvidence
    from driftline.kinds.model_quality.rules.summary import QualitySummary, QualityViolation

MOST_EVIDENCE = 3
MOST_FEATURES = 200
"""Names that are remembered, to tell later which are new."""

_DRIFT = "baseline_drift_check"
_SMALLEST = 1e-12
_QUALITY = "model_quality"
_CHECKS = {
    "completeness_check": "completeness",
    "data_type_check": "share of values of the expected type",
    "categorical_values_check": "share of known categories",
    "missing_column_check": "missing column",
    "extra_column_check": "extra column",
    _DRIFT: "drift",
}


_SHARES = {"completeness_check", "data_type_check", "categorical_values_check"}


@dataclass(frozen=True, slots=True)
class Findings:
    """One execution in the words of a message.

    Attributes:
        headline: What is wrong, in one line; empty when nothing is.
        features: Names of what is violated, without doubles, in the order of the report.
        evidence: The strongest first, at most three.
        rows: Rows of the window.
    """

    window: tuple[datetime, datetime]
    violations: int
    headline: str
    features: tuple[str, ...]
    evidence: tuple[EvidenceLine, ...]
    rows: int


def parse_findings(body: bytes, where: str) -> Findings:
    """Raises InvalidInputError: not a summary of this version."""
    try:
        monitor = json.loads(body).get("monitor")
    except (ValueError, AttributeError):
        raise InvalidInputError("no summary of an execution", where=where) from None
    if monitor == _QUALITY:
        from driftline.kinds.model_quality.rules.summary import parse_quality_summary  # noqa: PLC0415, brings numpy

        return _of_quality(parse_quality_summary(body, where))
    from driftline.kinds.data_quality.rules.summary import parse_summary  # noqa: PLC0415, brings numpy

    return _of_data(parse_summary(body, where))


@dataclass(frozen=True, slots=True)
class _Violation:
    """One violation with what decided it.

    Attributes:
        value: What was compared with `required`; of a drift that is not the raw distance but what the comparison makes
            of it (docs/reference/data-quality.md). None for a column that is missing or new.
        drift: The comparison behind a drift.
    """

    evidence: "ViolationEvidence"
    value: float | None
    drift: "DriftSummary | None"

    @property
    def beyond(self) -> float:
        """How far beyond what is required, as a share of it; a column that is missing or new is beyond everything."""
        if self.value is None:
            return float("inf")
        required = self.evidence.required
        return abs(self.value - required) / max(abs(required), _SMALLEST)


def _of_data(summary: "Summary") -> Findings:
    drifts = {feature.name: feature.drift for feature in summary.features}
    violations = [
        _Violation(each, each.statistic if drift is None else drift.value, drift)
        for each in summary.violations
        for drift in (drifts.get(each.feature) if each.check == _DRIFT else None,)
    ]
    ranked = sorted(violations, key=lambda each: each.beyond, reverse=True)
    return Findings(
        window=(summary.window.start, summary.window.end),
        violations=len(ranked),
        headline=_headline_of_data(summary, ranked) if ranked else "",
        features=_names(each.feature for each in summary.violations),
        evidence=tuple(_evidence(each) for each in ranked[:MOST_EVIDENCE]),
        rows=summary.rows,
    )


def _of_quality(summary: "QualitySummary") -> Findings:
    ranked = sorted(summary.violations, key=_beyond_in_quality, reverse=True)
    return Findings(
        window=(summary.window.start, summary.window.end),
        violations=len(ranked),
        headline=_headline_of_quality(summary, ranked) if ranked else "",
        features=_names(each.metric for each in summary.violations),
        evidence=tuple(
            EvidenceLine(
                subject=name(each.metric),
                statistic=name(each.metric),
                value=each.value,
                threshold=each.threshold,
                n=each.n,
                interval=each.interval,
                note="" if each.certain else "the threshold is inside the interval",
            )
            for each in ranked[:MOST_EVIDENCE]
        ),
        rows=summary.rows,
    )


def _headline_of_data(summary: "Summary", ranked: Sequence[_Violation]) -> str:
    drifted = [each for each in ranked if each.evidence.check == _DRIFT]
    endpoint = name(summary.endpoint)
    if not drifted:
        worst = ranked[0]
        what = f"{count(len(ranked), 'violation')} in the data of {endpoint}"
        limit = "" if worst.value is None else f" ({_figures(worst)})"
        return sentence(f"{what}; worst: {name(worst.evidence.feature)}, {_check(worst.evidence.check)}{limit}")
    compared = sum(1 for feature in summary.features if feature.drift is not None)
    differ = "differs" if len(drifted) == 1 else "differ"
    worst = drifted[0]
    others = len(ranked) - len(drifted)
    also = f"; and {count(others, 'other violation')}" if others else ""
    return sentence(
        f"{len(drifted)} of {max(compared, len(drifted))} features of {endpoint} {differ} from the baseline; "
        f"worst: {name(worst.evidence.feature)} ({_figures(worst)}){also}"
    )


def _figures(violation: _Violation) -> str:
    required = violation.evidence.required
    if violation.evidence.check != _DRIFT:
        measure: Measure = "share" if violation.evidence.check in _SHARES else "count"
        return f"{figure(violation.value, measure)}, {figure(required, measure)} required"
    return f"{_drift(violation)} {number(violation.value)}, limit {number(required)}"


def _headline_of_quality(summary: "QualitySummary", ranked: "Sequence[QualityViolation]") -> str:
    worst = ranked[0]
    metrics = count(len(ranked), "metric")
    return sentence(
        f"The model of {name(summary.endpoint)} is worse than its baseline in {metrics}; "
        f"worst: {name(metric_name(worst.metric))} ({number(worst.value)}, limit {number(worst.threshold)})"
    )


def _evidence(violation: _Violation) -> EvidenceLine:
    evidence = violation.evidence
    direction = f"the current values are {evidence.direction}" if evidence.direction in {"higher", "lower"} else ""
    decided_otherwise = evidence.check == _DRIFT and violation.value != evidence.statistic
    notes = [_raw(evidence)] if decided_otherwise else []
    if direction or not notes:
        notes.append(direction or line(evidence.description, LONGEST_SENTENCE // 2))
    return EvidenceLine(
        subject=name(evidence.feature),
        statistic=_drift(violation) if evidence.check == _DRIFT else _check(evidence.check),
        value=violation.value,
        threshold=evidence.required,
        n=evidence.n,
        interval=None if decided_otherwise else evidence.interval,
        note="; ".join(notes),
    )


def _raw(evidence: "ViolationEvidence") -> str:
    """The raw statistic, which the interval belongs to, where the comparison decides by something else."""
    value = number(evidence.statistic)
    if evidence.interval is None:
        return f"raw statistic {value}"
    return f"raw distance {value}, 95 % interval {interval(evidence.interval)}"


def _drift(violation: _Violation) -> str:
    drift = violation.drift
    return "p-value" if drift is not None and drift.p_value is not None and drift.value == drift.p_value else "drift"


def _check(check: str) -> str:
    return _CHECKS.get(check, name(check))


def _beyond_in_quality(violation: "QualityViolation") -> float:
    return violation.distance / max(abs(violation.threshold), _SMALLEST)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name(each) for each in names))[:MOST_FEATURES]
