"""What a bias execution says to people."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import SAGEMAKERS
from driftline.domain.executions.past import PastExecution
from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.page.coverage import coverage_table
from driftline.kinds.model_bias.page.groups import CONFUSION, confusion, rates_table, statistics_table
from driftline.kinds.model_bias.page.headline import not_compared, without_violations
from driftline.kinds.model_bias.page.metrics import metrics_table
from driftline.kinds.model_bias.page.names import metric_title
from driftline.kinds.model_bias.page.over_time import all_series, charts_over_time, main_series, opened_series
from driftline.kinds.model_bias.page.shown import MOST_DRAWN, by_importance, left_out
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.presentation.charts import Chart, OverTime, Series
from driftline.presentation.findings import Fact
from driftline.presentation.report import Report, Section
from driftline.presentation.reporting import report_of_outcome
from driftline.presentation.text import instant, shown

_FILES = (
    ("analysis.json", "the metrics, as SageMaker Clarify writes them"),
    ("constraint_violations.json", "the violations, as SageMaker writes them"),
)
_METHOD_OF_SAGEMAKER = "The metrics are SageMaker’s own. Its files have neither intervals nor numbers of rows."
_METHODS = {
    "driftline": (
        "A metric is worse when chance explains its change since the baseline in at most 1 % of windows, all metrics "
        "and groups together, and when it is further from the value without bias than in the baseline by more than "
        "`tolerance`, or on its other side (`comparison: driftline`)."
    ),
    "sagemaker": (
        "A metric violates the baseline when it is further from 0, by however little (`comparison: sagemaker`). Many "
        "of these are chance: the results beside them say which."
    ),
}
_METHOD_OF_LIMITS = (
    "An absolute limit is broken when the whole 95 % interval is beyond it. `docs/reference/model-bias.md` has the "
    "formulas of the metrics and of their intervals, with their sources."
)


def bias_report(execution: Bias, past: Sequence[PastExecution], revised: PastExecution | None = None) -> Report:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outcome = execution.outcome
    groups = by_importance(execution)
    series = all_series(groups, past)
    main = main_series(execution, series)
    titles = {each.subject: each.title for each in execution.groups}
    return report_of_outcome(
        outcome,
        past,
        revised,
        kind="model_bias",
        title="Bias",
        noun="metric",
        headline=without_violations(execution),
        naming=lambda subject: titles.get(subject, subject),
        main=main,
        facts=tuple(_facts(execution)),
        beside=_beside,
        drawn=lambda finding: _drawn(finding, series),
        sections=tuple(_sections(execution, groups, series, main)),
        series=series,
        files=_FILES,
        method=tuple(_method(execution)),
    )


def _facts(execution: Bias) -> Iterator[Fact]:
    if execution.judged is not None:
        yield Fact("Judged together", f"all rows since {instant(execution.judged.start)}")
    yield Fact("Positive label", f"{shown(execution.label)}: {shown(execution.positive)}")
    if few := not_compared(execution):
        yield Fact("Not enough data", few)


def _beside(finding: Finding) -> tuple[Fact, ...]:
    """What the metric is and means."""
    metric = METRICS.get(finding.figure)
    if metric is None:
        return ()
    return Fact("Metric", f"{metric_title(metric.name)} ({metric.name})"), Fact("What it means", metric.meaning)


def _drawn(finding: Finding, series: Sequence[Series]) -> list[Chart]:
    return [OverTime(each) for each in series if each.key == (finding.subject, finding.figure) and each.known > 1]


def _sections(
    execution: Bias, groups: Sequence[Group], series: Sequence[Series], main: Series | None
) -> Iterator[Section]:
    note = left_out(execution, groups)
    whole = f"{execution.amount:,}"
    rated = any(each.summary.rates for each in groups)
    if rated:
        matrices = [found for each in groups[:MOST_DRAWN] if (found := confusion(each)) is not None]
        matrices = [replace(matrix, note="" if place else CONFUSION) for place, matrix in enumerate(matrices)]
        yield Section(
            name="groups", title="Groups", count=whole, parts=(rates_table(groups, note), *matrices), leads=True
        )
    if any(facet.coverage for facet in execution.facets):
        table = coverage_table(execution.facets, execution.smallest)
        yield Section(name="coverage", title="Coverage by group", parts=(table,))
    if execution.groups:
        opened = opened_series(execution, groups, series)
        yield Section(
            name="metrics",
            title="Metrics",
            count=f"{len(groups[0].metrics)}" if groups else "",
            note="" if rated else note,
            parts=(
                metrics_table(execution, groups, opened, "A metric opens to what it means, and how it came about."),
                charts_over_time(series, main),
            ),
        )
    if any(each.summary.statistics for each in groups):
        yield Section(name="statistics", title="Clarify’s other statistics", parts=(statistics_table(groups),))


def _method(execution: Bias) -> Iterator[str]:
    if execution.outcome.source == SAGEMAKERS:
        yield _METHOD_OF_SAGEMAKER
        return
    yield _METHODS[execution.comparison or "driftline"]
    yield _METHOD_OF_LIMITS
    if execution.sampled:
        yield "The flip test looked at a sample of the rows."
