"""Which rows are behind a finding, as conditions on the captured values."""

from collections.abc import Iterable, Mapping

from driftline.domain.capture.booleans import spellings
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition, IsBetween, IsMissing, IsNoneOf, IsNotOfType, IsOneOf
from driftline.domain.drift.distance import Comparison
from driftline.domain.executions.finding import Finding, Move
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.rules.constraints import Constraints, FeatureConstraints


def conditions_of(
    findings: Iterable[Finding], keys: Mapping[str, ColumnKey], constraints: Constraints, mode: Comparison
) -> dict[tuple[str, str], tuple[ColumnKey, Condition]]:
    """(column, condition) by (subject, check); findings about no row in particular are left out.

    Args:
        keys: The column key of each feature, under which its values are in the columnar records.
    """
    by_name = {feature.name: feature for feature in constraints.features}
    return {
        (finding.subject, finding.check): (keys[finding.subject], condition)
        for finding in findings
        if finding.subject in keys
        and (condition := _condition(finding, by_name.get(finding.subject), mode)) is not None
    }


def _condition(finding: Finding, feature: FeatureConstraints | None, mode: Comparison) -> Condition | None:
    match finding.check:
        case CheckType.COMPLETENESS:
            return IsMissing()
        case CheckType.DATA_TYPE if feature is not None and feature.inferred_type != "Unknown":
            fractional = feature.inferred_type == "Fractional"
            return IsNotOfType("Number" if fractional and mode is Comparison.DRIFTLINE else feature.inferred_type)
        case CheckType.CATEGORICAL_VALUES if feature is not None and feature.string_constraints is not None:
            return IsNoneOf(tuple(feature.string_constraints.domains or ()))
        case CheckType.BASELINE_DRIFT:
            grown = [move for move in finding.moves if move.current > move.baseline]
            return _in_bucket(grown[0]) if grown else None
        case _:
            return None


def _in_bucket(move: Move) -> Condition:
    return IsBetween(move.lower, move.upper) if move.value is None else IsOneOf(spellings(move.value))
