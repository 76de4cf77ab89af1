"""The verdict on a window's data in one sentence."""

from collections import Counter
from collections.abc import Sequence

from driftline.domain.executions.finding import Finding
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature
from driftline.presentation.text import IN_A_SENTENCE, count, joined, names, number, percent, shown

_SAID: dict[str, tuple[str, str]] = {
    CheckType.BASELINE_DRIFT: ("feature drifted", "features drifted"),
    CheckType.COMPLETENESS: ("feature is incomplete", "features are incomplete"),
    CheckType.DATA_TYPE: ("feature has values of another type", "features have values of another type"),
    CheckType.CATEGORICAL_VALUES: ("feature has unseen values", "features have unseen values"),
    CheckType.MISSING_COLUMN: ("finding of missing columns", "findings of missing columns"),
    CheckType.EXTRA_COLUMN: ("finding of extra columns", "findings of extra columns"),
}
_OF_COLUMNS = frozenset({CheckType.MISSING_COLUMN, CheckType.EXTRA_COLUMN})


def data_quality_headline(execution: DataQuality) -> str:
    outcome = execution.outcome
    if not outcome.judged:
        return f"Not evaluated: the window has no rows. {outcome.reason}".strip()
    violations = outcome.violations
    if not violations:
        compared = sum(feature.drift is not None for feature in execution.features)
        if not compared:
            return "No violations."
        agree = "1 compared feature agrees" if compared == 1 else f"all {compared:,} compared features agree"
        return f"No violations: {agree} with the baseline."
    by_check = Counter(violation.check for violation in violations)
    parts = [count(by_check.pop(check), *said) for check, said in _SAID.items() if check in by_check]
    parts += [f"{shown(check, IN_A_SENTENCE)}: {amount:,}" for check, amount in sorted(by_check.items())]
    worst = _worst_drifted(execution)
    return f"{joined(parts)}{'' if worst else _whose(violations)}.{f' {_worst(worst)}' if worst else ''}"


def _whose(violations: Sequence[Finding]) -> str:
    """Where no feature drifted, the sentence names what is wrong otherwise."""
    of_features = [each for each in violations if each.check not in _OF_COLUMNS]
    if len(of_features) != 1:
        return f": {names([each.subject for each in of_features])}" if of_features else ""
    only = of_features[0]
    subject = shown(only.subject, IN_A_SENTENCE)
    if only.measure != "share" or only.observed is None or only.required is None:
        return f": {subject}"
    return f": {subject} ({percent(only.observed)}, {percent(only.required)} required)"


def _worst_drifted(execution: DataQuality) -> Feature | None:
    drifted = [feature for feature in execution.features if feature.drift and feature.drift.drifted]
    return max(drifted, key=lambda feature: feature.drift.excess if feature.drift else 0.0, default=None)


def _worst(feature: Feature) -> str:
    drift = feature.drift
    assert drift is not None  # _worst_drifted takes none without
    name = "p-value" if drift.is_p_value else "distance"
    figures = f"{name} {number(drift.value)}, threshold {number(drift.threshold)}"
    return f"Worst is {shown(feature.name, IN_A_SENTENCE)}{_went(drift)}: {figures}."


def _went(drift: Drift) -> str:
    """Numbers went up or down; of categories the share of one did."""
    if drift.direction not in {"higher", "lower"}:
        return ""
    if isinstance(drift.location, str):
        more = "more" if drift.direction == "higher" else "less"
        return f", with {more} of “{shown(drift.location, IN_A_SENTENCE)}” than in the baseline"
    return f", {drift.direction} than the baseline"
