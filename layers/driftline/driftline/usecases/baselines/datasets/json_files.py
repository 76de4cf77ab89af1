"""JSON Lines files, block by block, one object per line: as columns, nested ones flattened as payloads are, or rows."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO, cast

from driftline.domain.capture.cells import values_to_columns
from driftline.domain.capture.json_rows import PayloadError, parse_json, rows_of_json
from driftline.domain.datasets import Batch, RowBatch, refuse_many_columns
from driftline.domain.errors import InvalidInputError
from driftline.usecases.baselines.datasets.batch import BLOCK_BYTES, LONGEST_ROW

_EXPECTED = 'one JSON object per line, such as {"age": 31, "city": "Bern"}'
_CORRECT = "Correct the line."


def json_batches(stream: BinaryIO, name: str) -> Iterator[Batch]:
    """Yields the file's rows as columns; a column that a row lacks is missing in that row.

    Args:
        stream: The file's bytes, decompressed.
        name: The file, as errors name it.

    Raises:
        InvalidInputError: with the line: not JSON, or not an object.
    """
    for lines in _lines(stream, name):
        columns: dict[str, list[object]] = {}
        for text, where in lines:
            for column, value in _flat(text, where).items():
                columns.setdefault(column, []).append(value)
            refuse_many_columns(len(columns), where)
        yield Batch(len(lines), {column: values_to_columns(values) for column, values in columns.items()})


def json_row_batches(stream: BinaryIO, name: str) -> Iterator[RowBatch]:
    """Yields the file's objects as they stand there, nested ones too; raises as `json_batches`."""
    for lines in _lines(stream, name):
        rows = [_object(text, where) for text, where in lines]
        yield RowBatch(rows, tuple(rows[0]))


def _lines(stream: BinaryIO, name: str) -> Iterator[list[tuple[bytes, str]]]:
    """(text, where it is) of the lines of each block; blank ones are ignored."""
    line = 0
    while block := _block(stream, name, line):
        texts = (text.removeprefix(BOM_UTF8) for text in block)  # of files that others joined, before each part
        lines = [(text, f"{name}, line {line + index}") for index, text in enumerate(texts, 1) if text.strip()]
        line += len(block)
        if lines:
            yield lines


def _block(stream: BinaryIO, name: str, before: int) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    while size < BLOCK_BYTES and (text := stream.readline(LONGEST_ROW + 1)):
        size += len(text)
        lines.append(text)
        if len(text) > LONGEST_ROW:
            raise InvalidInputError(
                f"a line of more than {LONGEST_ROW:,} bytes",
                where=f"{name}, line {before + len(lines)}",
                expected=_EXPECTED,
            )
    return lines


def _object(text: bytes, where: str) -> dict[str, object]:
    _check_object(text, where)
    try:
        found = parse_json(text)
    except ValueError as error:
        raise InvalidInputError(f"not JSON ({error})", where=where, expected=_EXPECTED, mend=_CORRECT) from None
    return cast("dict[str, object]", found)


def _flat(text: bytes, where: str) -> dict[str, object]:
    _check_object(text, where)
    try:
        rows = rows_of_json(text)
    except PayloadError as error:
        raise InvalidInputError(str(error), where=where, expected=_EXPECTED, mend=_CORRECT) from None
    if len(rows) != 1:
        raise InvalidInputError(f"an object with {len(rows)} rows", where=where, expected=_EXPECTED)
    return {key.removeprefix("."): value for key, value in rows[0].items()}


def _check_object(text: bytes, where: str) -> None:
    if not text.lstrip().startswith(b"{"):
        raise InvalidInputError(
            f"not an object: {text[:80].decode(errors='replace').strip()}",
            where=where,
            expected=_EXPECTED,
            mend="Convert the file to JSON Lines.",
        )
