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


def single_lines(payloads: list[str]) -> list[str] | None:
    """Payloads that are one CSV line each, without their line ends; None unless all are, without any quote."""
    joined = "\n".join(payloads)
    if '"' in joined or "\r" in joined:
        return None
    if joined.count("\n") != len(payloads) - 1:
        payloads = list(map(str.removesuffix, payloads, repeat("\n")))
        if sum(map(str.count, payloads, repeat("\n"))):
            return None
    return payloads if all(payloads) else None


def uniform_width(lines: list[str]) -> int | None:
    """The number of fields that every line has, lines without quotes; None when they differ.

    All separators are found at once: counting them line by line takes as long as decoding the JSON around them.
    """
    raw = np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
    separators = raw[np.flatnonzero((raw == _COMMA) | (raw == _LINE_END))]
    width = lines[0].count(",") + 1
    line_ends = separators[width - 1 :: width]
    if len(separators) != len(lines) * width - 1 or not np.all(line_ends == _LINE_END):
        return None
    return width
