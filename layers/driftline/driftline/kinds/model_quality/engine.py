"""The model-quality monitor: baselines from data sets, predictions against the ground truth that is known by now."""

from collections.abc import Mapping, Sequence
from typing import cast, override

from pydantic import JsonValue

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.engine import Context, Engine, GivenFile, Suggestion, complete
from driftline.kinds.model_quality.attributes import attributes_of
from driftline.kinds.model_quality.baseline import ESTIMATES, ModelQualityBaseline, settings_of
from driftline.kinds.model_quality.rules.check import check
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, parse_quality_constraints
from driftline.kinds.model_quality.rules.evaluate import QualityContext, evaluate
from driftline.kinds.model_quality.rules.figures import figures_of
from driftline.kinds.model_quality.rules.metrics import published_at
from driftline.kinds.model_quality.rules.reference import Reference, reference_of
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.kinds.model_quality.settings import ModelQualityMonitor
from driftline.kinds.model_quality.window import window_quality

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"


class ModelQualityEngine(Engine):
    """Are the endpoint's predictions still right, once the ground truth is known?"""

    @override
    def baseline_settings(self, document: MonitorDocument | None, where: str) -> dict[str, JsonValue]:
        return ModelQualityBaseline.of(document, where).settings

    @override
    def suggest(self, document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
        return ModelQualityBaseline.of(document, where).suggest(data)

    @override
    def rehearse(
        self, document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
    ) -> Sequence[Finding]:
        settings = settings_of(document, where)
        quality = quality_of(ModelQualityBaseline.of(document, where).read(window).state)
        statistics = suggested[STATISTICS]
        read = parse_baseline_quality(statistics, where)
        reference = reference_of(statistics, read, suggested.get(ESTIMATES), settings.positive_label)
        constraints = parse_quality_constraints(suggested[CONSTRAINTS], where)
        return check(quality, constraints, settings.compared or "driftline", reference, settings.tolerance).findings

    @override
    def accept_baseline(self, settings: ScheduledMonitor, given: Mapping[str, GivenFile]) -> Mapping[str, bytes]:
        problem_type = cast("ModelQualityMonitor", settings).problem_type
        files = complete(given, (STATISTICS, CONSTRAINTS))
        statistics, constraints = files[STATISTICS], files[CONSTRAINTS]
        problems = {
            statistics.where: parse_baseline_quality(statistics.body, statistics.where).problem,
            constraints.where: parse_quality_constraints(constraints.body, constraints.where).problem,
        }
        for where, problem in problems.items():
            if problem.value != problem_type:
                raise InvalidInputError(f"it is of {problem.value}", where=where, expected=problem_type)
        return {name: file.body for name, file in files.items()}

    @override
    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """Computes the metrics of the window's labelled rows and checks them against the baseline's constraints.

        Without constraints the metrics are computed and nothing is evaluated; the summary says so.

        Raises:
            InvalidInputError: a file of the baseline cannot be read, or is for another problem.
        """
        settings = cast("ModelQualityMonitor", context.settings)
        files = data.baseline(STATISTICS, CONSTRAINTS, ESTIMATES)
        constraints, constraints_key, ours = _constraints(files, data)
        labelled = data.labelled()
        columns = context.columns
        quality = window_quality(labelled, attributes_of(settings, columns[0] if columns else ()))
        coverage = labelled.coverage
        evaluation = evaluate(
            quality.state,
            constraints,
            QualityContext(
                endpoint=context.endpoint,
                monitor=context.monitor,
                schedule=context.schedule,
                window=context.window,
                scheduled_time=context.scheduled_time,
                rows=coverage.rows,
                labelled_rows=coverage.labelled_rows,
                unusable=quality.explained,
                missing_labels=quality.missing_labels,
                misfits=labelled.misfits,
                why_unlabelled="" if coverage.labelled_rows or not coverage.rows else labelled.why_none(),
                comparison=settings.compared or ("driftline" if ours else "sagemaker"),
                reference=_reference(files, data, settings.positive_label),
                tolerance=settings.tolerance,
                statistics_key=data.baseline_folder + STATISTICS if STATISTICS in files else None,
                constraints_key=constraints_key,
                alarmed=frozenset(context.alarmed),
                model=context.model,
            ),
        )
        level = context.metrics_level(settings.metrics)
        published = published_at(level, evaluation.metrics, quality.state.problem)
        figures = figures_of(evaluation.summary)
        return Judgement(evaluation.summary, evaluation.files(), published, evaluation.alarmed, figures=figures)


ENGINE = ModelQualityEngine()


def _reference(files: Mapping[str, bytes], data: WindowData, positive_label: str) -> Reference:
    """The metrics of the baseline, which need not have them: the constraints alone are enough for an evaluation."""
    body = files.get(STATISTICS)
    read = parse_baseline_quality(body, data.baseline_folder + STATISTICS) if body is not None else None
    return reference_of(body, read, files.get(ESTIMATES), positive_label)


def _constraints(files: Mapping[str, bytes], data: WindowData) -> tuple[QualityConstraints | None, str | None, bool]:
    """(constraints, their key, whether Driftline suggested them); if there are none, they count as Driftline's."""
    body = files.get(CONSTRAINTS)
    if body is None:
        return None, None, True
    key = data.baseline_folder + CONSTRAINTS
    return parse_quality_constraints(body, key), key, data.suggested(CONSTRAINTS)
