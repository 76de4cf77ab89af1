"""A window's metrics against its constraints, with SageMaker's rules and words.

`sagemaker`: a metric violates its constraint when it is beyond the threshold, by however little.
`driftline`: when its whole 95 % interval is, so that chance alone rarely alarms. The threshold is taken as given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose, isfinite, isnan

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.monitors.comparison import Compared
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import Violation
from driftline.kinds.model_quality.rules.constraints import Constraint, Operator, QualityConstraints
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality

_ROUNDING = 1e-12

# The order in SageMaker's files; f0_5 was in none of them.
_ORDER = (
    *("auc", "precision", "true_positive_rate", "f1", "accuracy", "false_positive_rate", "true_negative_rate"),
    *("false_negative_rate", "recall", "f2", "f0_5"),
)


def finding_of(
    name: str, metric: MetricValue, constraint: Constraint, rows: int, before: float | None = None
) -> Finding:
    """A metric beyond its threshold, in SageMaker's words; with the standard deviation, if there is one.

    Args:
        before: The metric in the baseline.
    """
    value, deviation = java_double(metric.value), metric.standard_deviation
    plus_minus = "" if isnan(deviation) else f" +/- {java_double(deviation)}"
    operator, threshold = constraint.comparison_operator, java_double(constraint.threshold)
    finite = metric.interval is not None and all(map(isfinite, metric.interval))
    return Finding(
        subject=name,
        check=operator.value,
        description=f"Metric {violation_name(name)} with {value}{plus_minus} was {operator.value} '{threshold}'",
        measure="metric",
        figure=name,
        observed=metric.value,
        baseline=before if before is not None and isfinite(before) else None,
        required=constraint.threshold,
        side="at_most" if operator is Operator.GREATER else "at_least",
        interval=metric.interval if finite else None,
        n=rows,
        certain=beyond(metric, constraint, "driftline"),
    )


def metric_violation(finding: Finding) -> Violation:
    """The entry of constraint_violations.json."""
    return Violation(
        metric_name=violation_name(finding.subject),
        constraint_check_type=finding.check,
        description=finding.description,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found; `notes` say which constraints were not checked.

    Attributes:
        checked: Number of constraints that were.
    """

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    checked: int = 0


def check(
    quality: Quality, constraints: QualityConstraints, comparison: Compared, before: Mapping[str, float] | None = None
) -> Verdict:
    """Evaluates a window. A window without labelled rows has no findings.

    Args:
        before: The metrics of the baseline, for people.

    Raises:
        InvalidInputError: the constraints are for another problem type.
    """
    if constraints.problem is not quality.problem:
        raise InvalidInputError(
            f"the constraints are for {constraints.problem.value}, the monitor's problem type is "
            f"{quality.problem.value}",
            mend="Correct problem_type, or upload a baseline of this problem type.",
        )
    if not quality.rows:
        return Verdict(notes=("The window has no labelled rows: nothing was checked.",))
    findings, notes, checked = [], [], 0
    for name, constraint in _ordered(constraints):
        metric = quality.all.get(name)
        unchecked = _why_unchecked(name, metric, constraint, comparison)
        if unchecked:
            notes.append(unchecked)
            continue
        checked += 1
        if metric is not None and beyond(metric, constraint, comparison):
            findings.append(finding_of(name, metric, constraint, quality.rows, (before or {}).get(name)))
    return Verdict(tuple(findings), tuple(notes), checked)


def beyond(metric: MetricValue, constraint: Constraint, comparison: Compared) -> bool:
    """Whether the metric, or all of its interval, is on the wrong side of the threshold; NaN is on neither.

    Equal but for rounding is equal: a threshold that SageMaker computed from the very same rows differs from our value
    in the last digits, which depend on the order of additions.
    """
    if isclose(metric.value, constraint.threshold, rel_tol=_ROUNDING):
        return False
    lower, upper = (metric.value, metric.value) if comparison == "sagemaker" else metric.interval or (float("nan"),) * 2
    if constraint.comparison_operator is Operator.GREATER:
        return min(lower, metric.value) > constraint.threshold
    return max(upper, metric.value) < constraint.threshold


def violation_name(name: str) -> str:
    """SageMaker writes `truePositiveRate` for `true_positive_rate` in violations; f0_5 keeps its underscore."""
    first, *words = name.replace("f0_5", "f0.5").split("_")
    return (first + "".join(word.capitalize() for word in words)).replace("0.5", "0_5")


def _ordered(constraints: QualityConstraints) -> Iterator[tuple[str, Constraint]]:
    given = constraints.constraints
    for name in (*(name for name in _ORDER if name in given), *(name for name in given if name not in _ORDER)):
        yield name, given[name]


def _why_unchecked(name: str, metric: MetricValue | None, constraint: Constraint, comparison: Compared) -> str | None:
    if metric is None:
        return f"{name} has a constraint and is not computed here: it was not checked."
    if not metric.defined:
        return f"{name} is undefined in this window: it was not checked."
    if isnan(constraint.threshold):
        return f"The threshold of {name} is not a number, so it was not checked."
    if comparison == "driftline" and metric.interval is None:
        return f"{name} has no interval with so few rows, so it was not checked."
    return None
