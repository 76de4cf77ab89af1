"""Partial dependence: the mean prediction when a feature has a value in all rows, over the distribution of its data."""

from collections.abc import Iterator

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.amounts import top_features
from driftline.kinds.model_explainability.page.values import MOST_CATEGORIES
from driftline.kinds.model_explainability.rules.summary import Curve
from driftline.presentation.attribution_charts import DependenceCurve
from driftline.presentation.chart_parts import Behind
from driftline.presentation.report import Charts, Section
from driftline.presentation.text import IN_A_SENTENCE, joined, number, percent, shown

_MOST = 12
"""Curves on the page; the file has all."""


def curves_section(execution: Explainability) -> list[Section]:
    """Features that contribute most come first; empty where there are no curves."""
    charts = tuple(curve_charts(execution))
    if not charts:
        return []
    more = len(execution.curves) - _MOST
    note = (
        f"The mean prediction when all rows of the {'baseline' if execution.body else 'data'} have the same value of a "
        "feature, above the distribution of its values. Where there are few rows, the curve says little."
    )
    return [
        Section(
            name="partial-dependence",
            title="Partial dependence",
            count=f"{len(charts)} of {len(execution.curves)}" if more > 0 else "",
            note=note,
            parts=(Charts(name="curves", charts=charts, large=True),),
        )
    ]


def curve_charts(execution: Explainability) -> Iterator[DependenceCurve]:
    ranks: dict[str, int] = {}
    if execution.outputs:
        output = execution.outputs[execution.main]
        ranks = {each.name: i for i, each in enumerate(top_features(output, len(output.features)))}
    ordered = sorted(execution.curves, key=lambda each: ranks.get(each.feature, len(ranks)))
    for curve in ordered[:_MOST]:
        if (chart := curve_chart(execution, curve)) is not None:
            yield chart


def curve_chart(execution: Explainability, curve: Curve) -> DependenceCurve | None:
    """Of the main output; the table has all outputs. None of a curve without points."""
    lines = [line for line in curve.predictions if len(line) == len(curve.values)]
    if not lines or not curve.values:
        return None
    shares = curve.distribution if len(curve.distribution) == len(curve.values) else ()
    places = range(len(curve.values))
    if not curve.numeric and len(places) > MOST_CATEGORIES:
        kept = sorted(places, key=lambda i: -shares[i] if shares else i)[:MOST_CATEGORIES]
        order = sorted(kept)
    else:
        order = list(places)
    line = lines[execution.main] if execution.main < len(lines) else lines[0]
    name = shown(curve.feature, IN_A_SENTENCE)
    values = tuple(curve.values[i] for i in order)
    labels = [each.label for each in execution.outputs] if len(execution.outputs) == len(lines) > 1 else []
    return DependenceCurve(
        title=f"Partial dependence on {name}",
        about=_about(name, curve, order, line),
        x=name,
        y="Mean prediction",
        places=tuple(float(each) for each in values) if curve.numeric else tuple(map(str, values)),
        curve=tuple(line[i] for i in order),
        shares=tuple(shares[i] for i in order) if shares else (),
        behind=Behind(
            (
                "Value",
                *(["Share of the rows"] if shares else []),
                *map(shown, labels or ["Mean prediction"]),
            ),
            tuple(
                (
                    _value(curve.values[i]),
                    *([percent(shares[i])] if shares else []),
                    *(number(each[i]) for each in (lines if labels else [line])),
                )
                for i in order
            ),
        ),
    )


def _about(name: str, curve: Curve, order: list[int], line: tuple[float, ...]) -> str:
    low, high = min(order, key=lambda i: line[i]), max(order, key=lambda i: line[i])
    ends = [f"{number(line[i])} where {name} is {_value(curve.values[i])}" for i in (low, high)]
    return f"Mean prediction by {name}: from {joined(ends)}. The table has all values, with their shares of the rows."


def _value(value: float | str) -> str:
    return number(value) if isinstance(value, float) else shown(value, IN_A_SENTENCE)
