"""The table of metrics, and each of them over time."""

from collections.abc import Sequence

from driftline.domain.executions.finding import Side
from driftline.domain.executions.past import PastExecution, Point
from driftline.kinds.model_quality.facts import VALUE, Metric
from driftline.presentation.charts import OverTime, Series, move_together, points_of
from driftline.presentation.report import Charts
from driftline.presentation.tables import Cell, Column, Holds, Limit, Marks, Medium, Named, Row, Table
from driftline.presentation.text import metric_name

_DATA = Medium.NOTEBOOK
_COLUMNS = (
    Column(name="metric", title="Metric", holds=Holds.TEXT, on=_DATA),
    Column(name="name", title="Metric", holds=Holds.TEXT, on=Medium.PEOPLE),
    Column(name="value", title="Window", holds=Holds.NUMBER),
    Column(name="lower", title="Lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="upper", title="Upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="interval", title="95 % interval", holds=Holds.INTERVAL, on=Medium.PEOPLE),
    Column(name="standard_deviation", title="Standard deviation", holds=Holds.NUMBER, on=_DATA),
    Column(name="threshold", title="Threshold", holds=Holds.NUMBER, on=_DATA),
    Column(name="limit", title="Threshold", holds=Holds.LIMIT, on=Medium.PEOPLE),
    Column(name="operator", title="Operator", holds=Holds.TEXT, on=_DATA),
    Column(name="baseline", title="Baseline", holds=Holds.NUMBER),
    Column(name="violated", title="Violated", holds=Holds.FLAG, on=_DATA),
    Column(name="state", title="State", holds=Holds.MARKS, on=Medium.PEOPLE),
    Column(name="withheld", title="Why there is no interval", holds=Holds.TEXT, on=_DATA),
)
_WHY = Column(name="why", title="Why there is no interval", holds=Holds.TEXT, on=Medium.PEOPLE)


def metrics_table(metrics: Sequence[Metric]) -> Table:
    """Rows in the order of statistics.json; people read what is violated first, then what is watched."""
    columns = (*_COLUMNS, _WHY) if any(metric.withheld for metric in metrics) else _COLUMNS
    return Table(
        name="metrics",
        title="Metrics of the window with their intervals, thresholds and the baseline's values",
        noun="metric",
        columns=columns,
        rows=tuple(_row(metric, columns) for metric in metrics),
        order=tuple(sorted(range(len(metrics)), key=lambda index: _rank(metrics[index]))),
    )


def metrics_over_time(metrics: Sequence[Metric], past: Sequence[PastExecution]) -> tuple[Charts, Charts]:
    """Those that are watched, and all others; violated ones are drawn next to their violations."""
    by_name = {metric.name: metric for metric in metrics}
    courses = distinct_courses([metric_series(metric, past) for metric in sorted(metrics, key=_rank)])
    known = [(by_name[each.subject], OverTime(each)) for each in courses if each.known > 1 and not each.violated]
    return (
        Charts(
            name="metric-charts",
            title="Watched metrics over time",
            charts=tuple(chart for metric, chart in known if metric.threshold is not None),
            otherwise="There is no earlier execution yet.",
        ),
        Charts(
            name="other-charts",
            title="Metrics that are not watched",
            charts=tuple(chart for metric, chart in known if metric.threshold is None),
            folded=True,
        ),
    )


def distinct_courses(series: Sequence[Series]) -> list[Series]:
    """Those that differ: a rate and its complement, or one metric under two names, are one course."""
    kept: list[Series] = []
    for each in series:
        if not any(move_together(each.values, other.values) for other in kept):
            kept.append(each)
    return kept


def metric_series(metric: Metric, past: Sequence[PastExecution]) -> Series:
    return Series(
        subject=metric.name,
        name=VALUE,
        title=metric_name(metric.name),
        points=points_of((metric.name, VALUE), past, Point(metric.value, *(metric.interval or ()))),
        limit=metric.threshold,
        side=side_of(metric),
        baseline=metric.baseline,
        from_zero=False,
        violated=metric.violated,
    )


def side_of(metric: Metric) -> Side | None:
    """The right side of the threshold."""
    sides: dict[str | None, Side] = {"GreaterThanThreshold": "at_most", "LessThanThreshold": "at_least"}
    return sides.get(metric.operator)


def _rank(metric: Metric) -> tuple[bool, bool]:
    return not metric.violated, metric.threshold is None


def _row(metric: Metric, columns: Sequence[Column]) -> Row:
    lower, upper = metric.interval or (None, None)
    by_name: dict[str, Cell] = {
        "metric": metric.name,
        "name": Named(metric_name(metric.name), metric.name),
        "lower": lower,
        "upper": upper,
        "limit": Limit(metric.threshold, side_of(metric)) if metric.threshold is not None else None,
        "state": _state(metric),
        "withheld": metric.withheld,
        "why": metric.withheld,
        **{name: getattr(metric, name) for name in ("value", "interval", "standard_deviation", "threshold")},
        **{name: getattr(metric, name) for name in ("operator", "baseline", "violated")},
    }
    return Row(
        subject=metric.name,
        cells=tuple(by_name[column.name] for column in columns),
        violated=metric.violated,
    )


def _state(metric: Metric) -> Marks:
    if metric.violated:
        return Marks(("violated",))
    if metric.threshold is None:
        return Marks(otherwise="not watched")
    if metric.value is None:
        return Marks(otherwise="undefined", plain=True)
    if metric.beyond:
        return Marks(otherwise="not certain" if metric.interval else "beyond", plain=True)
    return Marks(otherwise="holds", plain=True)
