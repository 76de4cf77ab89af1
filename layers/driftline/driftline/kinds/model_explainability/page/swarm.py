"""The beeswarm: every drawn row as a point, at what each feature contributes to its prediction."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.amounts import top_features
from driftline.kinds.model_explainability.page.names import unit, whose
from driftline.kinds.model_explainability.page.values import Pair, drawn_rows, levels, numbers_of, pairs_of
from driftline.presentation.attribution_charts import Swarm, SwarmPoint
from driftline.presentation.chart_parts import Behind
from driftline.presentation.text import IN_A_SENTENCE, count, number, shown

_BINS = 90
"""Points in the same one of so many bins of the axis would cover each other: they are moved apart."""

_LOW, _HIGH = 1 / 3, 2 / 3
_LEAST_CROWDED = 12
_HEAD = (
    "Feature",
    "Least",
    "Median",
    "Greatest",
    "Mean where the value is low",
    "Mean where it is high",
)


def swarm_chart(execution: Explainability) -> Swarm | None:
    """Of the main output; None without rows."""
    output, place = execution.outputs[execution.main], execution.main
    rows = drawn_rows(execution.rows)
    places = {name: i for i, name in enumerate(execution.shown)}
    found = {
        each.name: pairs
        for each in top_features(output)
        if each.name in places and (pairs := pairs_of(rows, places[each.name], place))
    }
    if not found:
        return None
    every = [each.attribution for pairs in found.values() for each in pairs]
    low, high = min(every), max(every)
    bins = {name: [_bin(each.attribution, low, high) for each in pairs] for name, pairs in found.items()}
    return Swarm(
        title=f"What each feature contributes, row by row{whose(output.label, alone=execution.alone)}",
        about=(
            f"{count(len(rows), 'row')}, a point for each of the {count(len(found), 'feature')} that contribute most; "
            "the table says what each contributes where its value is low, and where it is high."
        ),
        x=f"Contribution to the {unit(execution)}",
        level="value",
        lines=tuple((name, _points(pairs, bins[name])) for name, pairs in found.items()),
        behind=Behind(_HEAD, tuple(_row(name, pairs) for name, pairs in found.items())),
    )


def _bin(x: float, low: float, high: float) -> int:
    return int((x - low) / (high - low) * _BINS) if high > low else 0


def _points(pairs: Sequence[Pair], bins: Sequence[int]) -> tuple[SwarmPoint, ...]:
    """Those of one bin above and below the line by turns, so that the same rows are always the same picture."""
    heights = levels(numbers_of(each.value for each in pairs) or [None] * len(pairs))
    crowd = max(_LEAST_CROWDED, *Counter(bins).values())
    seen: Counter[int] = Counter()
    points = []
    for pair, found, height in zip(pairs, bins, heights, strict=True):
        turn = seen[found]
        seen[found] += 1
        step = (turn + 1) // 2 * (1 if turn % 2 else -1)
        points.append(SwarmPoint(x=pair.attribution, offset=step * 2 / crowd, level=height))
    return tuple(points)


def _row(name: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    xs = [each.attribution for each in pairs]
    heights = levels(numbers_of(each.value for each in pairs) or [None] * len(pairs))
    low = [x for x, height in zip(xs, heights, strict=True) if height is not None and height <= _LOW]
    high = [x for x, height in zip(xs, heights, strict=True) if height is not None and height >= _HIGH]
    ends = (number(fmean(side)) if side else "–" for side in (low, high))
    return shown(name, IN_A_SENTENCE), number(min(xs)), number(median(xs)), number(max(xs)), *ends
