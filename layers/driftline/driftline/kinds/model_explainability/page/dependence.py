"""What one feature contributes by its value: a point for each row, the baseline's behind them."""

from collections.abc import Sequence
from math import floor
from statistics import fmean

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.names import unit, whose
from driftline.kinds.model_explainability.page.values import Pair, categories_of, drawn_rows, numbers_of, pairs_of
from driftline.presentation.chart_parts import Behind, Points
from driftline.presentation.charts import Scatter
from driftline.presentation.text import IN_A_SENTENCE, NOTHING, count, number, shown

_GROUPS = 8
"""Groups of values in the table."""

_GOLDEN = 0.618034
_SPREAD = 0.5
"""How much of a category's place its points take."""

type _Numbers = list[tuple[float, float]]


def dependence_chart(execution: Explainability, feature: str, output: int) -> Scatter | None:
    """None where no drawn row has a value of the feature.

    Args:
        output: Its place.
    """
    if feature not in execution.shown:
        return None
    place = execution.shown.index(feature)
    now, then = (
        pairs_of(drawn_rows(rows), place, output) for rows in (execution.rows, execution.baseline_sample)
    )  # fmt: skip
    name = shown(feature, IN_A_SENTENCE)
    title = f"Contribution of {name} by its value{whose(execution.outputs[output].label, alone=execution.alone)}"
    numbers = [numbers_of(pair.value for pair in side) for side in (now, then)]
    if numbers[0] is not None and (numbers[1] is not None or not then):
        return _numeric(execution, name, title, _known(now, numbers[0]), _known(then, numbers[1] or []))
    return _categorical(execution, name, title, now, then)


def _known(pairs: Sequence[Pair], numbers: Sequence[float | None]) -> _Numbers:
    return [(x, pair.attribution) for pair, x in zip(pairs, numbers, strict=True) if x is not None] if numbers else []


def _numeric(execution: Explainability, name: str, title: str, now: _Numbers, then: _Numbers) -> Scatter:
    rows = _by_value(now, then)
    return Scatter(
        title=title,
        about=_about(name, len(now), len(then), "groups of values"),
        x=name,
        y=_axis(execution),
        current=tuple(now),
        baseline=tuple(then),
        behind=Behind(_head("Values", then), rows),
        small=True,
    )


def _axis(execution: Explainability) -> str:
    return f"Contribution to the {unit(execution)}"


def _about(name: str, now: int, then: int, groups: str) -> str:
    beside = f", and {count(then, 'row')} of the baseline" if then else ""
    return f"What {name} contributes in {count(now, 'row')} of the window{beside}; the table has means for {groups}."


def _head(what: str, then: Sequence[object]) -> tuple[str, ...]:
    return what, "Rows", "Mean contribution", *(("Rows, baseline", "Mean, baseline") if then else ())


def _by_value(now: _Numbers, then: _Numbers) -> tuple[tuple[str, ...], ...]:
    """Groups of about as many rows of both sides each."""
    xs = sorted(x for x, _ in (*now, *then))
    edges = sorted({xs[floor(i * len(xs) / _GROUPS)] for i in range(_GROUPS)})
    rows = []
    for i, low in enumerate(edges):
        high = edges[i + 1] if i + 1 < len(edges) else None
        sides = [[y for x, y in side if x >= low and (high is None or x < high)] for side in (now, then)]
        within = [x for x in xs if x >= low and (high is None or x < high)]
        said = number(low) if within[-1] == low else f"{number(low)} to {number(within[-1])}"
        rows.append((said, *_means(sides[0]), *(_means(sides[1]) if then else ())))
    return tuple(rows)


def _means(values: Sequence[float]) -> tuple[str, str]:
    return f"{len(values):,}", number(fmean(values)) if values else NOTHING


def _categorical(
    execution: Explainability, name: str, title: str, now: Sequence[Pair], then: Sequence[Pair]
) -> Scatter | None:
    places = categories_of(pair.value for pair in (*now, *then))
    if not places or not any(pair.value in places for pair in now):
        return None
    sides = [[(pair.value, pair.attribution) for pair in side if pair.value in places] for side in (now, then)]
    rows = tuple(
        (
            shown(place, IN_A_SENTENCE),
            *_means([y for value, y in sides[0] if value == place]),
            *(_means([y for value, y in sides[1] if value == place]) if then else ()),
        )
        for place in places
    )
    return Scatter(
        title=title,
        about=_about(name, len(sides[0]), len(sides[1]), "each category"),
        x=name,
        y=_axis(execution),
        current=_spread(sides[0], places),
        baseline=_spread(sides[1], places),
        behind=Behind(_head("Value", then), rows),
        places=tuple(places),
        small=True,
    )


def _spread(side: Sequence[tuple[str | None, float]], places: Sequence[str]) -> Points:
    """Points next to each other in the place of their category, the same way every time."""
    at = {name: float(i) for i, name in enumerate(places)}
    return tuple(
        (at[value] + ((i * _GOLDEN) % 1.0 - 0.5) * _SPREAD, y) for i, (value, y) in enumerate(side) if value is not None
    )
