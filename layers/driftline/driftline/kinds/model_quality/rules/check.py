"""A window's metrics against its constraints, with SageMaker's words.

`sagemaker`: a metric violates its constraint when it is beyond the threshold, by however little.
`driftline`: a threshold that is the baseline's own value is violated when the window is worse than chance explains and
by more than matters (losses.py); facts that have several names are judged once. A threshold that a person wrote is
taken as given, and violated when the whole 95 % interval is beyond it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose, isfinite, isnan

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding, Side
from driftline.domain.monitors.comparison import Compared
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import Violation
from driftline.kinds.model_quality.rules.constraints import Constraint, Operator, QualityConstraints
from driftline.kinds.model_quality.rules.estimates import interval
from driftline.kinds.model_quality.rules.groups import groups_of
from driftline.kinds.model_quality.rules.losses import RELATIVE, Comparison, found
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.reference import Reference

TOLERANCE = 0.01
"""The default of the smallest loss that matters."""

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
        side=side_of(constraint),
        interval=metric.interval if finite else None,
        n=rows,
        certain=beyond(metric, constraint, "driftline"),
    )


def side_of(constraint: Constraint) -> Side:
    """The side of the threshold that is fine."""
    return "at_most" if constraint.comparison_operator is Operator.GREATER else "at_least"


def metric_violation(finding: Finding) -> Violation:
    """The entry of constraint_violations.json."""
    return Violation(
        metric_name=violation_name(finding.subject),
        constraint_check_type=finding.check,
        description=finding.description,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found.

    Attributes:
        notes: Which constraints were not checked, and why.
        checked: Number of constraints that were.
        violated: Names of the violated metrics, with those that state the same fact as a finding.
    """

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    checked: int = 0
    violated: frozenset[str] = frozenset()


def check(
    quality: Quality,
    constraints: QualityConstraints,
    comparison: Compared,
    reference: Reference | None = None,
    tolerance: float = TOLERANCE,
) -> Verdict:
    """Evaluates a window. A window without labelled rows has no findings.

    Args:
        reference: The baseline; without one, every threshold is taken as given.

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
    known = reference or Reference()
    given = dict(_ordered(constraints))
    suggested = {
        name: each
        for name, each in given.items()
        if comparison == "driftline" and known.has(name, each.threshold) and name in quality.metrics
    }
    strict = {name: each for name, each in given.items() if name not in suggested}
    found_strict = _check_strict(quality, strict, comparison, known.values)
    found_suggested = _check_suggested(quality, suggested, known, tolerance, found_strict.violated)
    order = list(given)
    findings = (*found_strict.findings, *found_suggested.findings)
    return Verdict(
        tuple(sorted(findings, key=lambda finding: order.index(finding.subject))),
        (*found_strict.notes, *found_suggested.notes),
        found_strict.checked + found_suggested.checked,
        found_strict.violated | found_suggested.violated,
    )


def _check_strict(
    quality: Quality, given: Mapping[str, Constraint], comparison: Compared, before: Mapping[str, float]
) -> Verdict:
    """Thresholds as they are."""
    findings, notes, checked = [], [], 0
    for name, constraint in given.items():
        metric = quality.all.get(name)
        unchecked = _why_unchecked(name, metric, constraint, comparison)
        if unchecked:
            notes.append(unchecked)
            continue
        checked += 1
        if metric is not None and beyond(metric, constraint, comparison):
            findings.append(finding_of(name, metric, constraint, quality.rows, before.get(name)))
    return Verdict(tuple(findings), tuple(notes), checked, frozenset(finding.subject for finding in findings))


def _check_suggested(
    quality: Quality,
    given: Mapping[str, Constraint],
    reference: Reference,
    tolerance: float,
    violated: frozenset[str],
) -> Verdict:
    """Thresholds that are the baseline's own values: one comparison for each fact.

    Args:
        violated: Metrics with a finding already; a fact is reported once.
    """
    compared, fine, notes, exact = [], [], [], []
    groups = {names[0]: names for names in groups_of(quality.problem, given)}
    for name in groups:
        metric, constraint = quality.metrics[name], given[name]
        baseline = reference.estimate(name)
        unchecked = _why_unchecked(name, metric, constraint, "driftline")
        window = metric.estimate
        if unchecked:
            notes.append(unchecked)
        elif (window is None or baseline is None) and _perfect(name, metric):
            fine.append(name)
        elif window is None:
            notes.append(_no_interval(name, metric))
        elif baseline is None:
            why = reference.withheld.get(name, "")
            notes.append(f"{name} has no interval in the baseline, so it was not checked. {why}".strip())
        else:
            compared.append(
                Comparison(name, side_of(constraint), metric.value, window, reference.values[name], baseline)
            )
            exact += [name] if reference.is_exact(name) else []
    if exact:
        notes.append(_AS_EXACT.format(", ".join(exact)))
    findings, others = [], set(violated)
    for name, p_value in found(compared, tolerance).items():
        others |= {each for each in groups[name] if beyond(quality.metrics[each], given[each], "sagemaker")}
        if _same_fact(quality, name) & violated:
            continue
        before, baseline = reference.values[name], reference.estimate(name)
        finding = finding_of(name, quality.metrics[name], given[name], quality.rows, before)
        evidence = {
            "certain": True,
            "p_value": p_value,
            "baseline_interval": interval(baseline) if baseline and not reference.is_exact(name) else None,
        }
        findings.append(finding.model_copy(update=evidence))
    return Verdict(tuple(findings), tuple(notes), len(compared) + len(fine), frozenset(others))


_AS_EXACT = (
    "The baseline has no estimates.json of its own for {}: its value counts as exact, although its rows are a sample, "
    "too. Upload the data set again for a fair comparison."
)


def _same_fact(quality: Quality, name: str) -> frozenset[str]:
    """All metrics that state the same fact."""
    return next(frozenset(names) for names in groups_of(quality.problem, quality.metrics) if name in names)


def beyond(metric: MetricValue, constraint: Constraint, comparison: Compared) -> bool:
    """Whether the metric, or all of its interval, is on the wrong side of the threshold; NaN is on neither.

    Equal but for rounding is equal: a threshold that SageMaker computed from the very same rows differs from our value
    in the last digits, which depend on the order of additions.
    """
    if isclose(metric.value, constraint.threshold, rel_tol=_ROUNDING):
        return False
    as_value = comparison == "sagemaker"
    lower, upper = (metric.value, metric.value) if as_value else metric.interval or (float("nan"),) * 2
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
    """Without an interval a loss could not be found, so nothing was checked; except that a value which cannot be better
    is good whatever chance does.
    """
    if metric is None:
        return f"{name} has a constraint and is not computed here: it was not checked."
    if not metric.defined:
        return f"{name} is undefined in this window: it was not checked."
    if isnan(constraint.threshold):
        return f"The threshold of {name} is not a number, so it was not checked."
    if comparison == "driftline" and metric.interval is None and not _perfect(name, metric):
        return _no_interval(name, metric)
    return None


def _perfect(name: str, metric: MetricValue) -> bool:
    """No errors at all, which have no spread that an interval could be made of."""
    return metric.value == (0.0 if name in RELATIVE else 1.0 if name == "r2" else None)


def _no_interval(name: str, metric: MetricValue) -> str:
    return f"{name} has no interval in this window, so it was not checked. {metric.withheld}".rstrip()
