"""Whether the values of a feature are there, of its type, and among its categories."""

from collections.abc import Iterator, Mapping

from driftline.domain.capture.cells import parse_number
from driftline.domain.drift.distance import Comparison
from driftline.domain.executions.finding import MOST_VALUES, Finding
from driftline.domain.profiles.types import TypeCounts
from driftline.domain.sagemaker_files.java_json import java_double
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics
from driftline.kinds.data_quality.rules.two_samples import (
    Chance,
    Tested,
    matters,
    missing_by_chance,
    own_completeness,
    own_domains,
    unseen_at_least,
    unseen_by_chance,
)

SHARES: Mapping[str, str] = {
    CheckType.COMPLETENESS: "completeness",
    CheckType.DATA_TYPE: "share of values of the expected type",
    CheckType.CATEGORICAL_VALUES: "share of known categories",
}


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


def check_values(
    feature: FeatureConstraints,
    statistics: FeatureStatistics,
    observation: Observation,
    reference: FeatureStatistics | None,
    constraints: Constraints,
    mode: Comparison,
    *,
    strict: bool = False,
) -> Iterator[Finding | Tested]:
    """Type, completeness and categories of one feature.

    Args:
        strict: A limit that is the baseline's own value is held as it is, as everything is in SageMaker's way.
    """
    config = constraints.monitoring_config
    present = float(observation.types.present)
    strict = strict or mode is Comparison.SAGEMAKER
    match = type_match(observation.types, feature, mode)
    if match is not None and match < config.datatype_check_threshold:
        expected = feature.inferred_type
        text = (
            f"Data type match requirement is not met. Expected data type: {expected}, "
            f"Expected match: {percent(config.datatype_check_threshold)}. "
            f"Observed: Only {percent(match)} of data is {expected}."
        )
        yield _share(feature.name, CheckType.DATA_TYPE, text, match, config.datatype_check_threshold, present)
    yield from _completeness(feature, statistics, reference, strict=strict)
    own = not strict and own_domains(feature, reference, config.domain_content_threshold)
    yield from _categories(
        feature, statistics, observation, reference if own else None, config.domain_content_threshold, mode
    )


def _completeness(
    feature: FeatureConstraints,
    statistics: FeatureStatistics,
    reference: FeatureStatistics | None,
    *,
    strict: bool,
) -> Iterator[Finding | Tested]:
    """Whether enough rows have a value."""
    now, limit = statistics.common, feature.completeness
    completeness = now.completeness
    if completeness is None or limit is None:
        return
    before = reference.common.completeness if reference else None
    text = (
        f"Data completeness requirement is not met. Expected: {percent(limit)}. Observed: Only {percent(completeness)}."
    )
    rows = now.num_present + now.num_missing
    finding = _share(feature.name, CheckType.COMPLETENESS, text, completeness, limit, float(rows))
    finding = finding.model_copy(update={"baseline": before})
    if strict or reference is None or not own_completeness(feature, reference):
        if completeness < limit:
            yield finding
        return
    then = reference.common
    chance = missing_by_chance(now.num_missing, rows, then.num_missing, then.num_present + then.num_missing)
    yield Tested(chance, finding if matters(1 - completeness, 1 - limit) else None)


def _categories(
    feature: FeatureConstraints,
    statistics: FeatureStatistics,
    observation: Observation,
    own: FeatureStatistics | None,
    threshold: float,
    mode: Comparison,
) -> Iterator[Finding | Tested]:
    """Whether the values are among the categories.

    Args:
        own: The baseline, if the categories are its own values.
    """
    share = domain_match(feature, statistics, observation, mode)
    if share is None:
        return
    only = "Only" if observation.categories is not None or mode is Comparison.SAGEMAKER else "At most"
    text = (
        f"Categorical values requirement is not met. Expected match: {percent(threshold)}. "
        f"Observed: {only} {percent(share)} of values are in the baseline's domain."
    )
    present, unseen = observation.types.present, _unseen(feature, observation)
    finding = _share(feature.name, CheckType.CATEGORICAL_VALUES, text, share, threshold, float(present))
    finding = finding.model_copy(update={"values": unseen[:MOST_VALUES], "distinct": len(unseen) or None})
    before = own.histogram if own else None
    if before is None:
        if share < threshold:
            yield finding
        return
    expected = sum(count == 1 for count in before.values()) / sum(before.values())
    yield Tested(_unseen_chance(observation, share, before), finding if matters(1 - share, expected) else None)


def _unseen_chance(observation: Observation, share: float, before: Mapping[str, int]) -> Chance:
    if observation.categories is not None:
        return unseen_by_chance(observation.categories, before)
    present = observation.types.present
    singles = sum(count == 1 for count in before.values())
    return unseen_at_least(round(present * (1 - share)), present, singles, sum(before.values()))


def _unseen(feature: FeatureConstraints, observation: Observation) -> tuple[str, ...]:
    """Values outside the feature's domains, the most frequent first; none where they were not counted."""
    counts, part = observation.categories or {}, feature.string_constraints
    known = set(part.domains or ()) if part else set()
    return tuple(sorted((each for each in counts if each not in known), key=lambda each: (-counts[each], each)))


def type_match(types: TypeCounts, feature: FeatureConstraints, mode: Comparison) -> float | None:
    """Share of the present values that are of the expected type; None where there is nothing to compare.

    SageMaker's is strict: whole numbers are not Fractional, numbers are not String. A column of booleans is inferred as
    String, so booleans count as String. In ours a whole number is Fractional (JavaScript writes 3.0 as 3), 3.0 is
    Integral (pandas writes 3 so where others are missing), and a number is right in a column that had numbers among
    its texts.
    """
    expected = feature.inferred_type
    if not types.present or expected == "Unknown":
        return None
    ours = mode is Comparison.DRIFTLINE
    matching = {
        "Integral": types.whole if ours else types.integral,
        "Fractional": types.numbers if ours else types.fractional,
        "String": types.present if ours and accepts_numbers(feature) else types.texts,
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


def percent(share: float) -> str:
    """`97.84946236559139%`: share * 100 as a Java double."""
    return f"{java_double(share * 100)}%"
