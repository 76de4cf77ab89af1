"""Why the model said what it said of one inference: a table and a waterfall."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.domain.explanations.aggregation import Aggregation, global_values
from driftline.domain.explanations.tasks import Cell
from driftline.kinds.analyst import DataAnalysis
from driftline.kinds.data import WindowData
from driftline.kinds.engine import Context
from driftline.kinds.model_explainability.baseline import CONFIG
from driftline.kinds.model_explainability.baseline_sample import FILE as SAMPLE
from driftline.kinds.model_explainability.engine import baseline_in, plan_for
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.explaining import Attributed
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.report import explainability_report
from driftline.kinds.model_explainability.plan import METHODS, ExplanationPlan
from driftline.kinds.model_explainability.rules.analysis import FILE as ANALYSIS
from driftline.kinds.model_explainability.rules.summary import ExplainabilityBody
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from driftline.kinds.model_explainability.summarise import explained_rows, shown_features
from driftline.kinds.model_explainability.verdict import Baseline, Policy, judge
from driftline.kinds.model_explainability.window_rows import window_rows
from driftline.presentation.report import Report
from driftline.presentation.tables import Column, Holds, Row, Table
from driftline.presentation.text import count, number

EXPECTED, PREDICTION, LOG_ODDS = "expected value", "prediction", "prediction (log-odds)"
"""First and last line of the table."""

_MOST = 100
"""Rows of a record."""

_COLUMNS = (
    Column(name="row", title="row", holds=Holds.COUNT),
    Column(name="output", title="output", holds=Holds.TEXT),
    Column(name="feature", title="feature", holds=Holds.TEXT),
    Column(name="value", title="value", holds=Holds.TEXT),
    Column(name="contribution", title="contribution", holds=Holds.NUMBER),
    Column(name="sum", title="sum", holds=Holds.NUMBER),
)

_SECTIONS = frozenset({"inferences"})
_FACTS = frozenset({"Explained by"})


def explain_inference(context: Context, data: WindowData, inference: str) -> DataAnalysis:
    """See `InferenceAnalyst.explain_inference`."""
    settings = cast("ModelExplainabilityMonitor", context.settings)
    files = data.baseline(ANALYSIS, SAMPLE, CONFIG)
    baseline = baseline_in(files, data)
    plan = plan_for(settings, context, files, data, baseline)
    if plan.source == "surrogate":
        raise InvalidInputError(
            "a surrogate is fitted to a window: it explains no single inference",
            where=context.endpoint,
            expected="source: captured, model or endpoint",
            mend="The page of the window that has it shows some inferences; or explain a model's file: source: model.",
        )
    window = window_rows(context, data, plan, baseline.sample, _MOST)
    found = window.found
    if found is None or not len(window.sample):
        reasons = "; ".join(window.unexplained) or "nothing was captured with it"
        raise InvalidInputError(
            f"the inference cannot be explained: {reasons}", where=inference, expected="rows with the model's features"
        )
    rows = tuple(_rows(plan, found, window.cells))
    what = found.predictions[0] if np.isfinite(found.predictions[0]).all() else np.array([])
    said = ", ".join(number(float(each)) for each in what)
    said = f"prediction {said}" if len(what) else f"{count(len(found.features), 'feature')} explained"
    headline = f"{inference}: {said}."
    table = Table(name="contributions", title="Contributions", columns=_COLUMNS, rows=rows, noun="feature")
    report = _report(context, plan, window, found, headline)
    return DataAnalysis(len(window.sample), headline, {}, table, report, notes=found.notes)


def _rows(plan: ExplanationPlan, found: Attributed, cells: Sequence[Sequence[Cell]]) -> Iterator[Row]:
    """Of each row and output: from the expected value by contributions, the largest first, to the prediction."""
    for place, attributions in enumerate(found.attributions):
        for output, label in enumerate(found.outputs):
            known = dict(zip(_names(plan, found), cells[place], strict=False)) if cells else {}
            values = attributions[:, output]
            at = float(found.expected[output])
            end = at + float(values.sum())
            if np.isfinite(at):
                yield _row((place + 1, label, EXPECTED, None, None, at))
            for each in np.argsort(-np.abs(values), kind="stable").tolist():
                at += float(values[each])
                name = found.features[each]
                cell = known.get(name)
                shown = None if cell is None else number(cell) if isinstance(cell, float) else str(cell)
                yield _row((place + 1, label, name, shown, float(values[each]), at if np.isfinite(at) else None))
            if np.isfinite(end):
                yield _row((place + 1, label, LOG_ODDS if found.logit else PREDICTION, None, None, end))
            if found.logit:
                yield _row((place + 1, label, PREDICTION, None, None, float(found.predictions[place, output])))


def _names(plan: ExplanationPlan, found: Attributed) -> tuple[str, ...]:
    """Of the cells: all features, also if only some are explained."""
    return plan.features or found.features


def _row(cells: tuple[str | float | None, ...]) -> Row:
    return Row(cells=cells, subject=str(cells[2]))


def _report(
    context: Context, plan: ExplanationPlan, window: ExplainedWindow, found: Attributed, headline: str
) -> Report:
    settings = cast("ModelExplainabilityMonitor", context.settings)
    policy = Policy(None, settings.smallest_auc, settings.smallest_share)
    values = global_values(found.attributions, Aggregation(plan.aggregation))
    verdict = judge(window, values, Baseline(), policy, None)
    shown = shown_features(verdict.outputs)
    body = ExplainabilityBody(
        source=plan.source,
        explained_by=plan.explained_by,
        method=METHODS[plan.source],
        logit=found.logit,
        aggregation=plan.aggregation,
        comparison="driftline",
        smallest_auc=policy.smallest_auc,
        smallest_share=policy.smallest_share,
        explained_rows=len(window.sample),
        outputs=verdict.outputs,
        shown=shown,
        rows=explained_rows(window.sample.ids, window.cells, found, shown),
    )
    outcome = Outcome(
        place=Place(context.endpoint, context.endpoint, context.monitor, context.scheduled_time),
        rows=len(window.sample),
        findings=(),
        reason=headline,
        used=0,
        measured=len(window.sample),
        notes=found.notes,
    )
    report = explainability_report(Explainability(outcome=outcome, outputs=verdict.outputs, body=body), past=())
    return replace(
        report,
        title="One inference",
        facts=tuple(fact for fact in report.facts if fact.label in _FACTS),
        sections=tuple(section for section in report.sections if section.name in _SECTIONS),
        files=(),
        method=report.method[:1],
        once=True,
    )
