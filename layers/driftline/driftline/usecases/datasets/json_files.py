"""JSON Lines files, block by block: one object per line, nested ones flattened as captured payloads are."""

from collections.abc import Iterator
from typing import BinaryIO

from driftline.domain.capture.cells import values_to_columns
from driftline.domain.capture.json_rows import PayloadError, rows_of_json
from driftline.domain.errors import InvalidInputError
from driftline.usecases.datasets.batch import BLOCK_BYTES, Batch


def json_batches(stream: BinaryIO, name: str) -> Iterator[Batch]:
    """Yields the file's rows; a column that a row lacks is missing in that row.

    Args:
        stream: The file's bytes, decompressed.
        name: The file, as errors name it.

    Raises:
        InvalidInputError: with the line: no JSON, or no object.
    """
    line = 0
    while lines := stream.readlines(BLOCK_BYTES):
        columns: dict[str, list[object]] = {}
        rows = 0
        for text in lines:
            line += 1
            if not text.strip():
                continue
            for column, value in _row(text, f"{name}, line {line}").items():
                columns.setdefault(column, []).append(value)
            rows += 1
        if rows:
            yield Batch(rows, {column: values_to_columns(values) for column, values in columns.items()})


def _row(text: bytes, where: str) -> dict[str, object]:
    expected = 'one JSON object per line, such as {"age": 31, "city": "Bern"}'
    if not text.lstrip().startswith(b"{"):
        raise InvalidInputError(
            f"no object: {text[:80].decode(errors='replace').strip()}",
            where=where,
            expected=expected,
            mend="Convert the file to JSON Lines.",
        )
    try:
        rows = rows_of_json(text)
    except PayloadError as error:
        raise InvalidInputError(str(error), where=where, expected=expected, mend="Correct the line.") from None
    if len(rows) != 1:
        raise InvalidInputError(f"an object that stands for {len(rows)} rows", where=where, expected=expected)
    return {key.removeprefix("."): value for key, value in rows[0].items()}
