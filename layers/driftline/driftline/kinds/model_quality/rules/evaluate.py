"""One window's state against one baseline, as a single pure call: all files, the metrics and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from driftline.domain.executions.limits import Limits
from driftline.domain.executions.unusable import Unusable
from driftline.domain.metrics import Metric
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.alarms import UNUSABLE_SHARE
from driftline.domain.monitors.comparison import Compared
from driftline.domain.sagemaker_files.violations import Violations
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.check import TOLERANCE, Verdict, check, metric_violation
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, suggest_constraints
from driftline.kinds.model_quality.rules.metrics import metrics_of
from driftline.kinds.model_quality.rules.predictions import calibration_of, sample_of
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.quiet_rate import quiet_rate
from driftline.kinds.model_quality.rules.reference import Reference
from driftline.kinds.model_quality.rules.sensitivity import sensitivity
from driftline.kinds.model_quality.rules.state import State, quality_of
from driftline.kinds.model_quality.rules.statistics import statistics_json
from driftline.kinds.model_quality.rules.summary import MetricSummary, ModelQualityBody, QualitySummary, headline_of

_NO_CONSTRAINTS = "There is no baseline constraints.json, so nothing was checked."
_MISFIT = "the label has another number of values than its inference has rows"
_NOTHING_CHECKED = "No constraint could be checked; the notes say why."


@dataclass(frozen=True, slots=True)
class QualityContext:
    """Whose window it is, and what is only passed on to the summary.

    Attributes:
        schedule: The name of the monitoring schedule, a dimension of the metrics.
        rows: Captured rows of the window, labelled or not.
        labelled_rows: Those that have a label.
        unusable: Labelled rows that could not be used, by reason and what was found.
        misfits: Labels that have another number of values than their inference has rows.
        why_unlabelled: The probable reason why no row has a label.
        missing_labels: Rows whose ground truth is the text of a missing value, among the labelled ones.
        reference: The baseline.
        tolerance: The smallest loss that matters.
        alarmed: Names of the metrics that alarms look at.
        model: The model that the endpoint got shortly before the window, or within it.
    """

    endpoint: str
    monitor: str
    schedule: str
    window: Window
    scheduled_time: datetime
    rows: int
    labelled_rows: int
    unusable: Mapping[str, int] = field(default_factory=dict)
    missing_labels: int = 0
    misfits: int = 0
    why_unlabelled: str = ""
    comparison: Compared = "driftline"
    reference: Reference = field(default_factory=Reference)
    tolerance: float = TOLERANCE
    statistics_key: str | None = None
    constraints_key: str | None = None
    alarmed: frozenset[str] = frozenset()
    model: NewModel | None = None

    @property
    def unusable_rows(self) -> Unusable:
        """Labelled rows that could not be used. A missing label is no fault: such a row has none yet."""
        reasons = {**self.unusable, **({_MISFIT: self.misfits} if self.misfits else {})}
        return Unusable(
            what="labelled rows",
            figure=UNUSABLE_SHARE,
            total=self.labelled_rows - self.missing_labels + self.misfits,
            unusable=sum(reasons.values()),
            reasons=dict(sorted(reasons.items())),
        )

    @property
    def coverage(self) -> float | None:
        """Share of the rows that have a label; None without rows."""
        return self.labelled_rows / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class ModelQualityEvaluation:
    """What an execution writes and publishes.

    Attributes:
        statistics: The text of statistics.json.
        constraints: Freshly suggested from the window, as SageMaker writes them in every run.
        metrics: What goes to CloudWatch for people.
        alarmed: What alarms look at.
    """

    statistics: str
    constraints: QualityConstraints
    violations: Violations
    summary: QualitySummary
    metrics: tuple[Metric, ...]
    alarmed: tuple[Metric, ...]
    quality: Quality
    verdict: Verdict

    def files(self) -> dict[str, str]:
        """The text of each of SageMaker's files, by its name."""
        return {
            "statistics.json": self.statistics,
            "constraints.json": self.constraints.to_json(),
            "constraint_violations.json": self.violations.to_json(),
        }


def evaluate(state: State, constraints: QualityConstraints | None, context: QualityContext) -> ModelQualityEvaluation:
    """Evaluates the window; equal arguments give equal bytes.

    Args:
        state: Of the labelled rows; an empty one if there is none.
        constraints: None computes without checking.

    Raises:
        InvalidInputError: the constraints are for another problem type.
    """
    quality = quality_of(state)
    if constraints is None:
        verdict = Verdict(notes=(_NO_CONSTRAINTS,))
    else:
        verdict = check(quality, constraints, context.comparison, context.reference, context.tolerance)
    metrics = metrics_of(quality, len(verdict.findings), context.coverage, context.endpoint, context.schedule)
    return ModelQualityEvaluation(
        statistics=statistics_json(quality, context.window),
        constraints=suggest_constraints(quality),
        violations=Violations(violations=tuple(map(metric_violation, verdict.findings))),
        summary=_summary(state, quality, constraints, verdict, context),
        metrics=tuple(metrics),
        alarmed=tuple(metric for metric in metrics if metric.name in context.alarmed),
        quality=quality,
        verdict=verdict,
    )


def _summary(
    state: State, quality: Quality, constraints: QualityConstraints | None, verdict: Verdict, context: QualityContext
) -> QualitySummary:
    given = constraints.constraints if constraints else {}
    metrics = tuple(
        MetricSummary.of(name, metric, given.get(name), violated=name in verdict.violated)
        for name, metric in quality.all.items()
    )
    matrix = quality.confusion_matrix
    return QualitySummary.of(
        context,
        kind="model_quality",
        why_empty=_why_empty(context) if not quality.rows else _NOTHING_CHECKED if constraints else _NO_CONSTRAINTS,
        rows=context.rows,
        evaluated_rows=quality.rows if verdict.checked else 0,
        measured_rows=None if verdict.checked else quality.rows,
        unusable=(context.unusable_rows,),
        coverage=context.coverage,
        headline=headline_of(quality.problem.value, metrics),
        # As people read the metrics: the first one stands for the execution.
        findings=tuple(sorted(verdict.findings, key=lambda finding: list(quality.all).index(finding.subject))),
        notes=(*quality.notes, *verdict.notes),
        limits=_limits(quality, constraints, verdict, context),
        baseline={"statistics.json": context.statistics_key, "constraints.json": context.constraints_key},
        body=ModelQualityBody(
            problem_type=quality.problem.value,
            positive_label=state.positive_label if isinstance(state, BinaryState) else None,
            labelled_rows=context.labelled_rows,
            unusable_rows=_left_out(context),
            comparison=context.comparison,
            metrics=metrics,
            confusion_matrix={actual: dict(row) for actual, row in matrix.items()} if matrix is not None else None,
            calibration=calibration_of(state),
            sample=sample_of(state),
        ),
    )


def _limits(
    quality: Quality, constraints: QualityConstraints | None, verdict: Verdict, context: QualityContext
) -> Limits | None:
    if constraints is None or not verdict.checked:
        return None
    reference, comparison = context.reference, context.comparison
    estimates = {name: each.estimate for name, each in quality.metrics.items() if each.estimate is not None}
    by_driftline = comparison == "driftline"
    return Limits(
        quiet_rate=quiet_rate(estimates, constraints, comparison, reference),
        finds=sensitivity(constraints, reference, context.tolerance, (quality.rows,)) if by_driftline else (),
    )


def _left_out(context: QualityContext) -> dict[str, int]:
    others = {"no label": context.missing_labels, _MISFIT: context.misfits}
    return dict(sorted({**context.unusable, **{reason: rows for reason, rows in others.items() if rows}}.items()))


def _why_empty(context: QualityContext) -> str:
    if not context.rows:
        return "No rows: nothing was captured in the window."
    if not context.labelled_rows:
        if context.misfits:
            return f"No labels: {context.misfits} labels of the window were left out: {_MISFIT}."
        waiting = f"No labels: none of the {context.rows} rows of the window has a ground truth yet."
        return f"{waiting} {context.why_unlabelled}".strip()
    why = "; ".join(_left_out(context))
    return f"No usable rows: all {context.labelled_rows} labelled rows of the window were unusable{why and f': {why}'}."
