"""CSV payloads as rows of cells, and rows of cells as CSV lines."""

import csv
import re
import sys
from collections.abc import Sequence
from io import TextIOBase
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from driftline.domain.capture.json_rows import PayloadError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

type Cells = list[str]


class CsvCell(str):
    """The text of a CSV cell among values by name. CSV has no types: whether it is a number, its text decides."""

    __slots__ = ()


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_COMMA, _LINE_END = b",\n"
_QUOTED = ('"', ",", "\n", "\r")
_NOT_PLAIN = ('"', "\n", "\r")


def csv_reader(text: str | TextIOBase, separator: str = ",") -> "CsvReader":
    """Reads CSV, a text or an open file, with cells of any length: who limits texts limits cells.

    The csv module's limit of 131,072 characters is one for the process, and a cell beyond it costs the whole text.
    """
    csv.field_size_limit(sys.maxsize)
    # Line by line: StringIO would take four bytes for each character.
    lines = (found[0] for found in _LINE.finditer(text)) if isinstance(text, str) else text
    return csv.reader(lines, strict=True, delimiter=separator)


def rows_of_csv(text: str) -> list[Cells]:
    """The rows of a header-less CSV payload (RFC 4180: commas, double quotes); blank lines are ignored.

    Raises:
        PayloadError: quotes that do not close.
    """
    if '"' not in text and "\r" not in text:
        return [line.split(",") for line in text.split("\n") if line]
    try:
        return [cells for cells in csv_reader(text) if cells]
    except csv.Error as error:
        raise PayloadError(f"not CSV ({error})") from None


def csv_line(cells: Sequence[str]) -> str:
    """One row as a CSV line without its line end; the inverse of `rows_of_csv` for one row."""
    line = ",".join(cells)
    if not line and len(cells) == 1:
        return '""'  # an empty line would be ignored
    if line.count(",") == len(cells) - 1 and not any(mark in line for mark in _QUOTED if mark != ","):
        return line
    return ",".join(_quoted(cell) for cell in cells)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in _QUOTED) else cell


def single_lines(payloads: list[str]) -> list[str] | None:
    """Payloads that are one CSV line each, without line ends; None if any is not, or has a quote."""
    lines = list(map(str.removesuffix, payloads, repeat("\n")))
    if not all(lines) or any(mark in line for line in lines for mark in _NOT_PLAIN):
        return None
    return lines


def paired_lines(outputs: list[str], inputs: list[str]) -> tuple[bytes, int, int] | None:
    """Both sides of many records as one text, one line each, and the number of fields of outputs and inputs.

    None if any payload is not a single line or has a quote, or if the numbers of fields differ.
    """
    outputs, inputs = _without_line_ends(outputs), _without_line_ends(inputs)
    if not all(outputs) or not all(inputs):
        return None
    output_width = _uniform_width("\n".join(outputs).encode(), len(outputs))
    text = "\n".join(map(",".join, zip(outputs, inputs, strict=True)))
    if output_width is None or '"' in text or "\r" in text:
        return None
    encoded = text.encode()
    width = _uniform_width(encoded, len(inputs))
    return None if width is None else (encoded, output_width, width - output_width)


def _without_line_ends(payloads: list[str]) -> list[str]:
    """Unchanged if the first has no line end: if others have one, their widths differ."""
    return list(map(str.removesuffix, payloads, repeat("\n"))) if payloads[0].endswith("\n") else payloads


def _uniform_width(text: bytes, lines: int) -> int | None:
    """The number of fields of every line; None if they differ, or if the number of lines is wrong.

    All separators are found at once: counting them line by line takes as long as decoding the JSON around them.
    """
    raw = np.frombuffer(text, dtype=np.uint8)
    separators = raw[np.flatnonzero((raw == _COMMA) | (raw == _LINE_END))]
    width = text.partition(b"\n")[0].count(b",") + 1
    is_end = separators == _LINE_END
    if len(separators) != lines * width - 1 or np.count_nonzero(is_end) != lines - 1:
        return None
    return width if is_end[width - 1 :: width].all() else None
