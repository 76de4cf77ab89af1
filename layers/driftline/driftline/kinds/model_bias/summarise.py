"""The summary of a window: the envelope, and the body with everything that people may want to know of a group."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from driftline.domain.executions.envelope import Evaluated, Headline, WindowSpan
from driftline.domain.executions.unusable import Unusable
from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.monitors.alarms import UNUSABLE_SHARE
from driftline.kinds.model_bias.judged import JudgedGroup, JudgedMetric, Policy, group_rows, is_small, title_of
from driftline.kinds.model_bias.plan import BiasPlan, FacetPlan
from driftline.kinds.model_bias.rules.basic_stats import Outcomes, performance
from driftline.kinds.model_bias.rules.counts import FacetCounts
from driftline.kinds.model_bias.rules.coverage import GroupCoverage, coverage
from driftline.kinds.model_bias.rules.notes import notes
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.summary import (
    BiasBody,
    BiasMetricSummary,
    BiasSummary,
    FacetSummary,
    GroupSummary,
    OutcomesSummary,
    RateName,
    RateSummary,
    ValueCoverage,
)
from driftline.kinds.model_bias.rules.tables import NEGATIVE, POSITIVE, A, D, Floats, Tables
from driftline.kinds.model_bias.typed import TypedPlan
from driftline.kinds.model_bias.verdict import BiasVerdict, decided
from driftline.kinds.model_bias.window import WindowCounts

MOST_VALUES = 50
"""So many values of a facet are listed with their coverage, and so many groups with their metrics."""

_MOST_UNJUDGED = 10

_PREFERRED = ("DPPL", "DPL")
"""The headline where nothing was found: the gap that needs no explanation."""

NO_BASELINE = "There is no baseline analysis.json, so nothing was compared."


def summarise(
    evaluated: Evaluated,
    window: WindowCounts,
    typed: TypedPlan,
    verdict: BiasVerdict,
    policy: Policy,
    *,
    has_baseline: bool,
    baseline_files: Mapping[str, str | None],
    judged: WindowSpan | None = None,
    sampled: bool = False,
    more_notes: Sequence[str] = (),
    why_unlabelled: str = "",
    misfits: int = 0,
) -> BiasSummary:
    """Args:
    judged: The time range of the rows, if it begins before the window.
    sampled: The flip test looked at a sample.
    misfits: Labels that belong to no row of their inference.
    """
    facets = tuple(facet_summary(facet, typed.plan, window, verdict, policy) for facet in typed.plan.facets)
    problems = (f"{name}: {problem}." for name, problem in verdict.problems.items())
    said = (*more_notes, *(notes(window.counts, typed.facets, typed.label) if window.rows else ()), *problems)
    unjudged = _unjudged(verdict, typed.plan, policy) if verdict.checked_rows else ()
    return BiasSummary.of(
        evaluated,
        kind="model_bias",
        why_empty=_why_empty(window, verdict, has_baseline, why_unlabelled),
        rows=window.rows,
        evaluated_rows=verdict.checked_rows,
        measured_rows=None if verdict.checked_rows else max(window.labelled, window.predicted),
        unusable=(_unusable(window, misfits),),
        coverage=window.labelled / window.rows if window.rows else None,
        headline=headline_of(verdict, policy.smallest),
        findings=verdict.findings,
        notes=(*said, *unjudged, *(() if has_baseline else (NO_BASELINE,))),
        baseline=baseline_files,
        body=BiasBody(
            label=typed.label.column,
            positive=_positive(typed, window),
            group_variable=typed.plan.group_variable,
            comparison=policy.rule,
            tolerance=policy.tolerance,
            judged=judged,
            labelled_rows=window.labelled,
            predicted_rows=window.predicted,
            unusable_rows=window.explained,
            smallest_group=policy.smallest,
            compared_metrics=policy.watched,
            facets=facets,
            sampled=sampled,
        ),
    )


def _unjudged(verdict: BiasVerdict, plan: BiasPlan, policy: Policy) -> Iterator[str]:
    """Groups that nothing is said of, while others are judged: a good window is not good for them."""
    silent = [group for group in verdict.groups if not any(decided(each, policy) for each in group.metrics)]
    for group in silent[:_MOST_UNJUDGED]:
        why = next((each.compared.reason for each in group.metrics if each.compared.reason), "")
        yield f"Nothing was compared for {title_of(group, plan)}{why and f': {why.rstrip(".")}'}."
    if len(silent) > _MOST_UNJUDGED:
        yield f"Nothing was compared for {len(silent) - _MOST_UNJUDGED:,} more groups."


def _positive(typed: TypedPlan, window: WindowCounts) -> str:
    """`label_value_or_threshold`; before the first label of a threshold it has no upper end, and no text."""
    label = typed.label
    return label.text(window.counts.highest_label) or f"above {label.values[0]}"


def headline_of(verdict: BiasVerdict, smallest: int) -> Headline | None:
    """The first finding; without one, the largest gap of outcomes, of groups with rows enough to be shown."""
    if first := Headline.of_first(verdict.findings):
        return first
    for name in _PREFERRED:
        known = [
            (abs(each.compared.value), group, each)
            for group in verdict.groups
            for each in group.metrics
            if each.compared.metric == name and each.compared.value is not None and not is_small(group, smallest)
        ]
        if known:
            _, group, judged = max(known, key=lambda each: each[0])
            return Headline(
                figure=name,
                value=judged.compared.value,
                subject=subject_of(group.facet, group.group.text),
                interval=judged.compared.interval,
                limit=judged.compared.baseline,
            )
    return None


def _unusable(window: WindowCounts, misfits: int) -> Unusable:
    reasons = window.explained
    if misfits:
        reasons["the label has another number of values than its inference has rows"] = misfits
    unusable = sum(reasons.values())
    return Unusable(
        what="labels and predictions",
        figure=UNUSABLE_SHARE,
        total=window.labelled + window.predicted + unusable,
        unusable=unusable,
        reasons=reasons,
    )


def _why_empty(window: WindowCounts, verdict: BiasVerdict, has_baseline: bool, why_unlabelled: str) -> str:
    if not window.rows:
        return "No rows: nothing was captured in the window."
    if not has_baseline:
        return NO_BASELINE
    if not window.labelled and not window.predicted:
        return f"Neither a label nor a prediction of the {window.rows:,} rows can be used. {why_unlabelled}".strip()
    needed = [each.compared.needed for group in verdict.groups for each in group.metrics if each.compared.needed]
    if needed:
        return (
            f"Not enough data: no metric could be compared in {window.rows:,} rows; "
            f"the first one takes about {min(needed):,}."
        )
    return "No metric of any group could be compared; the notes and the metrics' reasons say why."


def facet_summary(
    facet: FacetPlan, plan: BiasPlan, window: WindowCounts, verdict: BiasVerdict, policy: Policy
) -> FacetSummary:
    counts = window.counts.facets.get(facet.name, FacetCounts())
    groups = [each for each in verdict.groups if each.facet == facet.name]
    listed_groups = _most_interesting(groups)
    listed = tuple(
        ValueCoverage(value=value, rows=each.rows, labelled=each.labelled, predicted=each.predicted)
        for value, each in _listed(coverage(counts))
    )
    return FacetSummary(
        name=facet.name,
        coverage=listed,
        groups=tuple(_group(each, plan, policy) for each in listed_groups),
        left_out=len(groups) - len(listed_groups),
        problem=verdict.problems.get(facet.name, ""),
    )


def _listed(found: Mapping[str | None, GroupCoverage]) -> list[tuple[str | None, GroupCoverage]]:
    """The most frequent values, and in any case the rows without one."""
    return [each for place, each in enumerate(found.items()) if place < MOST_VALUES or each[0] is None]


def _most_interesting(groups: Sequence[JudgedGroup]) -> list[JudgedGroup]:
    """Those with a violation, then those with the most rows; in their order."""

    def interest(place: int) -> tuple[bool, int, int]:
        violated = any(each.violated for each in groups[place].metrics)
        return not violated, -group_rows(groups[place]), place

    chosen = sorted(range(len(groups)), key=interest)[:MOST_VALUES]
    return [groups[place] for place in sorted(chosen)]


def _group(judged: JudgedGroup, plan: BiasPlan, policy: Policy) -> GroupSummary:
    tables = judged.group.tables
    labelled, predicted = tables.size("labels"), tables.size("predictions")
    group, others = Outcomes.of(tables.both[D]), Outcomes.of(tables.both[A])
    rows = group_rows(judged)
    return GroupSummary(
        group=judged.group.text,
        title=title_of(judged, plan),
        rows=rows,
        labelled=labelled[D],
        predicted=predicted[D],
        other_rows=max(labelled[A], predicted[A]),
        other_labelled=labelled[A],
        other_predicted=predicted[A],
        small=is_small(judged, policy.smallest),
        outcomes=_outcomes(group),
        other_outcomes=_outcomes(others),
        rates=tuple(_rates(tables, judged.entry.baseline)),
        statistics=_defined(performance(group)),
        other_statistics=_defined(performance(others)),
        metrics=tuple(map(_metric, judged.metrics)),
    )


def _defined(statistics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in statistics.items() if not isnan(value)}


def _outcomes(outcomes: Outcomes) -> OutcomesSummary:
    return OutcomesSummary(tp=int(outcomes.tp), fp=int(outcomes.fp), fn=int(outcomes.fn), tn=int(outcomes.tn))


def _metric(judged: JudgedMetric) -> BiasMetricSummary:
    compared, limit = judged.compared, judged.limit
    return BiasMetricSummary(
        name=compared.metric,
        value=compared.value,
        interval=compared.interval,
        baseline=compared.baseline,
        baseline_interval=compared.baseline_interval,
        rows=compared.rows,
        result=compared.result,
        violated=judged.violated,
        reason=compared.reason,
        needed=compared.needed,
        p_value=compared.p_value,
        sagemaker=compared.sagemaker,
        limit=(limit.min, limit.max) if limit else None,
        standing=judged.standing,
    )


def _rates(window: Tables, baseline: Tables | None) -> list[RateSummary]:
    now, before = _shares(window), _shares(baseline) if baseline is not None else {}
    found = []
    for name, (a, d) in now.items():
        was = before.get(name)
        found.append(
            RateSummary(
                name=name,
                group=_share(d),
                others=_share(a),
                group_interval=clopper_pearson(*d),
                others_interval=clopper_pearson(*a),
                baseline_group=_share(was[1]) if was else None,
                baseline_others=_share(was[0]) if was else None,
            )
        )
    return found


type _Of = tuple[float, float]
"""So many of so many rows."""


def _shares(tables: Tables) -> dict[RateName, tuple[_Of, _Of]]:
    """Of a and of d."""
    both = tables.both
    right = both[:, POSITIVE, POSITIVE] + both[:, NEGATIVE, NEGATIVE]
    rates: dict[RateName, tuple[Floats, Floats]] = {
        "positive_labels": (tables.labels[:, POSITIVE], tables.labels.sum(axis=1)),
        "acceptance": (tables.predictions[:, POSITIVE], tables.predictions.sum(axis=1)),
        "recall": (both[:, POSITIVE, POSITIVE], both[:, POSITIVE].sum(axis=1)),
        "precision": (both[:, POSITIVE, POSITIVE], both[:, :, POSITIVE].sum(axis=1)),
        "specificity": (both[:, NEGATIVE, NEGATIVE], both[:, NEGATIVE].sum(axis=1)),
        "accuracy": (right, both.sum(axis=(1, 2))),
    }
    return {
        name: ((float(hits[A]), float(rows[A])), (float(hits[D]), float(rows[D])))
        for name, (hits, rows) in rates.items()
    }


def _share(of: _Of) -> float | None:
    return of[0] / of[1] if of[1] else None
