"""The six checks of a window against its constraints, with SageMaker's rules and words.

Order of the violations: missing and extra columns; then feature by feature, in the order of the constraints, type,
completeness and categories; then drift, feature by feature. (SageMaker writes the drift last, too, and inside each
group in the order of a hash, which is not a contract.)
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from driftline.domain.drift.distance import Comparison, DriftMethod
from driftline.domain.executions.finding import Finding
from driftline.domain.listing import first_of
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import CheckType, Violation
from driftline.kinds.data_quality.rules.column_check import check_columns
from driftline.kinds.data_quality.rules.comparison import NO_SKETCH, FeatureDrift, NotCompared
from driftline.kinds.data_quality.rules.constraints import (
    Constraints,
    FeatureConstraints,
    Switch,
)
from driftline.kinds.data_quality.rules.drift_check import check_drift, decided, drift_finding
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics
from driftline.kinds.data_quality.rules.two_samples import Tested, beyond_chance, can_find_missing, own_completeness
from driftline.kinds.data_quality.rules.value_checks import check_values

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results of the checks; `notes` say what was not checked, and have remarks that are not violations.

    Attributes:
        checked: Anything was checked at all.
    """

    findings: tuple[Finding, ...] = ()
    drifts: tuple[FeatureDrift, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    notes: tuple[str, ...] = ()
    checked: bool = False


def check(
    current: Statistics,
    observations: Mapping[str, Observation],
    baseline: Statistics | None,
    constraints: Constraints,
    mode: Comparison,
    *,
    unknown_outputs: AbstractSet[str] = frozenset(),
    strict: AbstractSet[str] = frozenset(),
    drift: DriftMethod = DriftMethod.DISTANCE,
) -> Verdict:
    """Evaluates a window. A window without rows has no findings.

    Args:
        current: The window's statistics, features named as in the constraints.
        observations: By feature name, for every feature of `current`.
        baseline: The reference; None skips the drift check.
        unknown_outputs: Features that are no extra columns: the baseline has no outputs at all.
        strict: Features whose limits are held as they are, though they are the baseline's own values.
        drift: How distributions are compared.
    """
    config = constraints.monitoring_config
    if current.dataset.item_count == 0:
        return Verdict(notes=("The window has no rows, so nothing was checked.",))
    results: list[Finding | Tested] = (
        list(check_columns(current, constraints, mode, unknown_outputs)) if _on(config.evaluate_constraints) else []
    )
    options = config.distribution_constraints
    drifts: list[FeatureDrift] = []
    not_compared: list[NotCompared] = []
    notes: list[str] = list(_notes(baseline, constraints))
    for feature in constraints.features:
        statistics = current.by_name.get(feature.name)
        if statistics is None or not _on(feature.switch("evaluate_constraints", config.evaluate_constraints)):
            continue
        observation = observations[feature.name]
        reference = baseline.by_name.get(feature.name) if baseline else None
        found = list(
            check_values(feature, statistics, observation, reference, constraints, mode, strict=feature.name in strict)
        )
        results += found
        notes += _negative(feature, statistics)
        # A feature whose type check fails is not compared, as in SageMaker; one that is incomplete is.
        compared: FeatureDrift | NotCompared | None
        if any(isinstance(each, Finding) and each.check == CheckType.DATA_TYPE for each in found):
            compared = NotCompared(feature.name, "the data type check failed")
        else:
            compared = check_drift(statistics, observation, baseline, options, mode, drift)
        match compared:
            case FeatureDrift():
                drifts.append(compared)
            case NotCompared():
                not_compared.append(compared)
    drifts = decided(drifts, drift, options, mode)
    found_drift = [drift_finding(each) for each in drifts if each.distance.drifted]
    notes += _without_sketches(baseline, not_compared)
    if mode is Comparison.DRIFTLINE:
        notes += _too_few_rows(current, baseline, constraints, strict)
    return Verdict(
        (*beyond_chance(results), *found_drift), tuple(drifts), tuple(not_compared), tuple(notes), _checks(constraints)
    )


def _checks(constraints: Constraints) -> bool:
    """Whether the constraints check anything: evaluate_constraints may be Disabled for all of them."""
    default = constraints.monitoring_config.evaluate_constraints
    return _on(default) or any(_on(each.switch("evaluate_constraints", default)) for each in constraints.features)


def _on(switch: Switch) -> bool:
    return switch is Switch.ENABLED


def _notes(baseline: Statistics | None, constraints: Constraints) -> Iterator[str]:
    config = constraints.monitoring_config
    if not _on(config.evaluate_constraints):
        yield "evaluate_constraints is Disabled, so only features with an override of their own were checked."
    if not _on(config.distribution_constraints.perform_comparison):
        yield "perform_comparison is Disabled, so drift was not checked."
    elif baseline is None:
        yield "There is no baseline statistics.json, so drift was not checked."


def _without_sketches(baseline: Statistics | None, not_compared: list[NotCompared]) -> Iterator[str]:
    names = [each.name for each in not_compared if each.reason == NO_SKETCH]
    if baseline is not None and names:
        yield (
            f"The baseline's statistics.json has no sketches of {first_of(names, _SHOWN)}, so their drift was not "
            "checked. Upload the data set again to get them."
        )


def _too_few_rows(
    current: Statistics, baseline: Statistics | None, constraints: Constraints, strict: AbstractSet[str]
) -> Iterator[str]:
    """Columns whose missing values cannot be judged: not even if the window had none of their values."""
    rows = current.dataset.item_count
    names = []
    for feature in constraints.features:
        reference = baseline.by_name.get(feature.name) if baseline else None
        if reference is None or feature.name in strict or not own_completeness(feature, reference):
            continue
        then = reference.common
        if not can_find_missing(rows, then.num_missing, then.num_present + then.num_missing):
            names.append(feature.name)
    if names:
        yield (
            f"With {rows:,} rows, missing values of {first_of(names, _SHOWN)} cannot be told from chance, so they were "
            "not checked."
        )


def _negative(feature: FeatureConstraints, statistics: FeatureStatistics) -> Iterator[str]:
    """SageMaker suggests is_non_negative and never evaluates it; a note says what a check would have found."""
    numbers, limits = statistics.numerical_statistics, feature.num_constraints
    if limits and limits.is_non_negative and numbers and numbers.min is not None and numbers.min < 0:
        yield f"{feature.name}: the smallest value is {java_double(numbers.min)}, the baseline had no negative ones."


def feature_violation(finding: Finding) -> Violation:
    """The entry of a finding about a feature or about the columns."""
    return Violation(feature_name=finding.subject, constraint_check_type=finding.check, description=finding.description)
