"""Whether the first line of a CSV payload is a header.

Data capture writes what clients send, and some send what pandas' `to_csv` writes. A header has names: texts, each only
once, none of them a number, a boolean or a word for a missing value. (One empty cell is allowed at the start: the index
column that pandas writes.)
"""

from collections.abc import Sequence

from driftline.domain.capture.cells import parse_number
from driftline.domain.capture.csv_rows import Cells

_NOT_NAMES = frozenset({"true", "false", "nan", "na", "null", "none", "inf", "infinity"})


def may_be_header(rows: Sequence[Cells]) -> bool:
    """Whether the first of several rows, all of one width, has nothing but names."""
    first = rows[0] if len(rows) > 1 else []
    if any(len(row) != len(first) for row in rows):
        return False
    names = [cell for at, cell in enumerate(first) if cell or at]
    return bool(names) and len(set(names)) == len(names) and all(map(_may_be_name, names))


def is_header(rows: Sequence[Cells]) -> bool:
    """Whether the first row has names, and the rows below have a column with nothing but numbers and booleans."""
    if not may_be_header(rows):
        return False
    columns = [[row[at] for row in rows[1:] if row[at]] for at in range(len(rows[0]))]
    return any(column and not any(map(_may_be_name, column)) for column in columns)


def header_names(first: Cells) -> list[str]:
    """The names of a header; an empty one is `_c<position>`, as SageMaker names columns without a name."""
    return [cell.strip() or f"_c{at}" for at, cell in enumerate(first)]


def _may_be_name(cell: str) -> bool:
    return bool(cell.strip()) and parse_number(cell) is None and cell.strip().lower() not in _NOT_NAMES
