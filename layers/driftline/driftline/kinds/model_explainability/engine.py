"""The attribution drift monitor: why does the model say what it says, and have its reasons changed?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast, override

from pydantic import JsonValue

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.explanations.aggregation import Aggregation, global_values
from driftline.domain.monitors.comparison import Compared
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.engine import Context, Engine, GivenFile, Suggestion
from driftline.kinds.model_explainability.baseline import (
    CONFIG,
    baseline_settings,
    columns_of,
    fidelity_of,
    rehearse,
    suggest,
)
from driftline.kinds.model_explainability.baseline_sample import FILE as SAMPLE
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.config_plan import plan_of_config
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.explaining import Attributed
from driftline.kinds.model_explainability.figures import figures_of
from driftline.kinds.model_explainability.files import analysis_of
from driftline.kinds.model_explainability.plan import ExplanationPlan, plan_of_settings, without_source
from driftline.kinds.model_explainability.published import alarmed_metrics, metrics_of
from driftline.kinds.model_explainability.rules.analysis import FILE as ANALYSIS
from driftline.kinds.model_explainability.rules.analysis import parse_analysis
from driftline.kinds.model_explainability.rules.violations import FILE as VIOLATIONS
from driftline.kinds.model_explainability.rules.violations import add_violations
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from driftline.kinds.model_explainability.summarise import summarise
from driftline.kinds.model_explainability.told import findings_of, violations_of
from driftline.kinds.model_explainability.verdict import Baseline, Policy, Verdict, judge
from driftline.kinds.model_explainability.window_rows import window_rows


class ModelExplainabilityEngine(Engine):
    """See the module."""

    @override
    def baseline_settings(self, document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
        return baseline_settings(document, where)

    @override
    def suggest(self, document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
        return suggest(document, data, where)

    @override
    def rehearse(
        self, document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
    ) -> Sequence[Finding]:
        return rehearse(document, suggested, window, where)

    @override
    def accept_baseline(self, settings: ScheduledMonitor, given: Mapping[str, GivenFile]) -> Mapping[str, bytes]:
        file = given.get(ANALYSIS)
        if file is None:
            raise InvalidInputError(
                "the model package has no explainability baseline among its drift-check baselines",
                expected="Explainability.Constraints, an analysis.json with SHAP values",
            )
        parse_analysis(file.body, file.where)
        return {ANALYSIS: file.body}

    @override
    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """The window's attributions against the baseline's.

        Without a baseline they are computed, and nothing is compared.

        Raises:
            PendingError: the window's explanations were requested.
            InvalidInputError: a file of the baseline cannot be read, nothing says where attributions come from, or
                they cannot be had.
        """
        settings = cast("ModelExplainabilityMonitor", context.settings)
        files = data.baseline(ANALYSIS, SAMPLE, CONFIG)
        baseline = baseline_in(files, data)
        plan = plan_for(settings, context, files, data, baseline)
        window = window_rows(context, data, plan, baseline.sample, settings.most_rows(plan.source))
        policy = Policy(_rule(settings, files, data), settings.smallest_auc, settings.smallest_share)
        verdict = Verdict(())
        findings: tuple[Finding, ...] = ()
        fidelity = None
        if window.found is not None and len(window.sample):
            fidelity = fidelity_of(window.found, baseline.sample)
            values = global_values(window.found.attributions, Aggregation(plan.aggregation))
            verdict = judge(window, values, baseline, policy, fidelity)
            findings = findings_of(verdict, policy, fidelity, len(window.sample))
        summary = summarise(
            context,
            plan,
            window,
            verdict,
            policy,
            baseline,
            findings,
            fidelity=fidelity,
            baseline_files={
                name: data.baseline_folder + name if name in files else None for name in (ANALYSIS, SAMPLE)
            },
            notes=_notes(window, baseline),
        )
        return Judgement(
            summary,
            {
                ANALYSIS: analysis_of(window.found, Aggregation(plan.aggregation)).to_json(),
                VIOLATIONS: violations_of(findings, verdict).to_json(),
            },
            metrics_of(summary, context.schedule, context.metrics_level(settings.metrics)),
            alarmed_metrics(summary, context.schedule, context.alarmed),
            add_violations,
            figures_of(summary.body),
        )


ENGINE = ModelExplainabilityEngine()


def baseline_in(files: Mapping[str, bytes], data: WindowData) -> Baseline:
    body = files.get(ANALYSIS)
    if body is None:
        return Baseline()
    where = data.uri(data.baseline_folder + ANALYSIS)
    sample = BaselineSample.belonging_to(body, files.get(SAMPLE), data.uri(data.baseline_folder + SAMPLE))
    return Baseline(parse_analysis(body, where), sample)


def plan_for(
    settings: ModelExplainabilityMonitor,
    context: Context,
    files: Mapping[str, bytes],
    data: WindowData,
    baseline: Baseline,
) -> ExplanationPlan:
    """How a window is explained: by the model of its baseline, which a new model brings along.

    Raises:
        InvalidInputError: nothing says where attributions come from.
    """
    outputs, inputs = columns_of(context.document)
    where = data.uri(data.baseline_folder + CONFIG)
    if settings.source is not None:
        plan = plan_of_settings(settings, outputs, inputs)
    elif CONFIG in files:
        plan = plan_of_config(files[CONFIG], settings, outputs, inputs, where)
    else:
        raise without_source(where)
    of_baseline = baseline.sample.model if baseline.sample is not None else ""
    # A key is looked up in this bucket, also where the bucket was copied after its baseline was made.
    if plan.source != "model" or not of_baseline or of_baseline.endswith(f"/{plan.model}"):
        return plan
    return replace(plan, model=of_baseline)


def _rule(settings: ModelExplainabilityMonitor, files: Mapping[str, bytes], data: WindowData) -> Compared | None:
    if ANALYSIS not in files:
        return None
    return settings.comparison or ("driftline" if data.suggested(ANALYSIS) else "sagemaker")


def _notes(window: ExplainedWindow, baseline: Baseline) -> list[str]:
    found = window.found
    if found is None:
        return []
    said = list(found.notes)
    if _another_model(found, baseline):
        said.append("The model's file has changed since the baseline was made: it explains another model.")
    return said


def _another_model(found: Attributed, baseline: Baseline) -> bool:
    return baseline.sample is not None and baseline.sample.explained_by != found.explained_by
