"""Whether the first row of a CSV file is a header."""

import re
from collections.abc import Sequence

from driftline.domain.capture.cells import parse_number

_IDENTIFIER = re.compile(r"[^\W\d][\w .:/()%#'\-]*")
_NOT_NAMES = {"true", "false", "nan", "na", "null", "none", "inf", "infinity"}


def is_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Decides from the first row and some of the next ones.

    A header has names: texts, each only once, none of them a number, a boolean or a word for a missing value. (One
    empty cell is allowed at the start: the index column that pandas writes.) A row of texts looks the same, so the rows
    below have to differ: some column has only numbers or booleans there; or, if there is no such column, all names look
    like identifiers and none of them occurs as a value of its column. Without rows below there is nothing to compare,
    and the row counts as data.
    """
    names = [cell for index, cell in enumerate(first) if cell or index]
    if not names or not others or len(set(names)) < len(names) or not all(map(_may_be_name, names)):
        return False
    columns = [[row[index] for row in others if index < len(row) and row[index]] for index in range(len(first))]
    if any(column and not any(map(_may_be_name, column)) for column in columns):
        return True
    repeated = any(name in column for name, column in zip(first, columns, strict=True))
    return not repeated and all(map(_IDENTIFIER.fullmatch, names))


def _may_be_name(cell: str) -> bool:
    return bool(cell.strip()) and parse_number(cell) is None and cell.lower() not in _NOT_NAMES


def header_names(first: Sequence[str]) -> list[str]:
    """The names of a header; an empty one is `_c<position>`, as SageMaker names columns without a name."""
    return [cell.strip() or f"_c{index}" for index, cell in enumerate(first)]
