"""The summary of a window: the envelope, and the body with everything that people may want to know of a feature."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from driftline.domain.executions.envelope import Evaluated, Headline
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.unusable import Unusable
from driftline.domain.explanations.tasks import Cell
from driftline.domain.monitors.alarms import UNUSABLE_SHARE
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.plan import METHODS, ExplanationPlan
from driftline.kinds.model_explainability.rules.analysis import PdpEntry
from driftline.kinds.model_explainability.rules.summary import (
    Curve,
    ExplainabilityBody,
    ExplainabilitySummary,
    ExplainedRow,
    Fidelity,
    OutputSummary,
)
from driftline.kinds.model_explainability.verdict import MOST_OUTPUTS, Baseline, Policy, Verdict

SHOWN_FEATURES = 10
SHOWN_ROWS = 300
MOST_CURVES = 10

NO_BASELINE = "There is no baseline analysis.json, so nothing was compared."
_DIGITS = 9
"""Significant digits of the rows that are for charts."""


class _Attributions(Protocol):
    """Attributions of rows, of a window or a baseline."""

    @property
    def features(self) -> tuple[str, ...]: ...

    @property
    def attributions(self) -> Floats: ...

    @property
    def predictions(self) -> Floats: ...


def summarise(
    evaluated: Evaluated,
    plan: ExplanationPlan,
    window: ExplainedWindow,
    verdict: Verdict,
    policy: Policy,
    baseline: Baseline,
    findings: tuple[Finding, ...],
    *,
    fidelity: Fidelity | None,
    baseline_files: Mapping[str, str | None],
    notes: Sequence[str],
) -> ExplainabilitySummary:
    """All that is known of the window."""
    found = window.found
    explained = len(window.sample) if found is not None else 0
    shown = shown_features(verdict.outputs)
    return ExplainabilitySummary.of(
        evaluated,
        kind="model_explainability",
        why_empty=_why_empty(window, verdict, baseline),
        rows=window.rows,
        evaluated_rows=verdict.judged_rows,
        measured_rows=None if verdict.judged_rows else explained,
        unusable=(_unusable(window),),
        headline=headline_of(verdict, policy, findings),
        findings=findings,
        notes=(*notes, *verdict.notes, *(() if baseline.analysis is not None else (NO_BASELINE,))),
        baseline=baseline_files,
        body=ExplainabilityBody(
            source=plan.source,
            explained_by=plan.explained_by,
            method=METHODS[plan.source],
            logit=found is not None and found.logit,
            aggregation=plan.aggregation,
            comparison=policy.rule or "driftline",
            smallest_auc=policy.smallest_auc,
            smallest_share=policy.smallest_share,
            explained_rows=explained,
            baseline_rows=len(baseline.sample.attributions) if baseline.sample is not None else None,
            sampled=window.sampled,
            unexplained=window.unexplained,
            fidelity=fidelity,
            outputs=verdict.outputs,
            outputs_left_out=max(len(found.outputs) - MOST_OUTPUTS, 0) if found is not None else 0,
            shown=shown,
            rows=explained_rows(window.sample.ids, window.cells, found, shown) if found is not None else (),
            baseline_sample=explained_rows((), baseline.sample.cells, baseline.sample, shown)
            if baseline.sample is not None
            else (),
            curves=_curves(baseline, shown),
        ),
    )


def headline_of(verdict: Verdict, policy: Policy, findings: Sequence[Finding]) -> Headline | None:
    """The first violation; without one, the output whose reasons are furthest from the baseline's."""
    if first := Headline.of_first(findings):
        return first
    if policy.rule == "sagemaker":
        ranked = [(each.ndcg, each) for each in verdict.outputs if each.ndcg is not None]
        if ranked:
            ndcg, output = min(ranked, key=lambda each: each[0])
            return Headline(figure="ndcg", value=ndcg, subject=output.label, limit=0.9, side="at_least")
    apart = [(each.auc, each) for each in verdict.outputs if each.auc is not None]
    if not apart:
        return None
    auc, output = max(apart, key=lambda each: each[0])
    return Headline(
        figure="auc",
        value=auc,
        subject=output.label,
        interval=output.auc_interval,
        limit=policy.smallest_auc,
        side="at_most",
    )


def _why_empty(window: ExplainedWindow, verdict: Verdict, baseline: Baseline) -> str:
    if not window.rows:
        return "No rows: nothing was captured in the window."
    if window.found is None or not len(window.sample):
        reasons = "; ".join(f"{why} ({rows:,} rows)" for why, rows in window.unexplained.items())
        return f"No row could be explained: {reasons or 'none has attributions'}."
    if baseline.analysis is None:
        return NO_BASELINE
    return verdict.why


def _unusable(window: ExplainedWindow) -> Unusable:
    """Of the sample: rows that should have attributions and do not."""
    lost = sum(window.unexplained.values())
    return Unusable(
        what="explained rows",
        figure=UNUSABLE_SHARE,
        total=len(window.sample) + lost,
        unusable=lost,
        reasons=window.unexplained,
    )


def shown_features(outputs: Sequence[OutputSummary]) -> tuple[str, ...]:
    """The most important features, in the window or in the baseline, of the first output."""
    if not outputs:
        return ()
    features = outputs[0].features
    named = [each for each in features if each.named]
    now = features[:SHOWN_FEATURES]
    before = sorted(features, key=lambda each: -(abs(each.baseline or 0.0)))[:SHOWN_FEATURES]
    chosen = list(dict.fromkeys(each.name for pair in zip(now, before, strict=True) for each in pair))
    return tuple(dict.fromkeys((*(each.name for each in named), *chosen)))[:SHOWN_FEATURES]


def explained_rows(
    ids: Sequence[str], cells: Sequence[Sequence[Cell]], found: _Attributions, shown: Sequence[str]
) -> tuple[ExplainedRow, ...]:
    """The first rows of a sample: it is in the order of hashes, or of the data set, and even.

    Args:
        ids: None of a baseline's rows.
        shown: Features; one that the rows do not have contributes nothing.
        cells: None if the inputs are unknown.
    """
    columns = [found.features.index(name) if name in found.features else None for name in shown]
    step = max(len(found.attributions) // SHOWN_ROWS, 1) if not ids else 1
    listed = []
    for place in range(0, len(found.attributions), step)[:SHOWN_ROWS]:
        row = cells[place] if cells else ()
        attributions = found.attributions[place, :, :MOST_OUTPUTS]
        listed.append(
            ExplainedRow(
                id=ids[place] if ids else "",
                prediction=tuple(_short(each) for each in found.predictions[place, :MOST_OUTPUTS] if np.isfinite(each)),
                values=tuple(_text(row[column]) if row and column is not None else None for column in columns),
                attributions=tuple(
                    tuple(0.0 if column is None else _short(attributions[column, output]) for column in columns)
                    for output in range(attributions.shape[1])
                ),
            )
        )
    return tuple(listed)


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _text(cell: Cell) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004, exact
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _curves(baseline: Baseline, shown: Sequence[str]) -> tuple[Curve, ...]:
    return curves_of(baseline.analysis.explanations.pdp, shown) if baseline.analysis is not None else ()


def curves_of(dependence: Sequence[PdpEntry], shown: Sequence[str]) -> tuple[Curve, ...]:
    """Of the features that are shown first."""
    entries = [each for each in dependence if each.error is None and each.model_predictions]
    entries.sort(key=lambda each: (each.feature_name not in shown, _place(each.feature_name, shown)))
    return tuple(filter(None, map(_curve, entries[:MOST_CURVES])))


def _place(name: str, shown: Sequence[str]) -> int:
    return list(shown).index(name) if name in shown else 0


def _curve(entry: PdpEntry) -> Curve | None:
    values, predictions = entry.feature_values or (), entry.model_predictions or ()
    if not values or any(each is None for row in predictions for each in row):
        return None
    numeric = entry.data_type == "numerical"
    return Curve(
        feature=entry.feature_name,
        numeric=numeric,
        values=tuple(float(each or 0) if numeric else str(each) for each in values),
        distribution=tuple(float(each or 0.0) for each in entry.data_distribution or ()),
        predictions=tuple(tuple(float(each or 0.0) for each in row) for row in predictions),
    )
