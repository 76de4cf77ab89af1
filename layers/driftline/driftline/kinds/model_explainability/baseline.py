"""A data set's baseline for attribution drift: analysis.json as Clarify writes it, and attributions.bin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import JsonValue

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.explanations.aggregation import Aggregation, global_values, top_features
from driftline.domain.explanations.background import background
from driftline.domain.explanations.surrogate import FIDELITY
from driftline.domain.explanations.tasks import Cell
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.profiles.packing import Floats
from driftline.kinds.data import DataSet
from driftline.kinds.engine import Suggestion
from driftline.kinds.model_explainability.baseline_sample import FILE as SAMPLE
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.config_plan import plan_of_config
from driftline.kinds.model_explainability.data_rows import DataRows, read_data_rows
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.explaining import Attributed, attributed, dependence, finite
from driftline.kinds.model_explainability.files import analysis_of
from driftline.kinds.model_explainability.plan import ExplanationPlan, plan_of_settings, without_source
from driftline.kinds.model_explainability.row_sample import RowSample
from driftline.kinds.model_explainability.rules.analysis import FILE as ANALYSIS
from driftline.kinds.model_explainability.rules.analysis import parse_analysis
from driftline.kinds.model_explainability.rules.local_values import (
    BASELINE,
    OUT,
    LocalValues,
    write_baseline,
    write_local_values,
)
from driftline.kinds.model_explainability.rules.summary import Fidelity
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from driftline.kinds.model_explainability.told import findings_of
from driftline.kinds.model_explainability.verdict import Baseline, Policy, judge

CONFIG = "analysis_config.json"

_FIELDS = (
    "source",
    "model",
    "endpoint",
    "attribution_columns",
    "inference_attribute",
    "probability_attribute",
    "label_headers",
    "features",
    "baseline_rows",
    "kernel",
    "partial_dependence",
    "agg_method",
)
"""The settings that decide what a data set's rows mean, and how they are explained."""


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A data set with its explanations.

    Attributes:
        background: Rows that stand for a feature's absence, of Kernel SHAP.
        answers: Of the model to each row, of a surrogate.
        unexplained: Rows of the sample without attributions, by reason.
    """

    plan: ExplanationPlan
    data: DataRows
    found: Attributed
    cells: tuple[tuple[Cell, ...], ...]
    background: tuple[tuple[Cell, ...], ...] = ()
    answers: tuple[tuple[float, ...], ...] = ()
    dependence: tuple[dict[str, object], ...] = ()
    unexplained: dict[str, int] = field(default_factory=dict)

    @property
    def global_values(self) -> Floats:
        """Shape (features, outputs)."""
        return global_values(self.found.attributions, Aggregation(self.plan.aggregation))


def baseline_settings(document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
    """All of the document that influences the suggestion.

    Raises:
        InvalidInputError: the document has no such monitor.
    """
    settings = settings_of(document, where)
    outputs, inputs = columns_of(document)
    fields: dict[str, JsonValue] = settings.model_dump(mode="json", by_alias=True, include=set(_FIELDS))
    return fields | {"output": list(outputs), "input": list(inputs)}


def suggest(document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
    """A baseline from a data set.

    Raises:
        PendingError: its explanations were requested.
        InvalidInputError: see `explain`.
    """
    settings = settings_of(document, where)
    plan = plan_of(document, data, where)
    explained = explain(plan, data, settings.most_baseline_rows(plan.source), where)
    found = explained.found
    body = analysis_of(found, Aggregation(explained.plan.aggregation), explained.dependence).to_json().encode()
    sample = BaselineSample(
        found.explained_by,
        found.features,
        found.outputs,
        explained.cells,
        found.attributions,
        found.predictions,
        found.expected,
        explained.background,
        explained.answers,
        found.surrogate.r2 if found.surrogate is not None else None,
    )
    derived = {
        SAMPLE: sample.to_bytes(body),
        OUT: write_local_values(LocalValues(found.features, found.outputs, found.attributions)),
    }
    if explained.background:
        derived[BASELINE] = write_baseline(explained.data.features, explained.background)
    return Suggestion(
        explained.data.rows,
        {ANALYSIS: body},
        explained.unexplained,
        explained.data.left_out,
        derived,
        tuple(_warnings(explained)),
    )


def explain(plan: ExplanationPlan, data: DataSet, most: int, where: str) -> Explained:
    """Explains an even sample of a data set.

    Args:
        most: Number of rows.
        where: Who says how, for errors.

    Raises:
        PendingError: the explanations were requested.
        InvalidInputError: a file cannot be read, columns are missing, or the model cannot be explained.
    """
    if plan.source == "model" and data.model:
        plan = replace(plan, model=data.model)
    rows = read_data_rows(plan, data, most)
    if rows.attributions is not None:
        return _given(plan, rows, data.where)
    stands_for = _background(plan, rows.cells) if plan.asks else ()
    cells, answers, unexplained = _answered(rows)
    found = attributed(plan, rows.features, cells, answers, data.explanations, background=stands_for, where=where)
    curves: tuple[dict[str, object], ...] = ()
    if plan.dependence is not None and (plan.asks or plan.source == "model"):
        values = global_values(found.attributions, Aggregation(plan.aggregation))
        wanted = plan.dependence.features or tuple(
            found.features[place] for place in top_features(values, plan.dependence.top_k_features)
        )
        curves = dependence(plan, rows.features, cells, wanted, data.explanations, stands_for)
    return Explained(plan, rows, found, cells, stands_for, answers, curves, unexplained)


def rehearse(
    document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
) -> Sequence[Finding]:
    """What the baseline's comparison would have found in rows that are taken for a window.

    Raises:
        InvalidInputError: see `explain`.
    """
    settings = settings_of(document, where)
    plan = plan_of(document, window, where)
    explained = explain(plan, window, settings.most_rows(plan.source), where)
    found = explained.found
    n = len(found.attributions)
    rows = ExplainedWindow(
        explained.data.rows,
        RowSample(n, hashes=np.zeros(n, dtype=np.uint64), ids=("",) * n),
        explained.cells,
        found,
        sampled=False,
        unexplained={},
    )
    body = suggested[ANALYSIS]
    baseline = Baseline(parse_analysis(body), BaselineSample.belonging_to(body, suggested.get(SAMPLE), where))
    policy = Policy(settings.comparison or "driftline", settings.smallest_auc, settings.smallest_share)
    fidelity = fidelity_of(found, baseline.sample)
    verdict = judge(rows, explained.global_values, baseline, policy, fidelity)
    return findings_of(verdict, policy, fidelity, n)


def settings_of(document: MonitorDocument | None, where: str) -> ModelExplainabilityMonitor:
    """Raises InvalidInputError: there is no document, or it has no such monitor."""
    settings = document.monitors.by_name().get("model_explainability") if document is not None else None
    if not isinstance(settings, ModelExplainabilityMonitor):
        raise InvalidInputError(
            "no monitor document" if document is None else "the monitor document has no monitor model_explainability",
            where=where,
            expected="monitors: {model_explainability: …}, with a source of attributions",
            mend="Upload it; the data set is read then.",
        )
    return settings


def columns_of(document: MonitorDocument | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The document's names of the endpoint's output and input columns."""
    columns = document.columns if document else None
    return (columns.output, columns.input) if columns else ((), ())


def plan_of(document: MonitorDocument | None, data: DataSet, where: str) -> ExplanationPlan:
    """Raises InvalidInputError: nothing says where attributions come from."""
    settings = settings_of(document, where)
    outputs, inputs = columns_of(document)
    if settings.source is not None:
        return plan_of_settings(settings, outputs, inputs)
    body = data.beside(CONFIG)
    file = f"{data.where.removesuffix('input/')}{CONFIG}"
    if body is None:
        raise without_source(file)
    return plan_of_config(body, settings, outputs, inputs, file)


def fidelity_of(found: Attributed, baseline: BaselineSample | None) -> Fidelity | None:
    """Of a surrogate; None of other sources."""
    report = found.surrogate
    if report is None:
        return None
    before = baseline.r2 if baseline is not None else None
    return Fidelity(r2=report.r2, ranking=report.ranking, baseline_r2=before, carried_r2=report.carried_r2)


def _background(plan: ExplanationPlan, cells: tuple[tuple[Cell, ...], ...]) -> tuple[tuple[Cell, ...], ...]:
    given = plan.kernel.baseline
    if given:
        return given
    chosen = background(cells, plan.kernel.num_clusters or 1, seed=plan.kernel.seed)
    return tuple(tuple(_cell(each) for each in row) for row in chosen.rows.tolist())


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return None if np.isnan(value) else value
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _given(plan: ExplanationPlan, rows: DataRows, where: str) -> Explained:
    """A data set that has its attributions."""
    assert rows.attributions is not None  # it has them
    usable = finite(rows.attributions)
    if not usable.any():
        raise InvalidInputError(
            "no row has attributions", where=where, expected="numbers in the columns of attributions"
        )
    outputs = rows.attributions.shape[2]
    labels = plan.labels if len(plan.labels) == outputs else tuple(f"label{place}" for place in range(outputs))
    unknown = np.full((int(usable.sum()), outputs), np.nan)
    found = Attributed(rows.features, labels, rows.attributions[usable], unknown, np.full(outputs, np.nan))
    cells = tuple(rows.cells[place] for place in np.flatnonzero(usable).tolist()) if rows.cells else ()
    lost = int((~usable).sum())
    return Explained(plan, rows, found, cells, unexplained={"the row has no attributions": lost} if lost else {})


def _answered(
    rows: DataRows,
) -> tuple[tuple[tuple[Cell, ...], ...], tuple[tuple[float, ...], ...], dict[str, int]]:
    """The rows that have an answer, where answers are needed."""
    if not rows.answers:
        return rows.cells, (), {}
    usable = [all(map(np.isfinite, answer)) for answer in rows.answers]
    lost = usable.count(False)
    return (
        tuple(row for row, use in zip(rows.cells, usable, strict=True) if use),
        tuple(answer for answer, use in zip(rows.answers, usable, strict=True) if use),
        {"the answer is not a number": lost} if lost else {},
    )


def _warnings(explained: Explained) -> Sequence[str]:
    said = list(explained.found.notes)
    r2 = explained.found.surrogate.r2 if explained.found.surrogate is not None else 1.0
    if r2 < FIDELITY:
        said.append(
            f"The surrogate repeats the model with R² {r2:.2f}, and {FIDELITY} is required: no window will be judged. "
            "More rows may help; otherwise explain the model itself, or an endpoint."
        )
    errors = [each for each in explained.dependence if "error" in each]
    said += [f"No partial dependence of {each['feature_name']}: {each['error']}." for each in errors]
    return said
