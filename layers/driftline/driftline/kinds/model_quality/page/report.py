"""What a model-quality execution says to people."""

from collections.abc import Sequence

from driftline.domain.executions.outcome import SAGEMAKERS
from driftline.domain.executions.past import PastExecution
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.facts import ModelQuality
from driftline.kinds.model_quality.page.classes import classes_table
from driftline.kinds.model_quality.page.confusion import confusion_matrix, labels_of
from driftline.kinds.model_quality.page.drawn import drawn_section
from driftline.kinds.model_quality.page.headline import without_violations
from driftline.kinds.model_quality.page.metrics import distinct_courses, metric_series, metrics_over_time, metrics_table
from driftline.presentation.charts import Chart, OverTime, Series
from driftline.presentation.report import Report, Section
from driftline.presentation.reporting import report_of_outcome
from driftline.presentation.text import metric_name

_METHOD_OF_SAGEMAKER = "The metrics are SageMaker’s own. Its files have no intervals."
_METHOD = (
    "A metric violates its threshold when {}. `docs/reference/model-quality.md` has the formulas of the metrics and of "
    "their intervals, with their sources."
)
_RULES = {
    "driftline": (
        "it is worse than chance explains, in the window and in the baseline, and by more than `tolerance`, or, for a "
        "limit that a person wrote, its whole 95 % interval lies beyond it (`comparison: driftline`)"
    ),
    "sagemaker": "it lies beyond it, by however little (`comparison: sagemaker`)",
    "interval": "its whole 95 % interval lies beyond it",
}


def model_quality_report(
    execution: ModelQuality, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> Report:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outcome, metrics = execution.outcome, execution.metrics
    series = [metric_series(metric, past) for metric in metrics]
    watched = [each for each in series if each.limit is not None]
    method = (
        _METHOD_OF_SAGEMAKER
        if outcome.source == SAGEMAKERS
        else _METHOD.format(_RULES[execution.comparison or "sagemaker"])
    )
    return report_of_outcome(
        outcome,
        past,
        revised,
        kind="model_quality",
        title="Model quality",
        noun="metric",
        headline=without_violations(execution),
        naming=metric_name,
        main=next(iter((*watched, *series)), None),
        drawn=lambda finding: _drawn(finding.subject, series),
        sections=(
            *_confusion(execution),
            *drawn_section(execution),
            Section(
                name="metrics",
                title="Metrics",
                count=execution.problem,
                parts=(metrics_table(metrics), *metrics_over_time(metrics, past)),
            ),
        ),
        series=series,
        method=(method,),
    )


def _drawn(subject: str, series: Sequence[Series]) -> list[Chart]:
    """The metric over time, unless it is another one in other words: recall, and the rates that follow from it."""
    return [OverTime(each) for each in distinct_courses(series) if each.subject == subject and each.known > 1]


def _confusion(execution: ModelQuality) -> list[Section]:
    """The matrix, and of a classification with more than two classes each class."""
    confusion, baseline = execution.confusion, execution.baseline_confusion
    if not confusion:
        return []
    matrix = confusion_matrix(confusion, baseline)
    sections = [Section(name="confusion", title="Confusion matrix", parts=(matrix,), leads=True)]
    if execution.problem == ProblemType.MULTICLASS:
        count = f"{len(labels_of(confusion)):,}"
        table = classes_table(confusion, baseline)
        sections.append(Section(name="classes", title="Classes", count=count, parts=(table,)))
    return sections
