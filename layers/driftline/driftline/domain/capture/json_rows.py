"""JSON payloads as rows of named values: one document (`json_tables.py`), or JSON Lines."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from driftline.domain.capture.json_tables import NamedRow, PayloadError, rows_of_document, without_options
from driftline.domain.json_reading import TOO_DEEP, JsonDecoder, load_json

__all__ = ["JsonRows", "NamedRow", "PayloadError", "parse_json", "read_json", "rows_of", "rows_of_json"]

_JSON = JsonDecoder()


@dataclass(frozen=True, slots=True)
class JsonRows:
    """The rows of a payload, and the document that they are from; None for JSON Lines."""

    rows: list[NamedRow]
    document: object


def read_json(text: str | bytes, *, whole: Callable[[object], bool] | None = None) -> JsonRows:
    """The rows of a JSON document, or of JSON Lines.

    Args:
        whole: Recognises documents that are not rows by themselves: these are returned without rows.

    Raises:
        PayloadError: not JSON, nested too deeply, or a list that mixes rows and plain values.
    """
    try:
        document = parse_json(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - a single document
            raise PayloadError(f"not JSON ({error})") from None
        return JsonRows([row for line in lines for row in _rows_of_line(line)], None)
    if whole is not None and whole(document):
        return JsonRows([], document)
    document = without_options(document)
    return JsonRows(rows_of(document), document)


def rows_of_json(text: str | bytes) -> list[NamedRow]:
    """The rows alone; raises as `read_json`."""
    return read_json(text).rows


def parse_json(text: str | bytes) -> object:
    """Raises ValueError: not JSON, or nested too deeply."""
    try:
        return _JSON.decode(text)
    except ValueError:
        # Python servers write NaN and Infinity, which are not JSON, but no reason to lose the row;
        # numbers beyond a double's range come out as infinities here.
        try:
            document = load_json(text)
            json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate is not text
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
        return cast("object", document)


def _rows_of_line(line: str | bytes) -> list[NamedRow]:
    try:
        document = parse_json(line)
    except ValueError as error:
        raise PayloadError(f"not JSON Lines ({error})") from None
    return rows_of(without_options(document))


def rows_of(document: object) -> list[NamedRow]:
    """The rows of a parsed document; raises as `read_json`."""
    try:
        return rows_of_document(document)
    except RecursionError:
        raise PayloadError(TOO_DEEP) from None
