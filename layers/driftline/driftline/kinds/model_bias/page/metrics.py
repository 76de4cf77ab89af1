"""The table of metrics of each group: what they are, what they are compared with, what they mean."""

from collections.abc import Iterator, Mapping, Sequence

from driftline.domain.executions.outcome import OURS
from driftline.domain.executions.past import FigureName
from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.page.headline import in_words
from driftline.kinds.model_bias.page.names import clarifys_title, result_text
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.sentences import interval_text, value_text
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary
from driftline.presentation.charts import Chart, OverTime, Series
from driftline.presentation.findings import row_name
from driftline.presentation.tables import Cell, Column, Detail, Filter, Holds, Marks, Medium, Row, Table, Words
from driftline.presentation.text import IN_A_SENTENCE, count, number, percent, shown

_DATA = Medium.NOTEBOOK
_PEOPLE = Medium.PEOPLE
_WATCHED, _OTHERS = "watched", "not watched"
_STANDINGS = {"held": "held", "broken": "broken", "undecided": "cannot be told yet"}

_LIMIT = "limit"
_COLUMNS = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=_DATA),
    Column(name="facet", title="Facet", holds=Holds.TEXT, on=_DATA),
    Column(name="group", title="Group", holds=Holds.TEXT, on=_DATA),
    Column(name="metric", title="Metric", holds=Holds.TEXT, on=_DATA),
    Column(name="name", title="Metric", holds=Holds.TEXT, on=_PEOPLE, sort="up"),
    Column(name="title", title="Group", holds=Holds.TEXT, on=_PEOPLE, sort="up"),
    Column(name="value", title="Window", holds=Holds.NUMBER),
    Column(name="lower", title="Lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="upper", title="Upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="interval", title="95 % interval", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="baseline", title="Baseline", holds=Holds.NUMBER),
    Column(name="baseline_lower", title="Baseline: lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="baseline_upper", title="Baseline: upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="baseline_interval", title="Its 95 % interval", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="rows", title="Rows", holds=Holds.COUNT),
    Column(name="result", title="Result", holds=Holds.TEXT, on=_DATA),
    Column(name="violated", title="Violated", holds=Holds.FLAG, on=_DATA),
    Column(name="reason", title="Reason", holds=Holds.TEXT, on=_DATA),
    Column(name="needed", title="Rows needed", holds=Holds.COUNT, on=_DATA),
    Column(name="p_value", title="p-value", holds=Holds.NUMBER, on=_DATA),
    Column(name="sagemaker", title="SageMaker’s rule", holds=Holds.FLAG, on=_DATA),
    Column(name="sagemaker_says", title="SageMaker’s rule", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="limit_min", title="Limit: at least", holds=Holds.NUMBER, on=_DATA),
    Column(name="limit_max", title="Limit: at most", holds=Holds.NUMBER, on=_DATA),
    Column(name="standing", title="Limit", holds=Holds.TEXT, on=_DATA),
    Column(name=_LIMIT, title="Limit", holds=Holds.FIGURE, on=_PEOPLE),
    # Where there is little room, the last one is beside the name.
    Column(name="state", title="Result", holds=Holds.MARKS, on=_PEOPLE, sort="down"),
)
_OURS = frozenset({"interval", "baseline_interval", "rows", "sagemaker_says"})
"""People's columns that SageMaker's files have nothing for."""


def metrics_table(execution: Bias, groups: Sequence[Group], series: Sequence[Series], note: str) -> Table:
    """Rows in the order of the files; people read what is violated first, then what is watched.

    Args:
        series: Those that the row of their metric shows.
    """
    every = [(group, metric) for group in groups for metric in group.metrics]
    drawn = {each.key: OverTime(each) for each in series}
    ours = execution.outcome.source == OURS
    limited = any(metric.limit is not None for _, metric in every)
    columns = [each for each in _COLUMNS if (ours or each.name not in _OURS) and (limited or each.name != _LIMIT)]
    order = sorted(range(len(every)), key=lambda place: _rank(execution, every[place][1]))
    return Table(
        name="metrics",
        title="Bias metrics of each group with their intervals, next to the baseline’s",
        noun="metric",
        note=note,
        columns=tuple(columns),
        rows=tuple(_row(execution, group, metric, drawn, columns) for group, metric in every),
        order=tuple(order),
        filters=tuple(_filters(execution, groups)),
    )


def _filters(execution: Bias, groups: Sequence[Group]) -> Iterator[Filter]:
    if execution.compared is not None:
        yield Filter("Metrics", (("Watched", _WATCHED), ("Not watched", _OTHERS)))
    if len(groups) > 1:
        yield Filter("Group", tuple((shown(each.title, IN_A_SENTENCE), each.subject) for each in groups))


def _rank(execution: Bias, metric: BiasMetricSummary) -> tuple[bool, bool, bool]:
    return not metric.violated, not execution.watches(metric.name), metric.value is None


def _row(
    execution: Bias,
    group: Group,
    metric: BiasMetricSummary,
    drawn: Mapping[FigureName, Chart],
    columns: Sequence[Column],
) -> Row:
    lower, upper = metric.interval or (None, None)
    before_lower, before_upper = metric.baseline_interval or (None, None)
    at_least, at_most = metric.limit or (None, None)
    by_name: dict[str, Cell] = {
        "subject": row_name(group.subject, metric.name),
        "facet": group.facet,
        "group": group.summary.group,
        "title": group.title,
        "metric": metric.name,
        "name": clarifys_title(metric.name),
        "value": metric.value,
        "lower": lower,
        "upper": upper,
        "interval": interval_text(metric.interval),
        "baseline": metric.baseline,
        "baseline_lower": before_lower,
        "baseline_upper": before_upper,
        "baseline_interval": interval_text(metric.baseline_interval),
        "rows": metric.rows or None,
        "result": metric.result,
        "violated": metric.violated,
        "state": _state(execution, metric),
        "reason": metric.reason,
        "needed": metric.needed,
        "p_value": metric.p_value,
        "sagemaker": metric.sagemaker,
        "sagemaker_says": "violation" if metric.sagemaker else None,
        "limit_min": at_least,
        "limit_max": at_most,
        "standing": metric.standing,
        _LIMIT: _limit_said(metric),
    }
    charts = tuple(drawn[key] for key in ((group.subject, metric.name),) if key in drawn)
    return Row(
        subject=row_name(group.subject, metric.name),
        cells=tuple(by_name[column.name] for column in columns),
        violated=metric.violated,
        tags=frozenset({group.subject, _WATCHED if execution.watches(metric.name) else _OTHERS}),
        detail=Detail(charts=charts, words=tuple(_words(execution, group, metric))),
    )


def _state(execution: Bias, metric: BiasMetricSummary) -> Marks:
    if metric.violated:
        worse = ("worse",) if metric.result == "violation" else ()
        beyond = ("beyond its limit",) if metric.standing == "broken" else ()
        return Marks((*worse, *beyond) or ("violated",))
    if execution.outcome.source != OURS and metric.value is not None:
        return Marks(otherwise="no violation")
    if not execution.watches(metric.name) and metric.value is not None:
        return Marks(otherwise="not watched")
    return Marks(otherwise=result_text(metric), plain=metric.result not in {"unchanged", "not_compared"})


def _words(execution: Bias, group: Group, metric: BiasMetricSummary) -> Iterator[Words]:
    known = METRICS.get(metric.name)
    if metric.value is not None:
        yield Words("In words", (in_words(group, metric),))
    if execution.outcome.source == OURS or metric.value is None:
        yield Words("Result", (f"{_capital(result_text(metric))}.",))
    if known is not None:
        yield Words("What it means", (known.meaning,))
        yield Words("Positive if", (f"{_capital(known.positive)}.",))
        yield Words("Formula", (known.formula,))
    if metric.p_value is not None:
        yield Words("By chance", (f"In {percent(metric.p_value)} of windows at most (p = {number(metric.p_value)}).",))
    if metric.sagemaker:
        yield Words("SageMaker’s rule", ("It is further from 0 than in the baseline, by however little: a violation.",))
    if metric.limit is not None and metric.standing is not None:
        yield Words("Limit", (f"{_capital(_limit_said(metric) or '')}.",))
    if metric.reason and metric.result == "not_enough_data":
        needed = f"; about {count(metric.needed, 'row')} needed" if metric.needed else ""
        yield Words("Rows", (f"{_capital(shown(metric.reason))}{needed}.",))


def _limit_said(metric: BiasMetricSummary) -> str | None:
    """`at least 0.8: held`."""
    if metric.limit is None or metric.standing is None:
        return None
    ends = zip(("at least", "at most"), metric.limit, strict=True)
    said = " and ".join(f"{word} {value_text(value)}" for word, value in ends if value is not None)
    return f"{said}: {_STANDINGS[metric.standing]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
