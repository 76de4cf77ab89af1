"""The six checks of a window against its constraints, with SageMaker's rules and words.

Order of the violations: missing and extra columns; then feature by feature, in the order of the constraints, type,
completeness and categories; then drift, feature by feature. (SageMaker writes the drift last, too, and inside each
group in the order of a hash, which is not a contract.)
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import isnan

from driftline.domain.capture.cells import parse_number
from driftline.domain.drift.distance import BucketShift, Comparison, Direction
from driftline.domain.executions.finding import MOST_VALUES, Finding, Move
from driftline.domain.profiles.types import TypeCounts
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import CheckType, Violation
from driftline.kinds.data_quality.rules.comparison import NO_SKETCH, FeatureDrift, NotCompared, compare
from driftline.kinds.data_quality.rules.constraints import (
    Constraints,
    DistributionConstraints,
    FeatureConstraints,
    Switch,
)
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics

_SHOWN = 8
MISSING_COLUMNS = "Missing columns"
EXTRA_COLUMNS = "Extra columns"

SHARES: Mapping[str, str] = {
    CheckType.COMPLETENESS: "completeness",
    CheckType.DATA_TYPE: "share of values of the expected type",
    CheckType.CATEGORICAL_VALUES: "share of known categories",
}


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
) -> Verdict:
    """Evaluates a window. A window without rows has no findings.

    Args:
        current: The window's statistics, features named as in the constraints.
        observations: By feature name, for every feature of `current`.
        baseline: The reference; None skips the drift check.
        unknown_outputs: Features that are no extra columns: the baseline has no outputs at all.
    """
    config = constraints.monitoring_config
    if current.dataset.item_count == 0:
        return Verdict(notes=("The window has no rows, so nothing was checked.",))
    findings = list(_columns(current, constraints, mode, unknown_outputs)) if _on(config.evaluate_constraints) else []
    options = config.distribution_constraints
    found_drift: list[Finding] = []
    drifts: list[FeatureDrift] = []
    not_compared: list[NotCompared] = []
    notes: list[str] = list(_notes(baseline, constraints))
    for feature in constraints.features:
        statistics = current.by_name.get(feature.name)
        if statistics is None or not _on(feature.switch("evaluate_constraints", config.evaluate_constraints)):
            continue
        observation = observations[feature.name]
        reference = baseline.by_name.get(feature.name) if baseline else None
        found = list(_values(feature, statistics, observation, reference, constraints, mode))
        findings += found
        notes += _negative(feature, statistics)
        # A feature whose type check fails is not compared, as in SageMaker; one that is incomplete is.
        compared: FeatureDrift | NotCompared | None
        if any(finding.check == CheckType.DATA_TYPE for finding in found):
            compared = NotCompared(feature.name, "the data type check failed")
        else:
            compared = _drift(statistics, observation, baseline, options, mode)
        match compared:
            case FeatureDrift():
                drifts.append(compared)
                if compared.distance.drifted:
                    found_drift.append(_drift_finding(compared))
            case NotCompared():
                not_compared.append(compared)
    notes += _without_sketches(baseline, not_compared)
    return Verdict(
        tuple(findings + found_drift), tuple(drifts), tuple(not_compared), tuple(notes), _checks(constraints)
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
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
        yield (
            f"The baseline's statistics.json has no sketches of {shown}, so their drift was not checked. Upload the "
            "data set again to get them."
        )


def _columns(
    current: Statistics, constraints: Constraints, mode: Comparison, unknown_outputs: AbstractSet[str]
) -> Iterator[Finding]:
    """SageMaker compares the number of columns. By name (corrected) a renamed column is missing and extra at once.

    Corrected, a column that had no values in the baseline is not missing: JSON payloads leave such columns out.
    """
    by_name = mode is Comparison.CORRECTED
    empty = {feature.name for feature in constraints.features if by_name and feature.inferred_type == "Unknown"}
    expected = [each.name for each in constraints.features if each.name in current.by_name or each.name not in empty]
    present = [feature.name for feature in current.features if feature.name not in unknown_outputs]
    missing = [name for name in expected if name not in current.by_name]
    extra = [name for name in present if name not in set(expected)]
    counts = (
        f"Number of columns in current dataset: {len(present)}, "
        f"Number of columns in baseline constraints: {len(expected)}"
    )
    if len(present) < len(expected) or (by_name and missing):
        named = "" if len(present) < len(expected) else f". Missing: {', '.join(missing)}"
        text = f"There are missing columns in current dataset. {counts}{named}"
        yield _of_columns(
            MISSING_COLUMNS, CheckType.MISSING_COLUMN, text, len(present), len(expected), missing, current
        )
    if len(present) > len(expected) or (by_name and extra):
        named = "" if len(present) > len(expected) else f". Extra: {', '.join(extra)}"
        text = f"There are extra columns in current dataset. {counts}{named}"
        yield _of_columns(EXTRA_COLUMNS, CheckType.EXTRA_COLUMN, text, len(present), len(expected), extra, current)


def _of_columns(
    subject: str,
    check: CheckType,
    text: str,
    present: int,
    expected: int,
    names: Sequence[str],
    current: Statistics,
) -> Finding:
    return Finding(
        subject=subject,
        check=check.value,
        description=text,
        measure="count",
        figure="columns",
        side="at_least" if check is CheckType.MISSING_COLUMN else "at_most",
        observed=float(present),
        required=float(expected),
        n=float(current.dataset.item_count),
        values=tuple(names[:MOST_VALUES]),
        distinct=len(names),
    )


def _share(subject: str, check: CheckType, text: str, observed: float, required: float, n: float) -> Finding:
    return Finding(
        subject=subject,
        check=check.value,
        description=text,
        measure="share",
        figure=SHARES[check],
        observed=observed,
        required=required,
        side="at_least",
        n=n,
    )


def _values(
    feature: FeatureConstraints,
    statistics: FeatureStatistics,
    observation: Observation,
    reference: FeatureStatistics | None,
    constraints: Constraints,
    mode: Comparison,
) -> Iterator[Finding]:
    """Type, completeness and categories of one feature."""
    config = constraints.monitoring_config
    present = float(observation.types.present)
    rows = present + statistics.common.num_missing
    match = type_match(observation.types, feature, mode)
    if match is not None and match < config.datatype_check_threshold:
        expected = feature.inferred_type
        text = (
            f"Data type match requirement is not met. Expected data type: {expected}, "
            f"Expected match: {percent(config.datatype_check_threshold)}. "
            f"Observed: Only {percent(match)} of data is {expected}."
        )
        yield _share(feature.name, CheckType.DATA_TYPE, text, match, config.datatype_check_threshold, present)
    completeness = statistics.common.completeness
    if completeness is not None and feature.completeness is not None and completeness < feature.completeness:
        text = (
            f"Data completeness requirement is not met. Expected: {percent(feature.completeness)}. "
            f"Observed: Only {percent(completeness)}."
        )
        found = _share(feature.name, CheckType.COMPLETENESS, text, completeness, feature.completeness, rows)
        before = reference.common.completeness if reference else None
        yield found.model_copy(update={"baseline": before})
    share = domain_match(feature, statistics, observation, mode)
    if share is not None and share < config.domain_content_threshold:
        only = "Only" if observation.categories is not None or mode is Comparison.SAGEMAKER else "At most"
        text = (
            f"Categorical values requirement is not met. Expected match: {percent(config.domain_content_threshold)}. "
            f"Observed: {only} {percent(share)} of values are in the baseline's domain."
        )
        found = _share(
            feature.name, CheckType.CATEGORICAL_VALUES, text, share, config.domain_content_threshold, present
        )
        unseen = _unseen(feature, observation)
        yield found.model_copy(update={"values": unseen[:MOST_VALUES], "distinct": len(unseen) or None})


def _unseen(feature: FeatureConstraints, observation: Observation) -> tuple[str, ...]:
    """Values outside the feature's domains, the most frequent first; none where they were not counted."""
    counts, part = observation.categories or {}, feature.string_constraints
    known = set(part.domains or ()) if part else set()
    return tuple(sorted((each for each in counts if each not in known), key=lambda each: (-counts[each], each)))


def type_match(types: TypeCounts, feature: FeatureConstraints, mode: Comparison) -> float | None:
    """Share of the present values that are of the expected type; None where there is nothing to compare.

    SageMaker's is strict: whole numbers are not Fractional, numbers are not String. A column of booleans is inferred as
    String, so booleans count as String. Corrected, a whole number is Fractional (3 is how JavaScript writes 3.0), and
    a number is right in a column that had numbers among its texts.
    """
    expected = feature.inferred_type
    if not types.present or expected == "Unknown":
        return None
    corrected = mode is Comparison.CORRECTED
    matching = {
        "Integral": types.integral,
        "Fractional": types.numbers if corrected else types.fractional,
        "String": types.present if corrected and accepts_numbers(feature) else types.texts,
    }
    return matching[expected] / types.present


def accepts_numbers(feature: FeatureConstraints) -> bool:
    """Whether numbers are right in a String column; constraints without the flag may list some as categories."""
    domains = feature.string_constraints.domains if feature.string_constraints else None
    return feature.accepts_numbers or any(parse_number(value) is not None for value in domains or ())


def domain_match(
    feature: FeatureConstraints, statistics: FeatureStatistics, observation: Observation, mode: Comparison
) -> float | None:
    """Share of the present values that are in the feature's domains; None without domains or values.

    With more than 120 distinct values there are no exact counts, and the smallest known upper bound is used. At least
    (distinct - domains) values are outside then, so the share is at most 1 - (distinct - domains) / present. Corrected,
    the domains are looked up in the window as well.
    """
    domains = feature.string_constraints.domains if feature.string_constraints else None
    present = observation.types.present
    if domains is None or not present:
        return None
    known = observation.at_most(domains)
    if observation.categories is not None and known is not None:
        return known / present
    part = statistics.string_statistics
    distinct = part.distinct_count if part and part.distinct_count else 0.0
    # The number of distinct values is an estimate, and may exceed that of the rows.
    bound = max(0.0, min(1.0, 1.0 - (distinct - len(domains)) / present))
    return bound if known is None or mode is Comparison.SAGEMAKER else min(bound, known / present)


def _negative(feature: FeatureConstraints, statistics: FeatureStatistics) -> Iterator[str]:
    """SageMaker suggests is_non_negative and never evaluates it; a note says what a check would have found."""
    numbers, limits = statistics.numerical_statistics, feature.num_constraints
    if limits and limits.is_non_negative and numbers and numbers.min is not None and numbers.min < 0:
        yield f"{feature.name}: the smallest value is {java_double(numbers.min)}, the baseline had no negative ones."


def _drift(
    statistics: FeatureStatistics,
    observation: Observation,
    baseline: Statistics | None,
    options: DistributionConstraints,
    mode: Comparison,
) -> FeatureDrift | NotCompared | None:
    """The comparison of one feature; None where the drift check as a whole is off, which a note says."""
    if baseline is None or not _on(options.perform_comparison):
        return None
    reference = baseline.by_name.get(statistics.name)
    if reference is None:
        return NotCompared(statistics.name, "the baseline's statistics lack this feature")
    return compare(statistics, observation, reference, options, mode)


def _drift_finding(drift: FeatureDrift) -> Finding:
    distance = drift.distance
    if distance.lower_is_worse:
        text = f"Baseline drift p-value: {java_double(distance.value)} is below threshold: "
    else:
        text = f"Baseline drift distance: {java_double(distance.value)} exceeds threshold: "
    text += java_double(distance.threshold)
    return Finding(
        subject=drift.name,
        check=CheckType.BASELINE_DRIFT.value,
        description=text,
        measure="p_value" if distance.lower_is_worse else "distance",
        figure="p-value" if distance.lower_is_worse else "drift",
        observed=defined(distance.value),
        required=distance.threshold,
        side="at_least" if distance.lower_is_worse else "at_most",
        statistic=defined(distance.statistic) if distance.statistic != distance.value else None,
        method=distance.method,
        interval=distance.interval,
        n=distance.n,
        direction=distance.direction.value if distance.direction is not Direction.NONE else None,
        moves=tuple(move_of(shift) for shift in drift.top_buckets),
    )


def feature_violation(finding: Finding) -> Violation:
    """The entry of a finding about a feature or about the columns."""
    return Violation(feature_name=finding.subject, constraint_check_type=finding.check, description=finding.description)


def move_of(shift: BucketShift) -> Move:
    return Move(lower=shift.lower, upper=shift.upper, value=shift.value, baseline=shift.baseline, current=shift.current)


def defined(value: float | None) -> float | None:
    """None for what JSON has no number for."""
    return None if value is None or isnan(value) else value


def percent(share: float) -> str:
    """`97.84946236559139%`: share * 100 as a Java double."""
    return f"{java_double(share * 100)}%"
