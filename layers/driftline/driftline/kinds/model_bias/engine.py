"""The bias monitor: is the model, or the world that it sees, becoming less fair to a group?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, override

from pydantic import JsonValue

from driftline.domain.analysis_config.config_file import FILE as CONFIG_FILE
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.envelope import WindowSpan
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.data import DataSet, WindowData, WindowRows
from driftline.kinds.engine import Context, Engine, GivenFile, Suggestion
from driftline.kinds.model_bias.baseline import baseline_settings, rehearse, suggest
from driftline.kinds.model_bias.baseline_groups import GROUPS, BaselineGroups
from driftline.kinds.model_bias.figures import figures_of
from driftline.kinds.model_bias.judged import Policy
from driftline.kinds.model_bias.places import Places
from driftline.kinds.model_bias.plan import plan_of
from driftline.kinds.model_bias.published import alarmed_metrics, metrics_of
from driftline.kinds.model_bias.rules.analysis import Analysis, parse_analysis
from driftline.kinds.model_bias.rules.config import CONFIG
from driftline.kinds.model_bias.rules.limits import MetricLimit
from driftline.kinds.model_bias.rules.report import report
from driftline.kinds.model_bias.rules.violations import BiasViolations, add_violations
from driftline.kinds.model_bias.settings import ModelBiasMonitor
from driftline.kinds.model_bias.summarise import summarise
from driftline.kinds.model_bias.typed import TypedPlan
from driftline.kinds.model_bias.verdict import Baseline, BiasVerdict, judge
from driftline.kinds.model_bias.window import WindowCounts, window_counts, window_flips

ANALYSIS = "analysis.json"
VIOLATIONS = "constraint_violations.json"


class ModelBiasEngine(Engine):
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
        """A package has one file for each stage, or one for both; either may be missing."""
        merged: Analysis | None = None
        for _, file in sorted(given.items()):
            read = parse_analysis(file.body, file.where)
            merged = read if merged is None else merged.merged(read)
        if merged is None:
            raise InvalidInputError(
                "the model package has no bias baseline among its drift-check baselines",
                expected="Bias.PreTrainingConstraints, Bias.PostTrainingConstraints, or both",
            )
        facets = {facet for _, section in merged.sections() for facet in section.facets}
        wanted = {facet.column for facet in cast("ModelBiasMonitor", settings).facets}
        if wanted and not wanted & facets:
            raise InvalidInputError(
                f"the baseline has {', '.join(sorted(facets)) or 'no facets'}, and the monitor "
                f"{', '.join(sorted(wanted))}",
                where=next(iter(given.values())).where,
                expected="a bias baseline of one of the monitor's facets",
                mend="Make the package's baseline with the facets of the monitor document.",
            )
        return {ANALYSIS: merged.to_json().encode()}

    @override
    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """The window's metrics against the baseline's, and against absolute limits.

        Without a baseline the metrics are computed, and only absolute limits are held.

        Raises:
            InvalidInputError: a file of the baseline cannot be read, or nothing says what to compare.
        """
        settings = cast("ModelBiasMonitor", context.settings)
        files = data.baseline(ANALYSIS, GROUPS, CONFIG_FILE)
        read = _baseline(files, data)
        outputs = context.columns[0] if context.columns else ()
        where = data.uri(data.baseline_folder + CONFIG_FILE)
        config = CONFIG.parse(files[CONFIG_FILE], where) if CONFIG_FILE in files and not settings.facets else None
        plan = plan_of(settings, config, outputs, where=where)
        typed = TypedPlan.for_window(plan, read.groups, read.analysis)
        places = Places.of(plan, context.columns, data.profile())
        policy = Policy(
            rule=settings.comparison or ("driftline" if _ours(files, data) else "sagemaker"),
            watched=plan.watched,
            tolerance=settings.tolerance,
            limits={name: MetricLimit(limit.min, limit.max) for name, limit in settings.limits.items()},
            smallest=settings.smallest_group,
        )
        judged = _judged(data.captured(), typed, places, read, policy)
        judged_from: datetime | None = None
        if settings.accumulate is not None and judged.wants_more_rows:
            judged_from = context.window.end - settings.accumulate
            judged = judged.together_with(data.captured(judged_from), read, policy)
        return _judgement(context, data, judged, judged_from, policy, read, files)


ENGINE = ModelBiasEngine()


@dataclass(frozen=True, slots=True)
class _Judged:
    """Some rows, and what is said of them."""

    captured: WindowRows
    window: WindowCounts
    verdict: BiasVerdict
    flips: Mapping[tuple[str, str], float | str]
    sampled: bool
    typed: TypedPlan
    places: Places

    @property
    def wants_more_rows(self) -> bool:
        return any(each.compared.needed for group in self.verdict.groups for each in group.metrics)

    def together_with(self, captured: WindowRows, read: Baseline, policy: Policy) -> "_Judged":
        """All rows of a longer time. The flip test stays that of the window."""
        counts = window_counts(captured, self.typed, self.places)
        verdict = judge(counts.counts, self.typed, read, policy, self.flips)
        return _Judged(captured, counts, verdict, self.flips, self.sampled, self.typed, self.places)


def _judged(captured: WindowRows, typed: TypedPlan, places: Places, read: Baseline, policy: Policy) -> _Judged:
    counts = window_counts(captured, typed, places)
    flips: Mapping[tuple[str, str], float | str] = {}
    sampled = False
    if "FT" in typed.plan.post and counts.predicted:
        rows = window_flips(captured, typed, places)
        own = {facet.name: places.of_columns(facet.columns) for facet in typed.plan.facets}
        flips, sampled = rows.tests(typed.facets, counts.counts, own), rows.sampled
    verdict = judge(counts.counts, typed, read, policy, flips)
    return _Judged(captured, counts, verdict, flips, sampled, typed, places)


def _judgement(
    context: Context,
    data: WindowData,
    judged: _Judged,
    judged_from: datetime | None,
    policy: Policy,
    read: Baseline,
    files: Mapping[str, bytes],
) -> Judgement:
    settings, typed, window = cast("ModelBiasMonitor", context.settings), judged.typed, judged.window
    analysed = report(
        window.counts, typed.facets, typed.label, flips=judged.flips, pre=typed.plan.pre, post=typed.plan.post
    )
    captured = judged.captured
    summary = summarise(
        context,
        window,
        typed,
        judged.verdict,
        policy,
        has_baseline=read.analysis is not None or any(policy.limits),
        baseline_files={name: data.baseline_folder + name if name in files else None for name in (ANALYSIS, GROUPS)},
        judged=None if judged_from is None else WindowSpan(start=judged_from, end=context.window.end),
        sampled=judged.sampled,
        more_notes=(*captured.problems, *_not_captured(judged), *analysed.problems) if window.rows else (),
        why_unlabelled="" if window.labelled or not window.rows else captured.why_none(),
        misfits=captured.misfits,
    )
    violations = BiasViolations(violations=judged.verdict.violations)
    return Judgement(
        summary,
        {ANALYSIS: analysed.analysis.to_json(), VIOLATIONS: violations.to_json()},
        metrics_of(summary, context.schedule, context.metrics_level(settings.metrics)),
        alarmed_metrics(summary, context.schedule, context.alarmed),
        add_violations,
        figures_of(summary.body),
    )


def _not_captured(judged: _Judged) -> list[str]:
    """Columns that no row has a value of, wherever it was looked for."""
    found = []
    for facet in judged.typed.plan.facets:
        groups = judged.window.counts.facets[facet.name].groups() if judged.window.rows else {}
        missing = [name for name in facet.columns if judged.places.of_column(name) is None]
        if missing and set(groups) <= {None}:
            known = ", ".join(judged.places.captured) or "none"
            found.append(
                f"{missing[0]} is in no captured column, no label and no attributes. Captured columns: {known}."
            )
    return found


def _baseline(files: Mapping[str, bytes], data: WindowData) -> Baseline:
    body = files.get(ANALYSIS)
    if body is None:
        return Baseline()
    analysis = parse_analysis(body, data.uri(data.baseline_folder + ANALYSIS))
    groups = BaselineGroups.belonging_to(body, files.get(GROUPS), data.uri(data.baseline_folder + GROUPS))
    return Baseline(analysis, groups)


def _ours(files: Mapping[str, bytes], data: WindowData) -> bool:
    """Whether Driftline suggested the baseline; without one the rule does not matter."""
    return ANALYSIS not in files or data.suggested(ANALYSIS)
