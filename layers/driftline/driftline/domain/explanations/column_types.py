"""Whether a feature is a number, a category or free text, for background rows and partial dependence.

The rule, after Clarify's for its bias metrics (smclarify's `series_datatype`); `u` is the number of distinct values
divided by the number of values that are there; the first rule that fits counts:

1. at most two distinct values, or none: categorical. (Clarify takes a 0/1 column of fewer than 41 rows for numerical.)
2. numbers of which at least one is a fraction: numerical.
3. whole numbers, also as texts: numerical if u >= 0.05, otherwise categorical. 3.0 is a whole number here, because a
   matrix of numbers does not tell it from 3.
4. other texts: free text if u >= 0.05 and they have three words on average or more than 100 distinct values (sentences,
   identifiers), otherwise categorical. Clarify's own rule for free text is not published.
5. anything else, such as true and false: categorical.

Missing values (None, NaN, an empty text) do not count.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import isnan
from numbers import Real

from driftline.domain.explanations.asking import Cells

UNIQUENESS = 0.05
"""Clarify's `UNIQUENESS_THRESHOLD`."""

MOST_CATEGORIES = 100
"""A text column of more distinct values, of which many occur once, is free text."""

_FEW = 2
_WORDS = 3


class ColumnType(StrEnum):
    """Clarify's `data_type` in analysis.json."""

    NUMERICAL = "numerical"
    CATEGORICAL = "categorical"
    FREE_TEXT = "free_text"


def is_missing(cell: object) -> bool:
    """None, NaN and the empty text."""
    return cell is None or cell == "" or (isinstance(cell, Real) and isnan(cell))


def column_type(cells: Iterable[object]) -> ColumnType:
    """The type of a column by its cells; see the module."""
    present = [cell for cell in cells if not is_missing(cell)]
    distinct = set(present)
    if len(distinct) <= _FEW:
        return ColumnType.CATEGORICAL
    various = len(distinct) / len(present) >= UNIQUENESS
    if all(_is_number(cell) for cell in distinct):
        whole = all(float(cell).is_integer() for cell in distinct)  # type: ignore[arg-type]
        return ColumnType.NUMERICAL if various or not whole else ColumnType.CATEGORICAL
    if various and all(map(_is_whole, distinct)):
        return ColumnType.NUMERICAL
    if various and all(isinstance(cell, str) for cell in distinct):
        words = sum(len(str(cell).split()) for cell in present) / len(present)
        if words >= _WORDS or len(distinct) > MOST_CATEGORIES:
            return ColumnType.FREE_TEXT
    return ColumnType.CATEGORICAL


def column_types(rows: Cells) -> tuple[ColumnType, ...]:
    """The type of each column of a matrix of rows."""
    return tuple(column_type(rows[:, place].tolist()) for place in range(rows.shape[1]))


def _is_number(cell: object) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _is_whole(cell: object) -> bool:
    """A whole number, or a text that is one."""
    if _is_number(cell):
        return float(cell).is_integer()  # type: ignore[arg-type]
    try:
        return isinstance(cell, str) and int(cell) is not None
    except ValueError:
        return False
