"""CSV payloads as rows of cells, and rows of cells as CSV lines."""

import csv
from collections.abc import Sequence
from io import StringIO
from itertools import repeat

import numpy as np

from driftline.domain.capture.json_rows import PayloadError

type Cells = list[str]

_COMMA, _LINE_END = b",\n"
_QUOTED = ('"', ",", "\n", "\r")


def rows_of_csv(text: str) -> list[Cells]:
    """The rows of a header-less CSV payload (RFC 4180: commas, double quotes); blank lines are no rows.

    Raises:
        PayloadError: quotes that do not close, or a field beyond the csv module's limit.
    """
    if '"' not in text and "\r" not in text:
        return [line.split(",") for line in text.split("\n") if line]
    try:
        return [cells for cells in csv.reader(StringIO(text, newline=""), strict=True) if cells]
    except csv.Error as error:
        raise PayloadError(f"no CSV ({error})") from None


def csv_line(cells: Sequence[str]) -> str:
    """One row as a CSV line without its line end; the inverse of `rows_of_csv` for one row."""
    line = ",".join(cells)
    if not line and len(cells) == 1:
        return '""'  # an empty line would be no row
    if line.count(",") == len(cells) - 1 and not any(mark in line for mark in _QUOTED if mark != ","):
        return line
    return ",".join(_quoted(cell) for cell in cells)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in _QUOTED) else cell


def single_lines(payloads: list[str]) -> tuple[list[str], int | None] | None:
    """Payloads that are one CSV line each, without their line ends, and the number of fields that all of them have.

    The number is None when they differ. None for all when any payload is not one line or holds a quote.
    """
    joined = "\n".join(payloads)
    if '"' in joined or "\r" in joined or not all(payloads):
        return None
    width = _uniform_width(joined, payloads)
    if width is not None:
        return payloads, width
    lines = list(map(str.removesuffix, payloads, repeat("\n")))
    if not all(lines) or any("\n" in line for line in lines):
        return None
    return lines, _uniform_width("\n".join(lines), lines)


def _uniform_width(joined: str, lines: list[str]) -> int | None:
    """The number of fields that every line has; None when they differ, or when a line holds a line end.

    All separators are found at once: counting them line by line takes as long as decoding the JSON around them.
    """
    raw = np.frombuffer(joined.encode(), dtype=np.uint8)
    separators = raw[np.flatnonzero((raw == _COMMA) | (raw == _LINE_END))]
    width = lines[0].count(",") + 1
    is_end = separators == _LINE_END
    if len(separators) != len(lines) * width - 1 or np.count_nonzero(is_end) != len(lines) - 1:
        return None
    return width if is_end[width - 1 :: width].all() else None
