"""Whether the first row of a CSV file is a header, and how sure that is.

Each cell of the first row is weighed against the cells below it. A weight is roughly the logarithm of how much likelier
the cell is as a name than as one more value of its column; the sum decides, and how far it is from zero says how sure
that is. A name is a text above numbers, or one that the column does not have; it is never a decimal number, a boolean
or a word for a missing value, and no two names are alike. Numbers can be names as well: pandas names columns 0, 1, 2,
and tables have columns for years.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from driftline.domain.capture.cells import parse_number
from driftline.domain.capture.header_line import NOT_NAMES

_CERTAIN = 4.0
"""A sum beyond this is no guess: the other reading is some 50 times less likely."""
_STRONG, _CONTRARY = 6.0, -6.0
_UNSEEN = 4.0
"""Limit of the weight of a value that the rows below do not have: they are a sample."""
_FEW = 10  # cells below which a number among texts says little
_LONGEST_NAME = 64
_NAME = re.compile(r"[^\W\d][^\n@|\\]*")
_WHOLE = re.compile(r"\d+")
_NOT_NAMES = NOT_NAMES | {"n/a", "#n/a", "nil", "missing", "unknown"}
"""In a payload of a few rows these may be categories like others; here there are rows enough to tell."""


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """Whether there is a header; `certain` is False if the other reading is possible, too."""

    header: bool
    certain: bool


def find_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> HeaderGuess:
    """Decides from the first row and some of the next ones; without any, the row is data."""
    cells = [cell.strip() for cell in first]
    names = [cell for index, cell in enumerate(cells) if cell or index]
    if not names or len(set(names)) < len(names):
        return HeaderGuess(header=False, certain=True)  # a header names each column, and no two alike
    if not others:
        return HeaderGuess(header=False, certain=all(parse_number(cell) is not None for cell in cells))
    columns = [
        [cell for row in others if (cell := row[index].strip())] for index in range(min(map(len, [first, *others])))
    ]
    weight = _of_sequence(names) + sum(
        _of_cell(cell, column, first=not index)
        for index, (cell, column) in enumerate(zip(cells, columns, strict=False))
    )
    return HeaderGuess(header=weight > 0, certain=abs(weight) >= _CERTAIN)


def _of_sequence(names: Sequence[str]) -> float:
    """Numbers that only count: pandas' own names, from 0 on, or years. The more there are, the less it is chance.

    Other numbers in every cell are values.
    """
    numbers = [name for name in names if _WHOLE.fullmatch(name)]
    all_of_them = len(numbers) == len(names)
    if len(numbers) < 2 or not _counts(numbers):  # noqa: PLR2004 - one number does not count
        return -_CERTAIN if all_of_them else 0.0
    if all_of_them and len(numbers) == 2:  # noqa: PLR2004 - chance
        return -1.0
    return 3.0 * len(numbers) if int(numbers[0]) == 0 else 2.5 * len(numbers) - 3.0


def _counts(numbers: Sequence[str]) -> bool:
    return all(int(after) == int(before) + 1 for before, after in pairwise(numbers))


def _of_cell(cell: str, column: Sequence[str], *, first: bool) -> float:
    """The weight of one cell against its column; see above."""
    if not cell:
        return _of_empty(column) if first else -_UNSEEN
    if cell.lower() in _NOT_NAMES:
        return _CONTRARY
    values = [number[0] for value in column if (number := parse_number(value)) is not None]
    if parse_number(cell) is not None:
        return _of_number(cell, column, values)
    plain = all(parse_number(value) is not None or value.lower() in _NOT_NAMES for value in column)
    if column and plain:
        return _STRONG if any(map(str.isalpha, cell)) else 0.0
    return _of_text(cell, column)


def _of_empty(column: Sequence[str]) -> float:
    """pandas writes its index without a name."""
    return _STRONG if list(column) == [str(index) for index in range(len(column))] else 0.0


def _of_number(cell: str, column: Sequence[str], values: Sequence[float]) -> float:
    if not _WHOLE.fullmatch(cell):
        return _CONTRARY  # decimals and negative numbers name nothing
    if not values:
        return 0.0 if not column else 3.0 if len(column) >= _FEW else 1.0
    if len(values) < len(column):
        return 0.0
    low, high = min(values), max(values)
    if cell in column:
        return -2.0
    # Far outside, and not the first step of numbers that rise.
    far = max(low - float(cell), float(cell) - high) > max(high - low, 1.0)
    return log((len(values) + 1) / 2) if far else -1.0


def _of_text(cell: str, column: Sequence[str]) -> float:
    if cell in column:
        return _CONTRARY
    once = sum(column.count(value) == 1 for value in set(column))
    unseen = min(_UNSEEN, log((len(column) + 1) / (once + 1)))
    name = 0.7 if len(cell) <= _LONGEST_NAME and _NAME.fullmatch(cell) else -1.0
    return unseen + name
