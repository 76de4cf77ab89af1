"""CSV files, block by block: RFC 4180, UTF-8, with or without a header; commas, or what stands for them."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.capture.columns import CsvToColumns
from driftline.domain.capture.csv_rows import csv_reader
from driftline.domain.capture.header_line import header_names
from driftline.domain.capture.separators import has_decimal_commas, separator_of
from driftline.domain.datasets import Batch, RowBatch, refuse_many_columns
from driftline.domain.errors import InvalidInputError
from driftline.usecases.baselines.datasets.batch import BLOCK_BYTES, LONGEST_ROW
from driftline.usecases.baselines.datasets.header import find_header

_SAMPLE_ROWS = 200
_BOM = b"\xef\xbb\xbf"

type Row = list[str]


@dataclass(frozen=True, slots=True)
class CsvShape:
    """What the first file of a data set settles for all of them.

    Attributes:
        assumed: What had to be guessed, and how to state it; empty if nothing.
    """

    names: tuple[str, ...]
    header: bool
    assumed: str = ""


def csv_batches(
    csv_to_columns: CsvToColumns, stream: BinaryIO, name: str, shape: CsvShape | None, *, header: bool | None
) -> Iterator[tuple[CsvShape, Batch]]:
    """Yields the file's rows as columns, under the shape that they have; see `_read`."""
    return _read(stream, name, shape, header, partial(_plain_batch, csv_to_columns), _batch)


def csv_row_batches(
    stream: BinaryIO, name: str, shape: CsvShape | None, *, header: bool | None
) -> Iterator[tuple[CsvShape, RowBatch]]:
    """Yields the file's rows as they stand there, under the shape that they have; see `_read`."""
    return _read(stream, name, shape, header, None, lambda rows, shape: RowBatch(rows, shape.names))


def _read[T](
    stream: BinaryIO,
    name: str,
    shape: CsvShape | None,
    header: bool | None,
    of_plain: Callable[[bytes, CsvShape], T | None] | None,
    of_rows: Callable[[Sequence[Row], CsvShape], T],
) -> Iterator[tuple[CsvShape, T]]:
    """Block by block, what is made of its rows.

    Args:
        stream: The file's bytes, decompressed.
        name: The file, as errors name it.
        shape: Of the files before; the first one finds it out.
        header: Whether there is one; None to find out.
        of_plain: What is made of a block without looking at its rows; None where a closer look is due.
        of_rows: What is made of the rows of a block.

    Raises:
        InvalidInputError: with the line: cells too many or too few, quotes that do not close, not UTF-8, another
            header than the first file.
    """
    line, fresh, first_file, separator = 1, True, False, ","
    for block in _blocks(stream, name):
        if fresh:
            separator = separator_of(block[:BLOCK_BYTES].decode(errors="replace"))
        fast = of_plain if separator == "," and not fresh else None
        if fast and shape is not None and (made := fast(block, shape)):
            line += block.count(b"\n")
            yield shape, made
            continue
        rows = _rows(block, name, line, separator)
        if not rows:
            line += block.count(b"\n")
            continue
        if fresh and separator != ",":
            _refuse_decimal_commas(rows, name)
        if shape is None:
            shape = _shape_of(rows, name, header)
            refuse_many_columns(len(shape.names), name)
            first_file = True
        if fresh and shape.header:
            _check_header(rows[0][1], shape, name)
            rows = rows[1:]
        elif fresh and header is None and not first_file:
            _check_no_header(rows, name)
        fresh = False
        _check_width(rows, shape, name)
        line += block.count(b"\n")
        yield shape, of_rows([row for _, row in rows], shape)


def _batch(rows: Sequence[Row], shape: CsvShape) -> Batch:
    columns = [texts_to_columns(cells) for cells in zip(*rows, strict=True)]
    return Batch(len(rows), dict(zip(shape.names, columns, strict=True)) if rows else {})


def _plain_batch(csv_to_columns: CsvToColumns, block: bytes, shape: CsvShape) -> Batch | None:
    """The rows of a block that needs no parsing of quotes, the fast way; None where a closer look is due."""
    if b'"' in block or b"\r" in block or b"\n\n" in block or block.startswith(b"\n"):
        return None
    try:
        columns = csv_to_columns(block, len(shape.names))
    except ValueError:  # no UTF-8, or a row of another width: the closer look names the line
        return None
    rows = block.count(b"\n") + (not block.endswith(b"\n"))
    return Batch(rows, dict(zip(shape.names, columns, strict=True)))


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Blocks of whole rows: they end with a line feed that no quotes enclose (an even number of quotes before it)."""
    line = 1
    rest = stream.read(len(_BOM)).removeprefix(_BOM)
    while block := stream.read(BLOCK_BYTES):
        rest += block
        end = _last_row_end(rest)
        if end:
            yield rest[:end]
            line += rest.count(b"\n", 0, end)
            rest = rest[end:]
        elif len(rest) > LONGEST_ROW:
            raise InvalidInputError(
                f"a row that does not end within {LONGEST_ROW:,} bytes",
                where=f"{name}, line {line}",
                expected="double quotes in pairs, and a line feed after each row",
                mend="Look for a quote that is not closed, and double the quotes inside a cell.",
            )
    if rest:
        yield rest


def _last_row_end(data: bytes) -> int:
    """Where the last whole row ends; 0 if no row does."""
    quotes = data.count(b'"')
    end = len(data)
    while (feed := data.rfind(b"\n", 0, end)) >= 0:
        quotes -= data.count(b'"', feed, end)
        if quotes % 2 == 0:
            return feed + 1
        end = feed
    return 0


def _rows(block: bytes, name: str, line: int, separator: str) -> list[tuple[int, Row]]:
    """(line number, cells) of each row; blank lines are ignored."""
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        raise _no_text(f"byte 0x{block[error.start]:02x} is not UTF-8", block, error.start, name, line) from None
    if "\0" in text:
        raise _no_text("a NUL byte", block, block.index(0), name, line)
    if '"' not in text and "\r" not in text:
        return [(line + index, row.split(separator)) for index, row in enumerate(text.split("\n")) if row]
    reader = csv_reader(text, separator)
    rows: list[tuple[int, Row]] = []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append((line + before, row))
            before = reader.line_num
    except csv.Error as error:
        raise InvalidInputError(
            f"not CSV: {error}",
            where=f"{name}, line {line + before}",
            expected="cells in double quotes that close before the next comma",
            mend="Double the quotes inside a cell, or drop them.",
        ) from None
    return rows


def _no_text(what: str, block: bytes, at: int, name: str, line: int) -> InvalidInputError:
    return InvalidInputError(
        what,
        where=f"{name}, line {line + block.count(b'\n', 0, at)}",
        expected="CSV in UTF-8",
        mend="Save the file as UTF-8 and upload it again.",
    )


def _refuse_decimal_commas(rows: Sequence[tuple[int, Row]], name: str) -> None:
    """As texts, such numbers would be a category with thousands of values."""
    sample = [row for _, row in islice(rows, 1, _SAMPLE_ROWS)]
    for index, cells in enumerate(zip(*sample, strict=False)):
        if has_decimal_commas(list(cells)):
            raise InvalidInputError(
                f"column {index + 1} has numbers with a decimal comma: {next(cell for cell in cells if ',' in cell)}",
                where=name,
                expected="numbers with a decimal point, such as 3.5",
                mend="Export the file with decimal points.",
            )


def _shape_of(rows: Sequence[tuple[int, Row]], name: str, header: bool | None) -> CsvShape:
    first, assumed = rows[0][1], ""
    if header is None:
        guess = find_header(first, [row for _, row in islice(rows, 1, _SAMPLE_ROWS)])
        header = guess.header
        assumed = "" if guess.certain else _assumed(name, first, header=header)
    names = header_names(first) if header else [f"_c{index}" for index in range(len(first))]
    if len(set(names)) < len(names):
        twice = sorted({each for each in names if names.count(each) > 1})
        raise InvalidInputError(
            f"the header names {', '.join(twice)} more than once",
            where=f"{name}, line {rows[0][0]}",
            expected="a name for each column, each only once",
        )
    return CsvShape(tuple(names), header, assumed)


def _assumed(name: str, first: Row, *, header: bool) -> str:
    taken, flag = ("the header", "--no-header") if header else ("data", "--header")
    stated = json.dumps({"csv": {"header": not header}})
    return (
        f"The first row of {name} was taken for {taken}: {_shown(first)}. If it is not, state it: "
        f"`driftline baseline {flag}`, or {stated} in input/_format.json."
    )


def _check_header(first: Row, shape: CsvShape, name: str) -> None:
    if tuple(header_names(first)) != shape.names:
        raise InvalidInputError(
            f"the header differs from the first file's: {_shown(first)}",
            where=f"{name}, line 1",
            expected=f"{_shown(shape.names)}",
            mend="Give all files of the data set the same header, or none.",
        )


def _check_no_header(rows: Sequence[tuple[int, Row]], name: str) -> None:
    first = rows[0][1]
    guess = find_header(first, [row for _, row in islice(rows, 1, _SAMPLE_ROWS)])
    if guess.header and guess.certain:
        raise InvalidInputError(
            f"a header, which the first file does not have: {_shown(first)}",
            where=f"{name}, line {rows[0][0]}",
            expected="a header in all files of the data set, or in none",
            mend="Give all files of the data set the same header, or none.",
        )


def _check_width(rows: Sequence[tuple[int, Row]], shape: CsvShape, name: str) -> None:
    width = len(shape.names)
    for number, row in rows:
        if len(row) != width:
            raise InvalidInputError(
                f"{len(row)} cells: {_shown(row)}",
                where=f"{name}, line {number}",
                expected=f"{width} cells, as in the first row",
                mend="Put cells that contain a comma in double quotes, or correct the line.",
            )


def _shown(cells: Sequence[str], limit: int = 120) -> str:
    text = ",".join(cells)
    return text if len(text) <= limit else f"{text[:limit]}…"
