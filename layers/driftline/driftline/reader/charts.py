"""Single charts of the report page: a feature's, or a figure over time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import isfinite

from jinja2 import Environment, PackageLoader, StrictUndefined

from driftline.domain.errors import InvalidInputError
from driftline.domain.windows import format_instant
from driftline.presentation.pages.execution.html import Parts, embedded, page_parts
from driftline.presentation.pages.execution.view import Json, PageView, short
from driftline.presentation.text import shown
from driftline.reader.page import Page
from driftline.reader.records import Record
from driftline.reader.suggestions import near

_HEIGHT_OF_FEATURE = 760
_HEIGHT_OVER_TIME = 420
_SCRIPTS = ("dom", "theme", "charts", "lazy", "features")


def chart_of(view: PageView, name: str, about: str) -> Page:
    """The charts of one feature, or the metric over time, of a page.

    Raises:
        InvalidInputError: the page has no such feature or metric.
    """
    trend, reference = view.data["trend"], view.data["reference"]
    times = trend["times"] if isinstance(trend, Mapping) else []
    for feature in _entries(view, "features"):
        if feature["name"] == shown(name):
            data: dict[str, Json] = {"reference": reference, "times": times, "feature": feature}
            return _page(shown(name), about, data, _HEIGHT_OF_FEATURE)
    for metric in _entries(view, "metrics"):
        if metric["name"] == shown(name):
            series = {**metric, "title": metric["name"], "percent": False, "zero": False}
            return _page(
                shown(name), about, {"reference": reference, "times": times, "series": [series]}, _HEIGHT_OVER_TIME
            )
    known = [str(each["name"]) for each in (*_entries(view, "features"), *_entries(view, "metrics"))]
    raise InvalidInputError(f"no feature or metric {name!r}", where=about, expected=near(name, known))


def chart_over_time(rows: Sequence[Record], name: str, about: str) -> Page:
    """A metric's value, or a feature's drift and completeness, over the rows of Executions.rows_of."""
    times = [format_instant(time) for row in rows if isinstance(time := row["scheduled_time"], datetime)]
    last = rows[-1]
    if "metric" in last:
        series = [
            _series(name, rows, "value", ("lower", "upper"), threshold=last["threshold"], baseline=last["baseline"])
        ]
    else:
        series = [
            _series("Drift", rows, "drift", None, threshold=last["threshold"], zero=True),
            _series("Completeness", rows, "completeness", None, threshold=last["expected_completeness"], percent=True),
            _series("Mean", rows, "mean", None),
        ]
    drawn: list[Json] = [each for each in series if any(value is not None for value in _values(each))]
    data: dict[str, Json] = {"reference": "Baseline", "times": times, "series": drawn}
    return _page(shown(name), about, data, _HEIGHT_OVER_TIME)


def _series(
    title: str,
    rows: Sequence[Record],
    column: str,
    interval: tuple[str, str] | None,
    *,
    threshold: object = None,
    baseline: object = None,
    percent: bool = False,
    zero: bool = False,
) -> dict[str, Json]:
    lower, upper = interval or ("", "")
    return {
        "title": shown(title),
        "values": [_number(row[column]) for row in rows],
        "lower": [_number(row.get(lower)) for row in rows],
        "upper": [_number(row.get(upper)) for row in rows],
        "threshold": _number(threshold),
        "baseline": _number(baseline),
        "percent": percent,
        "zero": zero,
    }


def _values(series: Mapping[str, Json]) -> Sequence[Json]:
    values = series["values"]
    return values if isinstance(values, list) else []


def _number(value: object) -> float | None:
    return short(float(value)) if isinstance(value, int | float) and isfinite(value) else None


def _entries(view: PageView, part: str) -> list[Mapping[str, Json]]:
    entries = view.data.get(part)
    return [each for each in entries if isinstance(each, Mapping)] if isinstance(entries, list) else []


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
    scripts = [(page / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    ours = (files("driftline.reader") / "assets" / "figure.js").read_text("utf-8")
    return page_parts((*scripts, ours), (page / "report.css").read_text("utf-8"))


@cache
def _environment() -> Environment:
    loader = PackageLoader("driftline.reader", "assets")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
