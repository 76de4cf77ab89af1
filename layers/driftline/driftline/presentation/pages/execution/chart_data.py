"""Charts as the page's script gets them: JSON, with no more digits than are drawn."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, isfinite, log10

from driftline.presentation.attribution_charts import Amounts, DependenceCurve, Swarm, SwarmPoint, Waterfall
from driftline.presentation.chart_parts import Behind, Points
from driftline.presentation.charts import (
    Categories,
    Chart,
    Cumulative,
    Histogram,
    Lines,
    OverTime,
    Reference,
    Scatter,
    Series,
)
from driftline.presentation.distributions import Bins
from driftline.presentation.text import metric_name, shown

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None

_FEWER, _DIGITS, _MOST_DIGITS = 4, 6, 15


def chart_data(chart: Chart) -> dict[str, Json]:
    """`type` says how it is drawn."""
    match chart:
        case OverTime(series, title):
            return {"type": "time", **series_data(series), "title": title or shown(series.title)}
        case Histogram():
            return {
                "type": "histogram",
                "title": chart.title,
                "subject": shown(chart.subject),
                "values": chart.values,
                "medians": [short(each, digits_of(chart.bins.edges)) for each in chart.medians],
                **_bins(chart.bins),
            }
        case Categories():
            rest = chart.bars.rest
            return {
                "type": "categories",
                "title": chart.title,
                "subject": shown(chart.subject),
                "values": [shown(value) for value in chart.bars.values],
                "baseline": shorts(chart.bars.baseline),
                "current": shorts(chart.bars.current),
                "rest": [short(rest[0]), short(rest[1]), rest[2]] if rest else None,
            }
        case Cumulative():
            return _cumulative(chart)
        case Lines():
            lower, upper = chart.band or ((), ())
            dots: dict[str, Json] = {"type": "lines", "dots": chart.dots}
            return {**dots, **_sides(chart), "lower": _points(lower), "upper": _points(upper)}
        case _:
            return _scatter(chart) if isinstance(chart, Scatter) else _attributed(chart)


def _scatter(chart: Scatter) -> dict[str, Json]:
    places: list[Json] = list(map(shown, chart.places))
    digits = _FEWER if chart.small else _DIGITS
    return {"type": "scatter", "places": places, "small": chart.small, **_sides(chart, digits)}


def _attributed(chart: Amounts | Swarm | Waterfall | DependenceCurve) -> dict[str, Json]:
    """What features contribute."""
    words: dict[str, Json] = {"title": chart.title, "about": chart.about, "x": chart.x, "behind": _behind(chart.behind)}
    match chart:
        case Amounts():
            return {
                "type": "amounts",
                **words,
                "names": list(map(shown, chart.names)),
                "current": [short(each) for each in chart.current],
                "baseline": [short(each) for each in chart.baseline] or None,
            }
        case Swarm():
            lines: list[Json] = [[shown(name), [_swarmed(each) for each in points]] for name, points in chart.lines]
            return {"type": "swarm", **words, "level": chart.level, "lines": lines}
        case Waterfall():
            ends: list[Json] = [[name, short(figure)] for name, figure in (chart.start, chart.end)]
            steps: list[Json] = [
                [shown(each.name), shown(each.note) if each.note else "", short(each.begin), short(each.end)]
                for each in chart.steps
            ]
            return {"type": "waterfall", **words, "ends": ends, "steps": steps}
        case DependenceCurve():
            return {
                "type": "dependence",
                **words,
                "y": chart.y,
                "places": [shown(each) if isinstance(each, str) else short(each) for each in chart.places],
                "curve": shorts(chart.curve),
                "shares": shorts(chart.shares) if chart.shares else None,
            }


def _swarmed(point: SwarmPoint) -> Json:
    """Levels have as many shades as anybody can tell apart."""
    return [short(point.x, 4), round(point.offset, 2), None if point.level is None else round(point.level, 2)]


def series_data(series: Series) -> dict[str, Json]:
    """A figure over executions, oldest first."""
    subject = shown(series.subject) if series.subject else ""
    title = shown(series.title)
    # A metric is its own subject.
    about = f"{title} of {subject}" if subject and metric_name(series.subject) != series.title else title
    bounded = any(point.upper is not None for point in series.points)
    return {
        "label": title,
        "about": about,
        "values": [short(point.value) for point in series.points],
        "lower": [short(point.lower) for point in series.points] if bounded else None,
        "upper": [short(point.upper) for point in series.points] if bounded else None,
        "limit": short(series.limit),
        "baseline": short(series.baseline),
        "share": series.measure == "share",
        "zero": series.from_zero,
        **({"part": True} if series.part else {}),
        "violated": series.violated,
    }


def _bins(bins: Bins) -> dict[str, Json]:
    return {
        "edges": shorts(bins.edges, digits_of(bins.edges)),
        "baseline": shorts(bins.baseline),
        "current": shorts(bins.current),
        "below": shorts(bins.below),
        "above": shorts(bins.above),
    }


def _cumulative(chart: Cumulative) -> dict[str, Json]:
    quantiles = chart.quantiles
    digits = digits_of([*(quantiles.baseline or ()), *(quantiles.current or ())])
    return {
        "type": "cumulative",
        "title": chart.title,
        "subject": shown(chart.subject),
        "baseline": shorts(quantiles.baseline, digits),
        "current": shorts(quantiles.current, digits),
        "mark": short(chart.mark, digits),
        "within": shorts(chart.within, digits) if chart.within else None,
    }


def _sides(chart: Lines | Scatter, digits: int = _DIGITS) -> dict[str, Json]:
    return {
        "title": chart.title,
        "about": chart.about,
        "x": chart.x,
        "y": chart.y,
        "current": _points(chart.current, digits),
        "baseline": _points(chart.baseline, digits),
        "reference": _reference(chart.reference),
        "behind": _behind(chart.behind),
    }


def _points(points: Points, digits: int = _DIGITS) -> Json:
    """None where there are none: that side is not drawn. Values have all their digits, and figures as many as asked."""
    return [[short(x), short(y, digits)] for x, y in points] or None


def _reference(line: Reference | None) -> Json:
    return {"label": line.label, "ends": [shorts(line.start), shorts(line.end)]} if line else None


def _behind(table: Behind | None) -> Json:
    return {"head": list(table.head), "rows": [list(map(_cell, row)) for row in table.rows]} if table else None


def _cell(text: str) -> str:
    return shown(text) if text else ""


def short(value: float | None, digits: int = _DIGITS) -> float | None:
    """So many significant digits; None for what JSON cannot say."""
    return float(f"{value:.{digits}g}") if value is not None and isfinite(value) else None


def shorts(values: Iterable[float] | None, digits: int = _DIGITS) -> list[float | None] | None:
    return [short(value, digits) for value in values] if values is not None else None


def digits_of(values: Sequence[float]) -> int:
    """How many digits tell the places on an axis apart: times in seconds differ in the last of ten only."""
    span, size = max(values) - min(values), max(map(abs, values))
    if not span > 0.0 or not isfinite(span):
        return _DIGITS
    return min(_MOST_DIGITS, max(_DIGITS, _DIGITS - 1 + ceil(log10(size / span))))
