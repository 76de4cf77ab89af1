"""One window against one baseline, as a single pure call: all files, the metrics and the verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from driftline.domain.drift.distance import Comparison, DriftMethod
from driftline.domain.executions.figure import Figure
from driftline.domain.executions.limits import Limits
from driftline.domain.executions.unusable import Unusable
from driftline.domain.metrics import Metric
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.alarms import UNUSABLE_SHARE
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.profiles.resolve import DocumentColumns, ResolvedTable
from driftline.domain.sagemaker_files.violations import Violations
from driftline.domain.windows import Window
from driftline.kinds.data_quality.rules.check import Verdict, check, feature_violation
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.figures import figures_of
from driftline.kinds.data_quality.rules.metrics import TOP_FEATURES, alarmed_metrics, metrics_of
from driftline.kinds.data_quality.rules.naming import with_names_explained
from driftline.kinds.data_quality.rules.observed import observations_of, statistics_of
from driftline.kinds.data_quality.rules.quiet_rate import Judged, quiet_rate
from driftline.kinds.data_quality.rules.sensitivity import sensitivity
from driftline.kinds.data_quality.rules.statistics import Statistics
from driftline.kinds.data_quality.rules.suggestion import mixed_features, suggest_constraints
from driftline.kinds.data_quality.rules.summary import DataQualityBody, Summary, feature_summaries, worst_drift

_SWITCHED_OFF = "evaluate_constraints of constraints.json is Disabled, so nothing was checked."


@dataclass(frozen=True, slots=True)
class DataQualityContext:
    """The owner of the window, and values that are only passed on to the summary.

    Attributes:
        schedule: The name of the monitoring schedule, a dimension of the metrics.
        records: Capture records that gave the rows.
        rejected: Lines that could not be read.
        skipped: Records skipped on purpose.
        alarmed: Names of the metrics used by alarms.
        model: The model that the endpoint got shortly before the window, or within it.
        columns: The document's names of the output and the input columns.
        notes: Remarks on how the window's values were read.
        drift: How distributions are compared.
        strict: The document's `strict` columns.
        unknown_columns: Names in the document's lists of columns that no column has.
    """

    endpoint: str
    monitor: str
    schedule: str
    window: Window
    scheduled_time: datetime
    records: int = 0
    rejected: int = 0
    skipped: int = 0
    statistics_key: str | None = None
    constraints_key: str | None = None
    metrics_level: MetricsLevel = "top"
    top_features: int = TOP_FEATURES
    alarmed: frozenset[str] = frozenset()
    model: NewModel | None = None
    columns: DocumentColumns | None = None
    notes: tuple[str, ...] = ()
    strict: frozenset[str] = frozenset()
    drift: DriftMethod = DriftMethod.DISTANCE
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an execution writes and publishes.

    Attributes:
        constraints: Suggested from the window, as SageMaker writes them in every run.
        metrics: Published to CloudWatch for people.
        alarmed: The metrics used by alarms.
        figures: What the window looks like, whatever is published.
    """

    statistics: Statistics
    constraints: Constraints
    violations: Violations
    summary: Summary
    metrics: tuple[Metric, ...]
    alarmed: tuple[Metric, ...]
    figures: tuple[Figure, ...]
    verdict: Verdict

    def with_inference_ids(self, samples: Mapping[tuple[str, str], tuple[str, ...]]) -> Self:
        """Adds sample inferenceIds to the summary; see Summary.with_inference_ids."""
        return replace(self, summary=self.summary.with_inference_ids(samples))

    def files(self) -> dict[str, str]:
        """The text of each of SageMaker's files, by its name."""
        return {
            "statistics.json": self.statistics.to_json(),
            "constraints.json": self.constraints.to_json(),
            "constraint_violations.json": self.violations.to_json(),
        }


def evaluate(
    table: ResolvedTable,
    baseline: Statistics | None,
    constraints: Constraints,
    mode: Comparison,
    context: DataQualityContext,
) -> Evaluation:
    """Evaluates the window; equal arguments give equal bytes."""
    statistics = statistics_of(table.rows, table.features)
    observations = observations_of(table.features)
    verdict = check(
        statistics,
        observations,
        baseline,
        constraints,
        mode,
        unknown_outputs=frozenset(table.unknown_outputs),
        strict=context.strict,
        drift=context.drift,
    )
    verdict = with_names_explained(verdict, table, constraints, context.columns, mode)
    metrics = metrics_of(
        verdict,
        statistics,
        observations,
        constraints,
        endpoint=context.endpoint,
        schedule=context.schedule,
        level=context.metrics_level,
        top_features=context.top_features,
    )
    alarmed = alarmed_metrics(
        context.alarmed, verdict, statistics, observations, endpoint=context.endpoint, schedule=context.schedule
    )
    mixed = mixed_features(observations) if mode is Comparison.DRIFTLINE else ()
    return Evaluation(
        statistics=statistics,
        constraints=suggest_constraints(statistics, mixed=mixed),
        violations=Violations(violations=tuple(map(feature_violation, verdict.findings))),
        summary=_summary(table, statistics, baseline, constraints, verdict, mode, context),
        metrics=tuple(metrics),
        alarmed=tuple(alarmed),
        figures=tuple(figures_of(statistics, baseline, constraints, verdict)),
        verdict=verdict,
    )


def _summary(
    table: ResolvedTable,
    statistics: Statistics,
    baseline: Statistics | None,
    constraints: Constraints,
    verdict: Verdict,
    mode: Comparison,
    context: DataQualityContext,
) -> Summary:
    return Summary.of(
        context,
        kind="data_quality",
        why_empty=_why_empty(context) if not table.rows else _SWITCHED_OFF,
        rows=table.rows,
        evaluated_rows=table.rows if verdict.checked else 0,
        measured_rows=None if verdict.checked else table.rows,
        unusable=(_other_layouts(table),),
        headline=worst_drift(verdict),
        findings=verdict.findings,
        limits=_limits(table.rows, baseline, constraints, verdict, mode, context),
        notes=(*verdict.notes, *context.notes, *_not_evaluated(table), *_unknown_columns(table, context)),
        baseline={"statistics.json": context.statistics_key, "constraints.json": context.constraints_key},
        body=DataQualityBody(
            records=context.records,
            rejected=context.rejected,
            skipped=context.skipped,
            layout=table.layout or None,
            other_layout_rows=dict(table.other_layout_rows),
            comparison=mode.value,
            features=tuple(feature_summaries(statistics, constraints, verdict)),
        ),
    )


def _limits(
    rows: int,
    baseline: Statistics | None,
    constraints: Constraints,
    verdict: Verdict,
    mode: Comparison,
    context: DataQualityContext,
) -> Limits | None:
    if baseline is None or not verdict.checked:
        return None
    judged = Judged(mode, context.drift, context.strict)
    options = constraints.monitoring_config.distribution_constraints
    found = sensitivity(baseline.dataset.item_count, len(constraints.features), options, context.drift, (rows,))
    return Limits(
        quiet_rate=quiet_rate(baseline, constraints, rows, judged),
        finds=found if mode is Comparison.DRIFTLINE else (),
    )


def _other_layouts(table: ResolvedTable) -> Unusable:
    """Rows of other layouts than the one that was evaluated."""
    others = dict(table.other_layout_rows)
    return Unusable(
        what="captured rows",
        figure=UNUSABLE_SHARE,
        total=table.rows + sum(others.values()),
        unusable=sum(others.values()),
        reasons={f"the layout {layout} instead of {table.layout}": rows for layout, rows in others.items()},
    )


def _not_evaluated(table: ResolvedTable) -> Iterator[str]:
    """Rows that were not evaluated are mentioned, not only counted."""
    others = table.other_layout_rows
    if others:
        layouts = ", ".join(f"{rows} of {layout}" for layout, rows in others.items())
        yield f"Rows of other layouts than {table.layout} were not evaluated: {layouts}."


def _unknown_columns(table: ResolvedTable, context: DataQualityContext) -> Iterator[str]:
    if table.rows and context.unknown_columns:
        names = ", ".join(context.unknown_columns)
        yield f"The monitor document declares columns that neither the window nor the baseline has: {names}."


def _why_empty(context: DataQualityContext) -> str:
    if context.rejected:
        return f"No rows: all {context.rejected} captured lines of the window were rejected."
    if context.skipped:
        return f"No rows: all {context.skipped} captured records of the window were skipped."
    return "No rows: nothing was captured in the window."
