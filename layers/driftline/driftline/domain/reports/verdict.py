"""The verdict in one sentence, and what changed since the execution before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from driftline.domain.data_quality.violations import CheckType
from driftline.domain.reports.facts import DataQuality, Drift, Feature, Metric, ModelQuality, Outcome, PastExecution
from driftline.domain.reports.text import count, instant, interval, number, percent, shown

_SAID: dict[str, tuple[str, str]] = {
    CheckType.BASELINE_DRIFT: ("feature drifted", "features drifted"),
    CheckType.COMPLETENESS: ("feature is incomplete", "features are incomplete"),
    CheckType.DATA_TYPE: ("feature has values of another type", "features have values of another type"),
    CheckType.CATEGORICAL_VALUES: ("feature has unseen categories", "features have unseen categories"),
    CheckType.MISSING_COLUMN: ("finding of missing columns", "findings of missing columns"),
    CheckType.EXTRA_COLUMN: ("finding of extra columns", "findings of extra columns"),
}
_NAMED = 3
_IN_A_SENTENCE = 60
"""Characters of a name."""

_NOTABLE = 0.1
_VISIBLE = 0.001


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
    parts += [f"{shown(check, _IN_A_SENTENCE)}: {amount:,}" for check, amount in sorted(by_check.items())]
    worst = worst_feature(execution)
    return f"{_joined(parts)}.{f' {_worst(worst)}' if worst else ''}"


def worst_feature(execution: DataQuality) -> Feature | None:
    drifted = [feature for feature in execution.features if feature.drift and feature.drift.drifted]
    return max(drifted, key=lambda feature: feature.drift.excess if feature.drift else 0.0, default=None)


def _worst(feature: Feature) -> str:
    drift = feature.drift
    assert drift is not None  # worst_feature takes none without
    name = "p-value" if drift.is_p_value else "distance"
    figures = f"{name} {number(drift.value)}, threshold {number(drift.threshold)}"
    return f"Worst is {shown(feature.name, _IN_A_SENTENCE)}{_went(drift)}: {figures}."


def _went(drift: Drift) -> str:
    """Numbers went up or down; of categories the share of one did."""
    if drift.direction not in {"higher", "lower"}:
        return ""
    if isinstance(drift.location, str):
        more = "more" if drift.direction == "higher" else "less"
        return f", with {more} of “{shown(drift.location, _IN_A_SENTENCE)}” than in the baseline"
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
            return f"{count(len(subjects), 'violation')}: {_names(subjects)}."
        return _nothing_violated(watched)
    first = violated[0]
    side = "above" if first.operator == "GreaterThanThreshold" else "below"
    others = [metric.name for metric in violated[1:]]
    also = f" Also beyond theirs: {_names(others)}." if others else ""
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
            said.append(f"so are {_names([metric.name for metric in beyond[1:]])}")
    elif len(known) == 1:
        said.append(f"No violations: {_figure(known[0])} is on the right side of {number(known[0].threshold)}")
    else:
        said.append(f"No violations: all {len(known)} watched metrics are on the right side of their thresholds")
    if undefined and known:
        said.append(f"{_names(undefined)} could not be computed")
    return "; ".join(said) + "."


def _figure(metric: Metric) -> str:
    between = f" (95 % interval {interval(metric.interval)})" if metric.interval else ""
    return f"{shown(metric.name, _IN_A_SENTENCE)} of {number(metric.value)}{between}"


def changes(
    outcome: Outcome, worst: float | None, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> list[str]:
    """What is new since the verdict before, and since the revision that this one replaces, in short sentences.

    Args:
        past: Earlier executions, oldest first.
    """
    previous = last_verdict(past)
    said = ["This is the first execution that is kept." if not past else "No verdict before this one is in reach."]
    if previous is not None:
        said = [f"Compared with {instant(previous.place.scheduled)}:", *_changes(outcome, worst, previous)]
    failed = tuple(takewhile(lambda each: each.failed, reversed(past)))
    if failed:
        when = instant(failed[0].place.scheduled)
        said.append(f"{count(len(failed), 'execution')} failed since, the last that of {when}.")
    if revised is not None:
        said += ["Compared with the revision that this one replaces:", *_changes(outcome, worst, revised)]
    return said


def last_verdict(past: Sequence[PastExecution]) -> PastExecution | None:
    return next((each for each in reversed(past) if not each.failed), None)


def _changes(outcome: Outcome, worst: float | None, previous: PastExecution) -> Iterator[str]:
    now = {(violation.subject, violation.check): None for violation in outcome.violations}
    new = [subject for subject, check in now if (subject, check) not in previous.violations]
    gone = sorted(subject for subject, check in previous.violations if (subject, check) not in now)
    stay = len(now) - len(new)
    if new:
        yield f"{count(len(new), 'new violation')}: {_names(new)}."
    if gone:
        yield f"{count(len(gone), 'violation')} no longer there: {_names(gone)}."
    if stay:
        yield f"{count(stay, 'violation')} as before."
    if not new and not gone and not stay:
        yield "No violations, as before."
    if worst is not None and previous.worst is not None:
        yield f"Worst drift {number(previous.worst[1])} then, {number(worst)} now."
    apart = 0.0 if previous.place.scheduled == outcome.place.scheduled else _NOTABLE
    if previous.rows is not None and abs(outcome.rows - previous.rows) > apart * previous.rows:
        yield f"{previous.rows:,} rows then, {outcome.rows:,} now."
    if outcome.coverage is not None and abs(outcome.coverage - (previous.coverage or 0.0)) >= _VISIBLE:
        yield f"{percent(previous.coverage)} of the rows had a label then, {percent(outcome.coverage)} now."


def _names(names: list[str]) -> str:
    distinct = list(dict.fromkeys(shown(name, _IN_A_SENTENCE) for name in names))
    more = len(distinct) - _NAMED
    return _joined([*distinct[:_NAMED], *([f"{more} more"] if more > 0 else [])])


def _joined(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
