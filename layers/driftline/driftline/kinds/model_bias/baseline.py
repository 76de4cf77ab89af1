"""A data set's baseline for the bias monitor: analysis.json as Clarify writes it, and groups.json."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from driftline.domain.analysis_config.config_file import FILE as CONFIG_FILE
from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.predictions.questions import Question, answer_column
from driftline.kinds.data import DataSet
from driftline.kinds.engine import Suggestion
from driftline.kinds.model_bias.baseline_groups import GROUPS, BaselineGroups
from driftline.kinds.model_bias.data_places import DataColumns, names_of
from driftline.kinds.model_bias.data_set import BiasData, read_bias_data
from driftline.kinds.model_bias.judged import Policy
from driftline.kinds.model_bias.plan import BiasPlan, plan_of
from driftline.kinds.model_bias.rules.analysis import parse_analysis
from driftline.kinds.model_bias.rules.config import CONFIG
from driftline.kinds.model_bias.rules.config_fields import BiasConfig
from driftline.kinds.model_bias.rules.limits import MetricLimit
from driftline.kinds.model_bias.rules.report import Report, report
from driftline.kinds.model_bias.sensitivity import sensitivity
from driftline.kinds.model_bias.settings import ModelBiasMonitor
from driftline.kinds.model_bias.verdict import Baseline, judge

ANALYSIS = "analysis.json"
_LAST_NAME = re.compile(r"(\w+)$")

_READ = ("facets", "positive_label", "positive_threshold", "group_variable", "inference_attribute")
_PLACES = ("probability_attribute", "probability_threshold_attribute", "ground_truth_attribute")
_FIELDS = (*_READ, *_PLACES, "predictor", "watched", "comparison")
"""The settings that decide what a data set's rows mean, and what is said of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """A data set, and its analysis."""

    data: BiasData
    report: Report

    @property
    def said(self) -> tuple[str, ...]:
        """Notes, and why parts of the analysis are missing; each once."""
        problems = (f"{problem.removesuffix('.')}." for problem in self.report.problems)
        return tuple(dict.fromkeys((*self.data.notes, *problems)))


def baseline_settings(document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
    """All of the document that influences the suggestion.

    Raises:
        InvalidInputError: the document has no such monitor.
    """
    settings = settings_of(document, where)
    columns = data_columns(document)
    fields: dict[str, JsonValue] = settings.model_dump(mode="json", by_alias=True, include=set(_FIELDS))
    return fields | {"output": list(columns.output), "input": list(columns.input)}


def suggest(document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
    """A baseline from a data set.

    Raises:
        InvalidInputError: see `analyse`.
    """
    found = analyse(document, data, where)
    body = found.report.analysis.to_json().encode()
    typed, read = found.data.typed, found.data
    groups = BaselineGroups(typed.label.type, typed.columns, read.orders, read.counts)
    return Suggestion(
        read.rows,
        {ANALYSIS: body},
        read.unusable,
        derived={GROUPS: groups.to_json(body)},
        warnings=found.said,
        sensitivity=() if settings_of(document, where).as_sagemaker else sensitivity(read.counts, typed),
    )


def analyse(document: MonitorDocument | None, data: DataSet, where: str) -> Analysed:
    """The analysis of a data set, as the monitor document says, or analysis_config.json beside it.

    Raises:
        InvalidInputError: a file cannot be read, nothing says what to compare, the data set lacks the label or all
            facets, or no row can be used.
    """
    settings = settings_of(document, where)
    body = data.beside(CONFIG_FILE)
    file = f"{data.where.removesuffix('input/')}{CONFIG_FILE}"
    config = CONFIG.parse(body, file) if body is not None and not settings.facets else None
    return analyse_with(settings, config, data, data_columns(document), where)


def analyse_with(
    settings: ModelBiasMonitor | None, config: BiasConfig | None, data: DataSet, columns: DataColumns, where: str
) -> Analysed:
    """As `analyse`, by a configuration file, with or without a monitor document's settings, or by settings alone."""
    plan, predicted = _plan(settings, config, columns, where)
    question = _question(settings, config)
    if question is not None:
        plan, data, predicted = _asked(plan, question, columns), _answered(plan, question, data, columns), True
    read = read_bias_data(plan, data, columns, predicted=predicted)
    found = report(
        read.counts,
        read.typed.facets,
        read.typed.label,
        flips=read.flips,
        orders=read.orders,
        pre=plan.pre,
        post=plan.post,
    )
    if not any(True for _ in found.analysis.sections()):
        reasons = [f"{reason} ({rows:,} rows)" for reason, rows in read.unusable.items()]
        raise InvalidInputError(
            f"none of the {read.rows:,} rows can be used: {'; '.join((*reasons, *found.problems))}",
            where=data.where,
            expected="rows with a label, or with a prediction, some of them positive",
            mend="Correct where label and prediction are and what is positive, or the data set.",
        )
    return Analysed(read, found)


def rehearse(
    document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
) -> Sequence[Finding]:
    """What the baseline's comparison would have found in rows that are taken for a window.

    Raises:
        InvalidInputError: see `analyse`.
    """
    settings = settings_of(document, where)
    found = analyse(document, window, where)
    analysis = suggested[ANALYSIS]
    groups = BaselineGroups.belonging_to(analysis, suggested.get(GROUPS), where)
    policy = Policy(
        rule=settings.comparison or "driftline",
        watched=found.data.typed.plan.watched,
        tolerance=settings.tolerance,
        limits={name: MetricLimit(limit.min, limit.max) for name, limit in settings.limits.items()},
        smallest=settings.smallest_group,
    )
    baseline = Baseline(parse_analysis(analysis, where), groups)
    return judge(found.data.counts, found.data.typed, baseline, policy, found.data.flips).findings


def settings_of(document: MonitorDocument | None, where: str) -> ModelBiasMonitor:
    """Raises InvalidInputError: there is no document, or it has no bias monitor."""
    settings = document.monitors.by_name().get("model_bias") if document is not None else None
    if not isinstance(settings, ModelBiasMonitor):
        raise InvalidInputError(
            "no monitor document" if document is None else "the monitor document has no monitor model_bias",
            where=where,
            expected="monitors: {model_bias: …}, with facets or with analysis_config.json beside the data set",
            mend="Upload it; the data set is read then.",
        )
    return settings


def data_columns(document: MonitorDocument | None) -> DataColumns:
    """The names that the document has for the endpoint's columns."""
    columns = document.columns if document else None
    return DataColumns(columns.output, columns.input) if columns else DataColumns()


def _question(settings: ModelBiasMonitor | None, config: BiasConfig | None) -> Question | None:
    """How predictions are asked for; None if the data set has them."""
    if settings is not None and settings.predictor is not None:
        given = settings.predictor
        return Question(
            given.endpoint,
            given.content_type,
            given.accept_type,
            given.content_template,
            given.record_template,
            given.rows_per_request,
            given.most_requests,
        )
    return config.question if config is not None and config.predicted_label is None else None


def _answered(plan: BiasPlan, question: Question, data: DataSet, columns: DataColumns) -> DataSet:
    """The data set with the endpoint's answers. Facets are features, as for Clarify, unless the document says else."""
    others = {plan.positive.column, plan.attributes.ground_truth or "", *plan.excluded}

    def naming(named: bool, batch: RowBatch) -> tuple[str, ...]:
        return names_of(plan, batch, columns, named=named)

    return data.with_answers(question, columns.input or (), others, columns.output, naming)


def _asked(plan: BiasPlan, question: Question, columns: DataColumns) -> BiasPlan:
    """Where the prediction is in one answer: an expression over the whole response ends with the value's name."""
    csv = question.accepts == "text/csv"

    def named(attribute: str | None) -> str | None:
        if attribute is None:
            return None
        if attribute.isdecimal() and csv:
            place = int(attribute)
            return columns.output[place] if place < len(columns.output) else answer_column(attribute)
        found = _LAST_NAME.search(attribute)
        return attribute if csv or found is None else found[1]

    given = plan.attributes
    return replace(
        plan, attributes=replace(given, inference=named(given.inference), probability=named(given.probability))
    )


def _plan(
    settings: ModelBiasMonitor | None, config: BiasConfig | None, columns: DataColumns, where: str
) -> tuple[BiasPlan, bool]:
    """The plan, and whether something says where the data set has predictions.

    A column predicted_label of analysis_config.json is the data set's; its predictor says where predictions are in the
    answers of an endpoint.
    """
    if config is None:
        assert settings is not None  # one of both is there
        return plan_of(settings, None, columns.output, where=where), True
    plan = BiasPlan.of_config(config, settings, columns.output)
    if config.predicted_label is not None:
        attributes = replace(plan.attributes, inference=config.predicted_label, probability=None)
        return replace(plan, attributes=attributes), True
    given = settings is not None and (settings.inference_attribute or settings.probability_attribute) is not None
    return plan, given
