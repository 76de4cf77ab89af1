"""Whether the first row of a CSV file is a header."""

import re
from collections.abc import Sequence

from driftline.domain.capture.cells import parse_number

_NAME = re.compile(r"[^\W\d][\w .:/()%#\-]*")
_NOT_NAMES = {"true", "false", "nan", "na", "null", "none", "inf", "infinity"}


def is_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Decides from the first row and some of the next ones.

    A header has names: texts that begin with a letter, each only once. (One empty cell is allowed at the start: the
    index column that pandas writes.) That alone does not tell a header from a row of texts, so the rows below must
    differ: some column has a number or a boolean there, or, where all columns are texts, no column repeats its name as
    a value. Without rows below there is nothing to go by, and the row counts as data.
    """
    names = [cell for index, cell in enumerate(first) if cell or index]
    if not names or not others or len(set(names)) < len(names) or not all(map(_is_name, names)):
        return False
    columns = [[row[index] for row in others if index < len(row) and row[index]] for index in range(len(first))]
    if any(parse_number(cell) is not None or cell in ("true", "false") for column in columns for cell in column):
        return True
    return not any(name in column for name, column in zip(first, columns, strict=True))


def _is_name(cell: str) -> bool:
    return _NAME.fullmatch(cell) is not None and cell.lower() not in _NOT_NAMES


def header_names(first: Sequence[str]) -> list[str]:
    """The names of a header; an empty one is `_c<position>`, as SageMaker names columns without a name."""
    return [cell.strip() or f"_c{index}" for index, cell in enumerate(first)]
