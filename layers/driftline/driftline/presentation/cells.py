"""Cells of a report's tables as texts."""

from datetime import datetime
from typing import Protocol, cast

from driftline.domain.executions.finding import Measure, Side
from driftline.presentation.tables import Cell, Gauge, Holds, Limit, Marks, Named, Tagged, Uncompared
from driftline.presentation.text import NOTHING, figure, instant, interval, limit, shown

NUMERIC = frozenset({Holds.FIGURE, Holds.NUMBER, Holds.SHARE, Holds.COUNT, Holds.INTERVAL, Holds.LIMIT})
"""What is compared down a column: it is aligned to the right."""

_MEASURES: dict[Holds, Measure] = {Holds.NUMBER: "metric", Holds.SHARE: "share", Holds.COUNT: "count"}


def cell_text(cell: Cell, holds: Holds) -> str:
    """What people read; a dash where there is no value."""
    match cell:
        case None:
            return "" if holds is Holds.TEXT else NOTHING
        case Tagged() | Named() | Limit() | Gauge() | Uncompared() | Marks():
            return _composed(cell)
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return figure(cell, _MEASURES.get(holds, "metric"))
        case str():
            return shown(cell)
        case _:
            return _other(cell, holds)


def _other(cell: Cell, holds: Holds) -> str:
    match cell:
        case datetime():
            return instant(cell)
        case tuple() if holds is Holds.INTERVAL:
            return interval(cast("tuple[float, float]", cell))
        case tuple():
            return ", ".join(shown(str(each)) for each in cell)
        case _:
            return ""  # A picture.


def _composed(cell: Tagged | Named | Limit | Gauge | Uncompared | Marks) -> str:
    match cell:
        case Tagged(text, tag):
            return f"{shown(text)} ({tag})"
        case Named(text, name):
            return f"{shown(text)} ({shown(name)})" if cell.differs else shown(text)
        case Limit(value, side, measure):
            return limit(value, side, measure)
        case Gauge():
            return " ".join(filter(None, gauge_texts(cell)))
        case Uncompared(why):
            return f"not compared: {shown(why)}"
        case Marks(wrong, otherwise):
            return ", ".join(map(shown, wrong)) or otherwise


class Measured(Protocol):
    """A figure against its limit: a Gauge, or what a record keeps of one."""

    @property
    def value(self) -> float | None: ...
    @property
    def limit(self) -> float | None: ...
    @property
    def side(self) -> Side: ...
    @property
    def measure(self) -> Measure: ...


def gauge_texts(gauge: Measured) -> tuple[str, str]:
    """`0.4325` and `of 0.1`; `p = 0.02` and `at least 0.05`."""
    value = figure(gauge.value, gauge.measure)
    text = f"p = {value}" if gauge.measure == "p_value" else value
    if gauge.limit is None:
        return text, ""
    required = figure(gauge.limit, gauge.measure)
    return text, f"at least {required}" if gauge.side == "at_least" else f"of {required}"
