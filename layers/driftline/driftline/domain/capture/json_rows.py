"""JSON payloads as rows of named values.

| payload | rows | suffixes of the column keys |
|---|---|---|
| `{"a": 1, "b": {"c": 2}}` | one | `.a`, `.b.c` |
| `{"features": [1, 2]}` | one | `.features[0]`, `.features[1]` |
| `[1, 2]` | one | `[0]`, `[1]` |
| `0.7` | one | `[0]` |
| `[{"a": 1}, {"a": 2}]` | two | `.a` |
| `[[1, 2], [3, 4]]` | two | `[0]`, `[1]` |
| `{"instances": [{"a": 1}, {"a": 2}]}`, `{"predictions": [[1], [2]]}` | two | like the list alone |

An object stands for its list only if it has exactly one key, whose value is a list of objects or lists. A list of plain
values is one row, because `{"features": [1, 2]}` is; pairing may still spread it (see `pairing.py`).
"""

import json
from collections.abc import Iterator
from typing import cast

import msgspec

type NamedRow = dict[str, object]
"""Suffix of the column key -> value; the values are None, bool, int, float and str."""

_JSON = msgspec.json.Decoder()
_NESTED = frozenset((dict, list))


class PayloadError(ValueError):
    """A payload that cannot be read; the text is the reason."""


def rows_of_json(text: str | bytes) -> list[NamedRow]:
    """The rows of a JSON document, or of JSON Lines.

    Raises:
        PayloadError: not JSON, or a list that mixes rows and plain values.
    """
    try:
        document = parse_json(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - a single document
            raise PayloadError(f"not JSON ({error})") from None
        return [row for line in lines for row in _rows_of_line(line)]
    return list(_rows(document))


def spread(row: NamedRow) -> list[NamedRow] | None:
    """The values of a row that is one list of plain values, each as a row of its own; None for other rows.

    The key of the first value is kept, so that a request with one row and one with many give the same column.
    """
    keys = list(row)
    if not keys or not keys[0].endswith("[0]"):
        return None
    stem = keys[0].removesuffix("[0]")
    if keys != [f"{stem}[{i}]" for i in range(len(keys))]:
        return None
    return [{keys[0]: value} for value in row.values()]


def parse_json(text: str | bytes) -> object:
    """Raises ValueError: not JSON."""
    try:
        return _JSON.decode(text)
    except ValueError:
        # Python servers write NaN and Infinity, which are not JSON, but no reason to lose the row;
        # numbers beyond a double's range come out as infinities here.
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate is not text
        return cast("object", document)


def _rows_of_line(line: str | bytes) -> Iterator[NamedRow]:
    try:
        document = parse_json(line)
    except ValueError as error:
        raise PayloadError(f"not JSON Lines ({error})") from None
    return _rows(document)


def _rows(document: object) -> Iterator[NamedRow]:
    if isinstance(document, dict) and len(document) == 1:
        (only,) = document.values()
        if isinstance(only, list) and only and all(isinstance(item, (dict, list)) for item in only):
            document = only
    if not isinstance(document, list):
        yield _row(document) if isinstance(document, dict) else {"[0]": document}
        return
    nested = sum(isinstance(item, (dict, list)) for item in document)
    if nested == len(document):
        yield from map(_row, document)
    elif nested == 0:
        yield _row(document)
    else:
        raise PayloadError("a list that mixes rows with plain values")


def _row(value: dict[str, object] | list[object]) -> NamedRow:
    if isinstance(value, dict) and _NESTED.isdisjoint(map(type, value.values())):
        return {f".{name}": item for name, item in value.items()}
    return dict(_flatten("", value))


def _flatten(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flatten(f"{path}.{name}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flatten(f"{path}[{index}]", item)
    else:
        yield path, value
