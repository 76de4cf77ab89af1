"""The report of a data set that is explained once: the page of a window, without a baseline and without times."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.domain.explanations.aggregation import Aggregation, global_values
from driftline.kinds.model_explainability.baseline import Explained
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.curves import curves_section
from driftline.kinds.model_explainability.page.report import explainability_report
from driftline.kinds.model_explainability.plan import METHODS
from driftline.kinds.model_explainability.row_sample import RowSample
from driftline.kinds.model_explainability.rules.analysis import Analysis
from driftline.kinds.model_explainability.rules.summary import ExplainabilityBody, ExplainedRow
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from driftline.kinds.model_explainability.summarise import SHOWN_ROWS, curves_of, explained_rows, shown_features
from driftline.kinds.model_explainability.verdict import MOST_OUTPUTS, Baseline, Policy, Verdict, judge
from driftline.presentation.report import Report, Section
from driftline.presentation.tables import Column, Holds, Row, Table

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""A data set has none; nothing shows it."""

_METHOD = (
    "These are the explanations of one data set, as SageMaker Clarify’s processing job computes them. Nothing was "
    "compared: a monitor `model_explainability` with this data set as its baseline compares each window with it."
)
_OF_WINDOWS = frozenset({"Scheduled", "Rows evaluated", "SageMaker would have said"})
_LEFT_OUT = frozenset({"over-time"})

_COLUMNS = (
    Column(name="output", title="Output", holds=Holds.TEXT),
    Column(name="expected_value", title="Expected value", holds=Holds.NUMBER),
)


def verdict_of(explained: Explained) -> Verdict:
    """What features contribute, compared with nothing."""
    values = global_values(explained.found.attributions, Aggregation(explained.plan.aggregation))
    return judge(_window(explained), values, Baseline(), _policy(), None)


def data_report(
    explained: Explained, verdict: Verdict, analysis: Analysis, name: str, headline: str, notes: Sequence[str]
) -> Report:
    """What people see of the analysis.

    Args:
        name: Of the data set.
    """
    plan, data, policy = explained.plan, explained.data, _policy()
    shown = shown_features(verdict.outputs)
    n = len(explained.found.attributions)
    curves = curves_of(analysis.explanations.pdp, shown)
    body = ExplainabilityBody(
        source=plan.source,
        explained_by=plan.explained_by,
        method=METHODS[plan.source],
        logit=explained.found.logit,
        aggregation=plan.aggregation,
        comparison="driftline",
        smallest_auc=policy.smallest_auc,
        smallest_share=policy.smallest_share,
        explained_rows=n,
        sampled=0 < n < data.rows,
        unexplained=explained.unexplained,
        outputs=verdict.outputs,
        outputs_left_out=max(len(explained.found.outputs) - MOST_OUTPUTS, 0),
        shown=shown,
        rows=_shown_rows(explained, shown) if n else (),
        curves=curves,
    )
    outcome = Outcome(
        place=Place("", name, "data set", _NO_TIME),
        rows=data.rows,
        findings=(),
        reason=headline,
        used=0,
        measured=n,
        notes=tuple(notes),
    )
    facts = Explainability(
        outcome=outcome, outputs=verdict.outputs, outputs_left_out=body.outputs_left_out, curves=curves, body=body
    )
    report = explainability_report(facts, past=())
    sections = [_without_comparison(each, facts) for each in report.sections if each.name not in _LEFT_OUT]
    if not sections:  # without SHAP
        sections = [_without_comparison(each, facts) for each in curves_section(facts)]
    return replace(
        report,
        facts=tuple(fact for fact in report.facts if fact.label not in _OF_WINDOWS),
        sections=tuple(sections),
        files=(
            ("analysis.json", "SHAP values and partial dependence, as SageMaker Clarify writes them"),
            ("explanations_shap/out.csv", "the contributions of each row"),
        ),
        method=(_METHOD, report.method[0], *report.method[2:]),
        once=True,
    )


def _shown_rows(explained: Explained, shown: Sequence[str]) -> tuple[ExplainedRow, ...]:
    """Rows for charts, evenly spread over the data set."""
    found, ids = explained.found, _ids(explained)
    step = -(-len(ids) // SHOWN_ROWS)
    some = replace(found, attributions=found.attributions[::step], predictions=found.predictions[::step])
    return explained_rows(ids[::step], explained.cells[::step], some, shown)


def _ids(explained: Explained) -> tuple[str, ...]:
    n = len(explained.found.attributions)
    places = explained.data.places if len(explained.data.places) == n else range(n)
    return tuple(f"row {place + 1:,}" for place in places)


def _window(explained: Explained) -> ExplainedWindow:
    ids = _ids(explained)
    n = len(ids)
    sample = RowSample(n, hashes=np.zeros(n, dtype=np.uint64), ids=ids)
    return ExplainedWindow(explained.data.rows, sample, explained.cells, explained.found)


def _policy() -> Policy:
    """Nothing is compared; the page shows no limit."""
    fields = ModelExplainabilityMonitor.model_fields
    return Policy(None, fields["smallest_auc"].default, fields["smallest_share"].default)


def _without_comparison(section: Section, facts: Explainability) -> Section:
    rows = tuple(Row(cells=(each.label, each.expected_value), subject=each.label) for each in facts.outputs)
    outputs = Table(name="outputs", title="Outputs of the model", noun="output", columns=_COLUMNS, rows=rows)
    parts = tuple(outputs if isinstance(part, Table) and part.name == "outputs" else part for part in section.parts)
    return replace(section, parts=parts, note=_of_data(section.note))


def _of_data(note: str) -> str:
    return note.replace("of the window", "of the data set").replace("of the baseline", "of the data set")
