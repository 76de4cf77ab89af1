"""Which figures get a chart on the page over time: the few that differ, not every name for the same movement.

Recall and the true positive rate are one figure with two names, and the false negative rate is its complement. One of
them is drawn, with the names of those that move with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.presentation.charts import move_together
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.now import main_figure
from driftline.presentation.pages.overview.record import FigureRecord, Record, last_judged

MOST = 4
"""So many figures with a limit are drawn; the others are folded."""

_MOST_FOLDED = 40
_ALIKE = 0.97
"""Correlation from which two figures tell the same story."""

_SAME = 1e-5
"""Records have rounded figures."""

_NEAR = 0.2


@dataclass(frozen=True, slots=True)
class Trends:
    """Charts for the page's script: what is drawn, and what is folded."""

    drawn: tuple[Json, ...]
    folded: tuple[Json, ...]


def trends_of(records: Sequence[Record]) -> Trends:
    """Figures of the newest verdict: what is violated first, then what is watched.

    Args:
        records: Of one monitor, oldest first, at least one.
    """
    newest = last_judged(records)
    figures = {each.name: each for each in (*([newest.main] if newest.main else []), *newest.figures)}
    past = {name: [main_figure(record, name) for record in records] for name in figures}
    limited = sorted(
        (each for each in figures.values() if each.limit is not None),
        key=lambda each: (not each.violated, -_violations(past[each.name])),
    )
    chosen: list[FigureRecord] = []
    alike: dict[str, list[FigureRecord]] = {}
    beyond: list[FigureRecord] = []
    for each in limited:
        like = next((one for one in chosen if _moves_with(past[one.name], past[each.name])), None)
        if like is not None:
            alike.setdefault(like.name, []).append(each)
        elif len(chosen) < MOST:
            chosen.append(each)
        else:
            beyond.append(each)
    rest = [*(each for found in alike.values() for each in found), *beyond]
    rest += [each for each in figures.values() if each.limit is None]
    return Trends(
        tuple(_chart(each, past[each.name], alike.get(each.name, ())) for each in chosen),
        tuple(_chart(each, past[each.name], ()) for each in rest[:_MOST_FOLDED]),
    )


def _violations(past: Sequence[FigureRecord | None]) -> int:
    return sum(bool(each and each.violated) for each in past)


def _moves_with(one: Sequence[FigureRecord | None], other: Sequence[FigureRecord | None]) -> bool:
    first, second = ([each.value if each else None for each in past] for past in (one, other))
    return move_together(first, second, within=_SAME, correlated=_ALIKE)


def _from_zero(values: Sequence[float]) -> bool:
    """An axis that comes near 0 begins there."""
    return bool(values) and 0.0 <= min(values) <= _NEAR * max(values)


def _chart(newest: FigureRecord, past: Sequence[FigureRecord | None], alike: Sequence[FigureRecord]) -> Json:
    bounds = [each.interval if each and each.interval else (None, None) for each in past]
    return {
        "name": newest.title,
        "values": [short(each.value) if each else None for each in past],
        "lower": [lower for lower, _ in bounds],
        "upper": [upper for _, upper in bounds],
        "limit": short(newest.limit),
        "baseline": short(newest.baseline),
        "share": newest.measure == "share",
        "zero": _from_zero([each.value for each in past if each and each.value is not None]),
        "violated": newest.violated,
        "alike": [each.title for each in alike],
    }
