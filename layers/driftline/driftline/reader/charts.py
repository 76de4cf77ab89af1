"""Single charts of the report page: a feature's, or a figure over time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import isfinite

from jinja2 import Environment, PackageLoader, StrictUndefined

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Measure
from driftline.domain.executions.past import Point
from driftline.domain.instants import format_instant
from driftline.presentation.charts import OverTime, Series
from driftline.presentation.pages.execution.chart_data import Json, chart_data
from driftline.presentation.pages.execution.html import SCRIPTS, Parts, embedded, page_parts
from driftline.presentation.pages.execution.table_view import detail_data
from driftline.presentation.pages.execution.view import course_data
from driftline.presentation.report import Charts, Report
from driftline.presentation.text import metric_name, shown
from driftline.reader.page import Page
from driftline.reader.records import Record
from driftline.reader.suggestions import near

_HEIGHT_OF_DETAIL = 760
_HEIGHT_OVER_TIME = 420


def chart_of(report: Report, name: str, about: str) -> Page:
    """What the row of a feature opens on the page, a metric over the last executions, or charts of a section.

    Args:
        name: Of the feature, of another row's subject, of the metric, or of the charts.

    Raises:
        InvalidInputError: the report has nothing of that name.
    """
    for table in report.tables:
        for row in table.rows:
            if row.subject == name and row.detail is not None:
                data = {**course_data(report), "detail": detail_data(row, table)}
                return _page(shown(name), about, data, _HEIGHT_OF_DETAIL)
    series = [each for each in report.series if name == (each.subject or each.name)]
    if not series:
        groups = {part.name: part for section in report.sections for part in section.parts if isinstance(part, Charts)}
        if name in groups and groups[name].charts:
            data = {**course_data(report), "charts": [chart_data(each) for each in groups[name].charts]}
            return _page(shown(name), about, data, _HEIGHT_OF_DETAIL)
        expected = near(name, dict.fromkeys(each.subject for each in report.series if each.subject))
        raise InvalidInputError(f"no feature or metric {name!r}", where=about, expected=expected)
    return _page(shown(name), about, {**course_data(report), "charts": _drawn(series)}, _HEIGHT_OVER_TIME)


_DRAWN: tuple[tuple[str, str, Measure, tuple[str, str], str, str], ...] = (
    ("value", "", "metric", ("lower", "upper"), "threshold", "baseline"),
    ("drift", "Drift", "metric", ("", ""), "threshold", ""),
    ("completeness", "Completeness", "share", ("", ""), "expected_completeness", ""),
    ("mean", "Mean", "metric", ("", ""), "", ""),
)
"""Columns that are drawn over time, where a table has them: title (empty: the subject's), measure, interval, limit, and
baseline."""

_MOST = 3


def chart_over_time(rows: Sequence[Record], name: str, about: str) -> Page:
    """A subject's figures, over the rows of Executions.rows_of: what people follow, else its first numbers."""
    times = [format_instant(time) for row in rows if isinstance(time := row["scheduled_time"], datetime)]
    last = rows[-1]
    series = [
        replace(
            _series(name, title or metric_name(name), rows, column, ends, limit=last.get(limit)),
            baseline=_number(last.get(baseline)),
            measure=measure,
            from_zero=column == "drift",
        )
        for column, title, measure, ends, limit, baseline in _DRAWN
        if column in last
    ]
    if not series:
        numbers = [column for column in last if any(_number(row.get(column)) is not None for row in rows)]
        series = [_series(name, metric_name(column), rows, column) for column in numbers[:_MOST]]
    data: dict[str, Json] = {"beside": "Baseline", "times": times, "failed": [False] * len(times)}
    return _page(shown(name), about, {**data, "charts": _drawn(series)}, _HEIGHT_OVER_TIME)


def _drawn(series: Sequence[Series]) -> list[Json]:
    return [chart_data(OverTime(each)) for each in series if each.known]


def _series(
    subject: str,
    title: str,
    rows: Sequence[Record],
    column: str,
    ends: tuple[str, str] = ("", ""),
    *,
    limit: object = None,
) -> Series:
    points = tuple(Point(*(_number(row.get(each)) for each in (column, *ends))) for row in rows)
    return Series(subject=subject, name=column, title=title, points=points, limit=_number(limit), from_zero=False)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _page(title: str, about: str, data: Json, height: int) -> Page:
    parts = _parts()
    html = (
        _environment()
        .get_template("figure.html.jinja")
        .render(
            title=title,
            about=shown(about),
            style=parts.style,
            script=parts.script,
            policy=parts.policy,
            data=embedded(data),
        )
    )
    return Page(html, title, height)


@cache
def _parts() -> Parts:
    page = files("driftline.presentation.pages.execution") / "assets"
    scripts = [(page / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    ours = (files("driftline.reader") / "assets" / "figure.js").read_text("utf-8")
    return page_parts((*scripts, ours), (page / "report.css").read_text("utf-8"))


@cache
def _environment() -> Environment:
    loader = PackageLoader("driftline.reader", "assets")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
