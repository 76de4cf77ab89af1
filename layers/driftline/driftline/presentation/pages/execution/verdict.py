"""The verdict in one sentence."""

from collections import Counter
from collections.abc import Sequence

from driftline.domain.executions.finding import Finding
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.presentation.text import IN_A_SENTENCE, count, interval, joined, names, number, percent, shown

_SAID: dict[str, tuple[str, str]] = {
    CheckType.BASELINE_DRIFT: ("feature drifted", "features drifted"),
    CheckType.COMPLETENESS: ("feature is incomplete", "features are incomplete"),
    CheckType.DATA_TYPE: ("feature has values of another type", "features have values of another type"),
    CheckType.CATEGORICAL_VALUES: ("feature has unseen categories", "features have unseen categories"),
    CheckType.MISSING_COLUMN: ("finding of missing columns", "findings of missing columns"),
    CheckType.EXTRA_COLUMN: ("finding of extra columns", "findings of extra columns"),
}
SHARES = frozenset({CheckType.COMPLETENESS, CheckType.DATA_TYPE, CheckType.CATEGORICAL_VALUES})
"""Checks whose figures are shares of rows."""

_OF_COLUMNS = frozenset({CheckType.MISSING_COLUMN, CheckType.EXTRA_COLUMN})


def data_quality_verdict(execution: DataQuality) -> str:
    outcome = execution.outcome
    if not outcome.rows:
        return f"Nothing to judge: the window has no rows. {outcome.reason}".strip()
    if not outcome.violations:
        compared = sum(feature.drift is not None for feature in execution.features)
        if not compared:
            return "No violations."
        agree = "1 compared feature agrees" if compared == 1 else f"all {compared} compared features agree"
        return f"No violations: {agree} with the baseline."
    by_check = Counter(violation.check for violation in outcome.violations)
    parts = [count(by_check.pop(check), *said) for check, said in _SAID.items() if check in by_check]
    parts += [f"{shown(check, IN_A_SENTENCE)}: {amount:,}" for check, amount in sorted(by_check.items())]
    worst = worst_feature(execution)
    return f"{joined(parts)}{'' if worst else _whose(outcome.violations)}.{f' {_worst(worst)}' if worst else ''}"


def _whose(violations: Sequence[Finding]) -> str:
    """Where no feature drifted, the sentence names what is wrong otherwise."""
    of_features = [each for each in violations if each.check not in _OF_COLUMNS]
    if len(of_features) != 1:
        return f": {names([each.subject for each in of_features])}" if of_features else ""
    only = of_features[0]
    subject = shown(only.subject, IN_A_SENTENCE)
    if only.check not in SHARES or only.observed is None or only.required is None:
        return f": {subject}"
    return f": {subject} ({percent(only.observed)}, required are {percent(only.required)})"


def worst_feature(execution: DataQuality) -> Feature | None:
    drifted = [feature for feature in execution.features if feature.drift and feature.drift.drifted]
    return max(drifted, key=lambda feature: feature.drift.excess if feature.drift else 0.0, default=None)


def _worst(feature: Feature) -> str:
    drift = feature.drift
    assert drift is not None  # worst_feature takes none without
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


def model_quality_verdict(execution: ModelQuality) -> str:
    outcome = execution.outcome
    judged = outcome.rows if outcome.used is None else outcome.used
    if not judged:
        return f"Nothing to judge: no row of the window has a label that can be used. {outcome.reason}".strip()
    violated = [metric for metric in execution.metrics if metric.violated]
    watched = [metric for metric in execution.metrics if metric.threshold is not None]
    if not violated:
        if outcome.violations:
            subjects = [each.subject for each in outcome.violations]
            return f"{count(len(subjects), 'violation')}: {names(subjects)}."
        return _nothing_violated(watched)
    first = violated[0]
    side = "above" if first.operator == "GreaterThanThreshold" else "below"
    others = [metric.name for metric in violated[1:]]
    also = f" Also beyond theirs: {names(others)}." if others else ""
    return f"{_figure(first)} is {side} its threshold of {number(first.threshold)}.{also}"


def _nothing_violated(watched: list[Metric]) -> str:
    """A watched metric may be undefined, or beyond its threshold by less than chance may give."""
    if not watched:
        return "No constraints: the metrics are computed, and nothing is judged."
    undefined = [metric.name for metric in watched if metric.value is None]
    known = [metric for metric in watched if metric.value is not None]
    beyond = [metric for metric in known if metric.beyond]
    said = []
    if not known:
        said.append("No violations: no watched metric is defined")
    elif beyond:
        why = "but may be so by chance" if beyond[0].interval else "but is no violation in the files"
        said.append(f"No violations: {_figure(beyond[0])} is beyond {number(beyond[0].threshold)}, {why}")
        if len(beyond) > 1:
            said.append(f"so are {names([metric.name for metric in beyond[1:]])}")
    elif len(known) == 1:
        said.append(f"No violations: {_figure(known[0])} is on the right side of {number(known[0].threshold)}")
    else:
        said.append(f"No violations: all {len(known)} watched metrics are on the right side of their thresholds")
    if undefined and known:
        said.append(f"{names(undefined)} could not be computed")
    return "; ".join(said) + "."


def _figure(metric: Metric) -> str:
    between = f" (95 % interval {interval(metric.interval)})" if metric.interval else ""
    return f"{shown(metric.name, IN_A_SENTENCE)} of {number(metric.value)}{between}"
