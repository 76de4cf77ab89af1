"""Whether the first line of a CSV payload is a header.

Data capture writes what clients send, and some send what pandas' `to_csv` writes. A payload has few rows, often one, so
that little can be learned from the cells below (as `datasets/header.py` does); but the other side of the record has a
number of rows as well. (One empty cell is allowed at the start: the index column that pandas writes.)
"""

import re
from collections.abc import Sequence

from driftline.domain.capture.cells import parse_number
from driftline.domain.capture.csv_rows import Cells

NOT_NAMES = frozenset({"true", "false", "nan", "na", "null", "none", "inf", "infinity"})
"""Words that are values wherever they are, in lower case."""

_WHOLE = re.compile(r"[0-9]+")


def may_be_header(rows: Sequence[Cells]) -> bool:
    """Whether the first of several rows, all of one width, can be a header, which the number of rows has to confirm.

    Its cells are texts, each only once. Whole numbers may be among them, as columns for years; nothing but whole
    numbers are names if they are pandas' own: 0, 1, 2 …
    """
    names = _cells_of_first(rows)
    if len(names) > 1 and names == [str(at) for at in range(len(names))]:
        return True
    return any(map(_may_be_name, names)) and all(_WHOLE.fullmatch(name) or _may_be_name(name) for name in names)


def is_header(rows: Sequence[Cells]) -> bool:
    """Whether the first row is certainly one: nothing but texts, above a column of nothing but numbers and booleans."""
    names = _cells_of_first(rows)
    if not names or not all(map(_may_be_name, names)):
        return False
    columns = [[row[at] for row in rows[1:] if row[at]] for at in range(len(rows[0]))]
    return any(column and not any(map(_may_be_name, column)) for column in columns)


def header_names(first: Cells) -> list[str]:
    """The names of a header; an empty one is `_c<position>`, as SageMaker names columns without a name."""
    return [cell.strip() or f"_c{at}" for at, cell in enumerate(first)]


def _cells_of_first(rows: Sequence[Cells]) -> list[str]:
    """The cells of the first of several rows, if all rows are of one width and no two of the cells are alike."""
    first = rows[0] if len(rows) > 1 else []
    if any(len(row) != len(first) for row in rows):
        return []
    names = [cell.strip() for at, cell in enumerate(first) if cell or at]
    return names if len(set(names)) == len(names) else []


def _may_be_name(cell: str) -> bool:
    return bool(cell.strip()) and parse_number(cell) is None and cell.strip().lower() not in NOT_NAMES
