"""Values of features as they were captured: numbers or categories, and where among all of them each one is."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from driftline.kinds.model_explainability.rules.summary import ExplainedRow
from driftline.presentation.distributions import LARGEST

MOST_ROWS = 300
"""Rows that are drawn; more points hide each other and make the page heavy."""

MOST_CATEGORIES = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A feature's value in a row, as a text, and what it contributes there."""

    value: str | None
    attribution: float


def drawn_rows(rows: Sequence[ExplainedRow]) -> list[ExplainedRow]:
    """At most so many, evenly from all."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    return [rows[i * len(rows) // MOST_ROWS] for i in range(MOST_ROWS)]


def pairs_of(rows: Iterable[ExplainedRow], feature: int, output: int) -> list[Pair]:
    """Of the rows that have both; by their places in `shown` and `outputs`."""
    return [
        Pair(row.values[feature], row.attributions[output][feature])
        for row in rows
        if output < len(row.attributions)
        and feature < min(len(row.values), len(row.attributions[output]))
        and abs(row.attributions[output][feature]) <= LARGEST  # False of NaN, too.
    ]


def numbers_of(values: Iterable[str | None]) -> list[float | None] | None:
    """The values as numbers, None where one is missing; None altogether if one is not a number, or all are missing."""
    found: list[float | None] = []
    for value in values:
        number = None if value is None else _number(value)
        if value is not None and number is None:
            return None
        found.append(number)
    return found if any(each is not None for each in found) else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= LARGEST else None


def levels(values: Sequence[float | None]) -> list[float | None]:
    """Where each number is among all: 0 of the lowest, 1 of the highest, by rank, so that one that is far out does not
    press all others together. Half of equal ones count as lower."""
    ordered = sorted(each for each in values if each is not None)
    if not ordered:
        return [None] * len(values)

    def rank(value: float) -> float:
        return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2

    low, high = rank(ordered[0]), rank(ordered[-1])
    span = high - low
    return [None if each is None else (rank(each) - low) / span if span else 0.5 for each in values]


def categories_of(values: Iterable[str | None]) -> list[str]:
    """The most frequent ones first, equally frequent ones by name."""
    counts = Counter(each for each in values if each is not None)
    return sorted(counts, key=lambda each: (-counts[each], each))[:MOST_CATEGORIES]
