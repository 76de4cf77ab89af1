"""The distribution of a feature in many windows over common rows: bins of its values, or its categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from driftline.domain.profiles.packing import Floats
from driftline.presentation.distributions import bin_edges
from driftline.presentation.shapes import PROBABILITIES, Categories, Masses, Numbers, Quantiles, Shape
from driftline.presentation.text import number, shown

MOST_ROWS = 24
"""Up to so many distinct numbers, or categories, get a row of their own."""

_FEW_WINDOWS = 50
_TAIL, _TAIL_OF_MANY = 0.002, 0.02
"""Share of all windows' rows at either end that share an open row: so one odd window among many, or a far outlier, does
not press all others into one row."""

_THOUSANDTHS = 1000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Heat:
    """Shares by row and window.

    Attributes:
        rows: What each row is of, as text: from small to large numbers, or the most frequent category first.
        numeric: The rows are in the order of numbers.
        windows: Shares of each window by row; None where it has no values of this kind.
        baseline: Likewise.
    """

    rows: tuple[str, ...]
    numeric: bool
    windows: tuple[Floats | None, ...]
    baseline: Floats | None


@dataclass(frozen=True, slots=True)
class _Span:
    """A range, as far as bin_edges wants to know a distribution."""

    low: float
    high: float

    def shares_below(self, keys: Floats) -> Floats:
        return np.where(keys > self.high, 1.0, 0.0)

    def quantiles(self, probabilities: Floats) -> Floats:
        return np.where(probabilities > 0.5, self.high, self.low)  # noqa: PLR2004, the nearer end


def heat_of(windows: Sequence[Shape | None], baseline: Shape | None) -> Heat | None:
    """Args: windows: oldest first. The newest that has a shape says whether it is numbers or categories."""
    newest = next((shape for shape in reversed(windows) if shape is not None), None)
    if newest is None:
        return None
    if isinstance(newest, Categories):
        return _by_category(
            [shape if isinstance(shape, Categories) else None for shape in windows],
            baseline if isinstance(baseline, Categories) else None,
        )
    return _by_number(
        [None if isinstance(shape, Categories) else shape for shape in windows],
        None if isinstance(baseline, Categories) else baseline,
    )


def encoded(shares: Floats | None) -> str | None:
    """Thousandths, two characters each to the base of 36: a page holds many thousands of them."""
    if shares is None:
        return None
    whole = np.rint(np.clip(shares, 0.0, 1.0) * _THOUSANDTHS).astype(int).tolist()
    return "".join(_DIGITS[each // 36] + _DIGITS[each % 36] for each in whole)


def _by_number(windows: Sequence[Numbers | None], baseline: Numbers | None) -> Heat:
    shapes = [shape for shape in (*windows, baseline) if shape is not None]
    values = _distinct(shapes)
    if values is not None:
        ends = np.append(values[1:], np.inf)
        return _heat(tuple(number(value) for value in values.tolist()), windows, baseline, values, ends)
    edges = _edges([shape for shape in windows if shape is not None], baseline)
    starts, ends = np.concatenate(([-np.inf], edges)), np.concatenate((edges, [np.inf]))
    texts = tuple(f"{number(low)} to {number(high)}" for low, high in pairwise(edges.tolist()))
    rows = (f"below {number(float(edges[0]))}", *texts, f"{number(float(edges[-1]))} and more")
    heat = _heat(rows, windows, baseline, starts, ends)
    return _without_empty_ends(heat)


def _heat(
    rows: tuple[str, ...], windows: Sequence[Numbers | None], baseline: Numbers | None, starts: Floats, ends: Floats
) -> Heat:
    def shares(shape: Numbers | None) -> Floats | None:
        return None if shape is None else shape.shares_below(ends) - shape.shares_below(starts)

    return Heat(rows, True, tuple(map(shares, windows)), shares(baseline))


def _without_empty_ends(heat: Heat) -> Heat:
    columns = [column for column in (*heat.windows, heat.baseline) if column is not None]
    smallest = 0.5 / _THOUSANDTHS
    first = 0 if any(column[0] > smallest for column in columns) else 1
    last = len(heat.rows) if any(column[-1] > smallest for column in columns) else len(heat.rows) - 1
    return Heat(
        heat.rows[first:last],
        True,
        tuple(None if column is None else column[first:last] for column in heat.windows),
        None if heat.baseline is None else heat.baseline[first:last],
    )


def _distinct(shapes: Sequence[Numbers]) -> Floats | None:
    """All values, if every shape knows its own and they are few."""
    values = [np.array(shape.values) for shape in shapes if isinstance(shape, Masses)]
    if len(values) < len(shapes):
        return None
    distinct = np.unique(np.concatenate(values))
    return distinct if len(distinct) <= MOST_ROWS else None


def _edges(windows: Sequence[Numbers], baseline: Numbers | None) -> Floats:
    """Over what most rows of all windows are in, and most rows of the baseline."""
    tail = _TAIL if len(windows) < _FEW_WINDOWS else _TAIL_OF_MANY
    low, high = _range(windows, tail)
    if baseline is not None:
        then = _range([baseline], _TAIL)
        low, high = min(low, then[0]), max(high, then[1])
    return bin_edges([_Span(low, high)])


def _range(shapes: Sequence[Numbers], tail: float) -> tuple[float, float]:
    """Of the mixture of the distributions, each without its own outermost rows."""
    points = [_points(shape) for shape in shapes]
    values, shares = np.concatenate([each for each, _ in points]), np.concatenate([each for _, each in points])
    order = np.argsort(values, kind="stable")
    below = np.cumsum(shares[order]) / shares.sum()
    first = int(np.searchsorted(below, tail, side="left"))
    last = int(np.searchsorted(below, 1.0 - tail, side="right"))
    return float(values[order[first]]), float(values[order[min(last, len(order) - 1)]])


def _points(shape: Numbers) -> tuple[Floats, Floats]:
    """Values, and the share of the rows that each stands for."""
    if isinstance(shape, Quantiles):
        return np.array(shape.values[1:-1]), np.gradient(PROBABILITIES[1:-1])
    return np.array(shape.values), np.array(shape.shares)


def _by_category(windows: Sequence[Categories | None], baseline: Categories | None) -> Heat:
    """The categories that are most frequent anywhere; all others share the last row."""
    known = [dict(zip(shape.names, shape.shares, strict=True)) if shape else None for shape in windows]
    then = dict(zip(baseline.names, baseline.shares, strict=True)) if baseline else None
    most: dict[str, float] = {}
    for shares in (*known, then):
        for name, share in (shares or {}).items():
            most[name] = max(most.get(name, 0.0), share)
    names = sorted(most, key=lambda name: (-most[name], name))[:MOST_ROWS]

    def column(shares: dict[str, float] | None) -> Floats | None:
        return None if shares is None else np.array([shares.get(name, 0.0) for name in names])

    columns = [column(shares) for shares in known]
    base = column(then)
    rest = [None if each is None else 1.0 - float(each.sum()) for each in (*columns, base)]
    rows = tuple(map(shown, names))
    if any(share is not None and share > 0.5 / _THOUSANDTHS for share in rest):
        rows = (*rows, "all others")
        columns = [_with(each, share) for each, share in zip(columns, rest[:-1], strict=True)]
        base = _with(base, rest[-1])
    return Heat(rows, False, tuple(columns), base)


def _with(column: Floats | None, share: float | None) -> Floats | None:
    return None if column is None or share is None else np.append(column, max(0.0, share))
