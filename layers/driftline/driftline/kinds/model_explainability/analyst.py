"""The one-off analysis of a data set: SHAP and partial dependence, as Clarify's processing job computed them."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import override

import numpy as np

from driftline.domain.analysis_config.config_file import FILE
from driftline.domain.analysis_config.fields import fields_of
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.aggregation import Aggregation
from driftline.domain.explanations.tasks import Cell
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.analyst import Analyst, CheckedConfig, DataAnalysis, Wishes
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.engine import Context
from driftline.kinds.model_explainability.baseline import Explained, explain
from driftline.kinds.model_explainability.config_plan import plan_of_config, plan_without_model
from driftline.kinds.model_explainability.data_report import data_report, verdict_of
from driftline.kinds.model_explainability.data_rows import read_data_rows
from driftline.kinds.model_explainability.explained_config import explained_config
from driftline.kinds.model_explainability.explaining import Attributed, dependence
from driftline.kinds.model_explainability.files import analysis_of
from driftline.kinds.model_explainability.one_inference import explain_inference
from driftline.kinds.model_explainability.plan import ExplanationPlan
from driftline.kinds.model_explainability.rules.analysis import FILE as ANALYSIS
from driftline.kinds.model_explainability.rules.analysis import Analysis, Explanations, PdpEntry, label_names
from driftline.kinds.model_explainability.rules.config import CONFIG
from driftline.kinds.model_explainability.rules.local_values import (
    BASELINE,
    OUT,
    LocalValues,
    write_baseline,
    write_local_values,
)
from driftline.kinds.model_explainability.settings import BASELINE_ROWS
from driftline.kinds.model_explainability.verdict import Verdict
from driftline.presentation.tables import Column, Holds, Row, Table
from driftline.presentation.text import count

_METHODS = frozenset({"shap", "pdp"})

_ROWS = {"model": 10_000, "predictor": 1_000, "endpoint": BASELINE_ROWS["endpoint"]}
"""Rows that are explained, by source: each row of the last two takes thousands of questions."""

_COLUMNS = (
    Column(name="output", title="output", holds=Holds.TEXT),
    Column(name="feature", title="feature", holds=Holds.TEXT),
    Column(name="value", title="contribution", holds=Holds.NUMBER),
    Column(name="share", title="share", holds=Holds.SHARE),
    Column(name="rank", title="rank", holds=Holds.COUNT),
)


class ExplanationAnalyst(Analyst):
    """See the module."""

    @property
    @override
    def name(self) -> str:
        return "explanations"

    @property
    @override
    def config_file(self) -> str:
        return FILE

    @property
    @override
    def config_fields(self) -> AbstractSet[str]:
        return frozenset({"methods", "predictor"})

    @property
    @override
    def files(self) -> Sequence[str]:
        return (ANALYSIS, OUT, BASELINE)

    @override
    def wanted(self, config: bytes) -> bool:
        fields, _ = fields_of(config)
        methods = fields.get("methods") if fields is not None else None
        return isinstance(methods, dict) and bool(_METHODS & set(methods))

    @override
    def check(self, config: bytes, where: str) -> CheckedConfig:
        read, problems = CONFIG.read(config)
        if read is None or problems:
            return CheckedConfig(tuple(problem.error(where) for problem in problems))
        return CheckedConfig(sentences=tuple(explained_config(read)))

    @override
    def analyse(
        self,
        config: bytes,
        document: MonitorDocument | None,
        data: DataSet,
        where: str,
        wishes: Wishes = Wishes(),  # noqa: B008, it is frozen
    ) -> DataAnalysis:
        read = CONFIG.parse(config, where)
        plan = _plan(config, document, where, wishes)
        most = wishes.most_rows or _ROWS[plan.source]
        try:
            if read.shap is None:
                return _curves_alone(plan, data, most)
            explained = explain(plan, data, most, where)
        except InvalidInputError as error:
            raise _in_other_words(error) from None
        return _analysis(explained, data)

    def explain_inference(self, context: Context, data: WindowData, inference: str) -> DataAnalysis:
        """See `InferenceAnalyst`."""
        return explain_inference(context, data, inference)


ANALYST = ExplanationAnalyst()


def _plan(config: bytes, document: MonitorDocument | None, where: str, wishes: Wishes) -> ExplanationPlan:
    columns = document.columns if document else None
    outputs, inputs = (columns.output, columns.input) if columns else ((), ())
    given = wishes.model
    if given is None:
        if CONFIG.parse(config, where).predictor.endpoint is None:
            raise InvalidInputError(
                "nothing says which model is explained",
                where=f"{where}: predictor.endpoint_name",
                expected="a model's file, an endpoint, or a function of your own",
                mend="On your machine: --model FILE, --endpoint NAME or --predictor module:function. In AWS: put "
                "model.tar.gz next to the configuration, or name an endpoint in it. Driftline starts no endpoints.",
            )
        plan = plan_of_config(config, None, where=where, read=wishes.read)
        assert plan.endpoint is not None  # the file names it
        plan = replace(plan, endpoint=plan.endpoint.model_copy(update={"most_requests": wishes.most_requests}))
    else:
        plan = plan_without_model(CONFIG.parse(config, where), where, wishes.read)
        plan = replace(plan, source=given.source, model=given.name, etag=given.etag, probability=None)
    return replace(plan, features=wishes.features or inputs or plan.features, outputs=outputs, inference=plan.inference)


def _analysis(explained: Explained, data: DataSet) -> DataAnalysis:
    found, rows = explained.found, explained.data
    analysis = analysis_of(found, Aggregation(explained.plan.aggregation), explained.dependence)
    files = {
        ANALYSIS: analysis.to_json().encode(),
        OUT: write_local_values(LocalValues(found.features, found.outputs, found.attributions)),
    }
    if explained.background:
        files[BASELINE] = write_baseline(rows.features, explained.background)
    verdict = verdict_of(explained)
    headline = f"{_rows_said(explained)}: {_most_said(verdict)}."
    notes = (*found.notes, *_notes(explained))
    report = data_report(explained, verdict, analysis, _name(data), headline, notes)
    table = Table(name="features", title="Features", columns=_COLUMNS, rows=tuple(_rows(verdict)), noun="feature")
    return DataAnalysis(rows.rows, headline, files, table, report, explained.unexplained, notes)


def _curves_alone(plan: ExplanationPlan, data: DataSet, most: int) -> DataAnalysis:
    """Without SHAP: partial dependence on the features that the configuration names."""
    assert plan.dependence is not None  # one of both was asked for
    rows = read_data_rows(plan, data, most)
    background: tuple[tuple[Cell, ...], ...] = ()
    entries = dependence(plan, rows.features, rows.cells, plan.dependence.features, data.explanations, background)
    outputs = max((len(each["model_predictions"]) for each in entries if "error" not in each), default=0)  # type: ignore[arg-type]  # a list
    labels = label_names(outputs, plan.labels if len(plan.labels) == outputs else ())
    pdp = tuple(PdpEntry.model_validate({**each, "label_headers": labels}) for each in entries)
    analysis = Analysis(explanations=Explanations(pdp=pdp))
    nothing = np.zeros((0, len(rows.features), outputs))
    found = Attributed(rows.features, labels, nothing, nothing[:, 0, :], np.full(outputs, np.nan))
    explained = Explained(plan, rows, found, (), dependence=entries)
    headline = f"{count(rows.rows, 'row')}: partial dependence on {count(len(entries), 'feature')}."
    notes = tuple(_notes(explained))
    report = data_report(explained, Verdict(()), analysis, _name(data), headline, notes)
    table = Table(name="features", title="Features", columns=_COLUMNS, rows=(), noun="feature")
    return DataAnalysis(rows.rows, headline, {ANALYSIS: analysis.to_json().encode()}, table, report, {}, notes)


def _rows(verdict: Verdict) -> Iterator[Row]:
    for output in verdict.outputs:
        for each in output.features:
            cells = (output.label, each.name, each.value, each.share, each.rank)
            yield Row(cells=cells, subject=f"{output.label}: {each.name}")


def _rows_said(explained: Explained) -> str:
    done, rows = len(explained.found.attributions), explained.data.rows
    return f"{count(done, 'row')} explained" + (f", a sample of {rows:,}" if done < rows else "")


def _most_said(verdict: Verdict) -> str:
    features = [each for each in verdict.outputs[0].features if each.value]
    if not features:
        return "no feature contributes"
    return f"{features[0].name} contributes most" + (f", then {features[1].name}" if len(features) > 1 else "")


def _notes(explained: Explained) -> Iterator[str]:
    for each in explained.dependence:
        if "error" in each:
            yield f"No partial dependence of {each['feature_name']}: {each['error']}."


def _name(data: DataSet) -> str:
    return data.where.rstrip("/").rpartition("/")[2] or "data set"


def _in_other_words(error: InvalidInputError) -> InvalidInputError:
    """Fixes that name fields of the monitor document, which an analysis does not have."""
    mend = next((mend for field, mend in _MENDS.items() if field in error.mend), error.mend)
    return InvalidInputError(error.what, where=error.where, expected=error.expected, mend=mend)


_OF_FEATURES = "Name exactly the model's features, in its order: headers of the configuration, or --features."
_MENDS = {
    "columns.input": _OF_FEATURES,
    "monitor document": _OF_FEATURES,
    "most_requests": "Explain fewer rows (--rows), ask less about each (methods.shap.num_samples), or raise "
    "--most-requests; in AWS, AnalysisRequestsPerMonth.",
}
