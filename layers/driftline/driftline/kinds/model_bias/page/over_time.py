"""Metrics of groups over time, with their intervals and the baseline."""

from collections.abc import Sequence

from driftline.domain.executions.past import PastExecution, Point
from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.page.headline import largest_gap
from driftline.kinds.model_bias.page.names import metric_title
from driftline.kinds.model_bias.page.shown import MOST_DRAWN
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary
from driftline.presentation.charts import OverTime, Series, points_of
from driftline.presentation.report import Charts
from driftline.presentation.text import IN_A_SENTENCE, shown

_MOST = 24
"""Groups with a chart of the headline's metric."""


def metric_series(group: Group, metric: BiasMetricSummary, past: Sequence[PastExecution]) -> Series:
    at_least, at_most = metric.limit or (None, None)
    limit = at_least if at_least is not None else at_most
    return Series(
        subject=group.subject,
        name=metric.name,
        title=f"{metric_title(metric.name)}, {shown(group.title, IN_A_SENTENCE)}",
        points=points_of((group.subject, metric.name), past, Point.drawn(metric.value, metric.interval)),
        limit=limit,
        side=None if limit is None else "at_least" if at_least is not None else "at_most",
        baseline=Point.drawn(metric.baseline).value,
        from_zero=False,
        violated=metric.violated,
    )


def all_series(groups: Sequence[Group], past: Sequence[PastExecution]) -> list[Series]:
    return [metric_series(group, metric, past) for group in groups for metric in group.metrics]


def main_series(execution: Bias, series: Sequence[Series]) -> Series | None:
    """Of the headline: the first violation, else the largest gap."""
    keys = [(each.subject, each.figure) for each in execution.outcome.violations]
    gap = largest_gap(execution)
    if gap is not None:
        keys.append((gap[0].subject, gap[1].name))
    by_key = {each.key: each for each in series}
    return next((by_key[key] for key in keys if key in by_key), None)


def opened_series(execution: Bias, groups: Sequence[Group], series: Sequence[Series]) -> list[Series]:
    """Those that rows of the table show: of watched metrics of the first groups, so that the page stays small."""
    first = {each.subject for each in groups[:MOST_DRAWN]}
    return [
        each
        for each in series
        if each.known > 1 and each.subject in first and (each.violated or execution.watches(each.name))
    ]


def charts_over_time(series: Sequence[Series], main: Series | None) -> Charts:
    """The headline's metric for each group."""
    first = [each for each in series if each.known > 1 and main is not None and each.name == main.name][:_MOST]
    return Charts(
        name="metric-charts",
        title=f"{metric_title(main.name)} over time" if main is not None else "Over time",
        charts=tuple(map(OverTime, first)),
        otherwise="There is no earlier execution yet.",
    )
