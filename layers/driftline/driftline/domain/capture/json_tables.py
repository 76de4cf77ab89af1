"""JSON documents of model servers as rows: MLflow's, TensorFlow Serving's, pandas' and plain lists.

| document | rows | suffixes of the column keys |
|---|---|---|
| `{"a": 1, "b": {"c": 2}}` | one | `.a`, `.b.c` |
| `{"features": [1, 2]}` | one | `.features[0]`, `.features[1]` |
| `[1, 2]` | one | `[0]`, `[1]` |
| `0.7` | one | `[0]` |
| `[{"a": 1}, {"a": 2}]` | two | `.a` |
| `[[1, 2], [3, 4]]` | two | `[0]`, `[1]` |
| `{"instances": [{"a": 1}, {"a": 2}]}`, `{"predictions": [[1], [2]]}` | two | like the list alone |
| `{"predictions": [[1], [2]], "model_version": "7"}` | two | `[0]`, `.model_version` |
| `{"signature_name": "x", "instances": [[1], [2]]}` | two | `[0]`; options of a request are no columns |
| `{"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}}`, pandas' split alone | two | `.a` |
| `{"inputs": {"a": [1, 2]}}`, or a list of tensors (`json_tensors.py`) | two | `.a` |

An object stands for its list if it has exactly one key, whose value is a list of objects or lists, or if the key is one
of `ROW_KEYS`. A list of plain values is one row, because `{"features": [1, 2]}` is. `{"a": [1, 2], "b": [3, 4]}` and
what `DataFrame.to_json` writes, `{"a": {"0": 1, "1": 2}}`, may be two rows or one. The other side of the record decides
(`spread`, `pairing.py`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import cast

from driftline.domain.capture.json_tensors import columns_of_tensors

type NamedRow = dict[str, object]
"""Suffix of the column key -> value; the values are None, bool, int, float and str."""

ROW_KEYS = ("instances", "inputs", "dataframe_split", "dataframe_records", "predictions", "outputs")
"""Keys of the serving protocols of TensorFlow Serving, MLflow and SageMaker whose values have one item for each row."""

OPTIONS = frozenset({"signature_name", "params", "parameters"})
"""Keys next to them that are options of the request, not columns."""

_COLUMNAR = ("inputs", "outputs")
_SPLIT = {"columns", "data"}
_SPLIT_OR_MORE = {"columns", "data", "index"}
_NESTED = (dict, list)
_NESTED_TYPES = frozenset(_NESTED)


class PayloadError(ValueError):
    """A payload that cannot be read; the text is the reason."""


def without_options(document: object) -> object:
    """A request without the keys that are no columns; everything else as it is."""
    if not isinstance(document, dict) or document.keys().isdisjoint(OPTIONS) or document.keys().isdisjoint(ROW_KEYS):
        return document
    return {name: value for name, value in document.items() if name not in OPTIONS}


def rows_of_document(document: object) -> list[NamedRow]:
    """The rows of a document on its own.

    Raises:
        PayloadError: a list that mixes rows and plain values, pandas' split with rows of another width, or two values
            for one column.
    """
    if isinstance(document, dict):
        if _NESTED_TYPES.isdisjoint(map(type, document.values())):
            return [{f".{name}": item for name, item in document.items()}]
        return _rows_of_object(document)
    if not isinstance(document, list):
        return [{"[0]": document}]
    nested = sum(isinstance(item, _NESTED) for item in document)
    if nested == len(document):
        return [flat(item) for item in document]
    if nested:
        raise PayloadError("a list that mixes rows with plain values")
    return [flat(document)]


def flat(value: object) -> NamedRow:
    """One row; lists and objects in it are columns for each of their values."""
    return _row(_flatten("", value))


def is_list_of_rows(document: object) -> bool:
    """Whether a document that has one row is a list, or an object with one: its sender may send several rows."""
    return isinstance(document, list) or (
        isinstance(document, dict) and any(isinstance(value, list) for value in document.values())
    )


def columns_length(document: object, *, indexed: bool = True) -> int | None:
    """The number of rows if the document has at least two columns, each a list, all of one length; otherwise None.

    Args:
        indexed: Whether objects with the same row numbers as keys count as well. Alone they may be anything, such as
            the probabilities of the classes 0 and 1.
    """
    if not isinstance(document, dict) or len(document) < 2:  # noqa: PLR2004 - one list may be a row
        return None
    if not isinstance(next(iter(document.values())), _NESTED):
        return None  # as in most records
    return _common_length(_by_index(document) if indexed else document)


def spread(document: object, rows: int) -> list[NamedRow] | None:
    """The document as this many rows, because the other side of the record has as many; None if it cannot be.

    Each list of that length has an item for each row; everything else belongs to all rows. If nothing but such lists
    is there, they are the columns. Otherwise the key of the first item is kept, `.predictions[0]`, so that a request
    with one row and one with many give the same columns.
    """
    if isinstance(document, list):
        return [{"[0]": item} for item in document] if _is_plain(document) and len(document) == rows else None
    if not isinstance(document, dict) or not document:
        return None
    document = _by_index(document)
    if columns_length(document) == rows:
        return _rows_of_columns(document)
    if len(document) == 1:
        [(name, value)] = document.items()
        inner = spread(value, rows)
        return [{f".{name}{suffix}": item for suffix, item in row.items()} for row in inner] if inner else None
    items = {name: value for name, value in document.items() if isinstance(value, list) and len(value) == rows}
    if not items:
        return None
    shared = flat({name: value for name, value in document.items() if name not in items})
    columns = [[_row(_flatten(f".{name}[0]", item)) for item in value] for name, value in items.items()]
    return [_merged([*of_row, shared]) for of_row in zip(*columns, strict=True)]


def _rows_of_object(document: dict[str, object]) -> list[NamedRow]:
    key: str | None
    if len(document) == 1:
        (key,) = document
    else:
        key = next((key for key in ROW_KEYS if isinstance(document.get(key), _NESTED)), None)
    if key is None:
        return _rows_of_split(document) or [flat(document)]
    if (columns := columns_of_tensors(document)) is not None:
        return _rows_of_columns(columns)
    rows = _rows_under(key, document[key])
    if not rows:
        return [flat(document)]
    others = {name: value for name, value in document.items() if name != key}
    if not others:
        return rows
    beside = [_beside(name, value, len(rows)) for name, value in others.items()]
    return [_merged(of_row) for of_row in zip(rows, *beside, strict=False)]


def _rows_under(key: str, value: object) -> list[NamedRow] | None:
    if isinstance(value, list):
        return [flat(item) for item in value] if value and all(isinstance(item, _NESTED) for item in value) else None
    if not isinstance(value, dict):
        return None
    return _rows_of_split(value) or (_rows_of_columns(value) if key in _COLUMNAR and _common_length(value) else None)


def _rows_of_split(table: Mapping[str, object]) -> list[NamedRow] | None:
    """pandas' split: names and rows apart; None for everything else."""
    columns, data = table.get("columns"), table.get("data")
    if not isinstance(columns, list) or not isinstance(data, list) or not _SPLIT <= table.keys() <= _SPLIT_OR_MORE:
        return None
    if not all(isinstance(row, list) for row in data):
        return None
    for row in data:
        if len(row) != len(columns):
            raise PayloadError(f"a row of `data` has {len(row)} values, `columns` has {len(columns)} names")
    return [_merged(_row(_flatten(f".{name}", item)) for name, item in zip(columns, row, strict=True)) for row in data]


def _by_index(columns: Mapping[str, object]) -> Mapping[str, object]:
    """Objects that all have the same row numbers as keys, as lists; everything else as it is."""
    indexes = [list(column) if isinstance(column, dict) else [] for column in columns.values()]
    if not indexes[0] or not all(map(str.isdecimal, indexes[0])) or any(index != indexes[0] for index in indexes):
        return columns
    return {name: list(cast("dict[str, object]", column).values()) for name, column in columns.items()}


def _rows_of_columns(columns: Mapping[str, object]) -> list[NamedRow]:
    lists = cast("Mapping[str, list[object]]", columns)
    by_column = [[_row(_flatten(f".{name}", item)) for item in items] for name, items in lists.items()]
    return [_merged(of_row) for of_row in zip(*by_column, strict=True)]


def _beside(name: str, value: object, rows: int) -> Iterator[NamedRow]:
    """What a value next to the rows adds to each of them."""
    if isinstance(value, list) and len(value) == rows:
        return (_row(_flatten(f".{name}", item)) for item in value)
    return repeat(flat({name: value}), rows)


def _merged(parts: Iterable[NamedRow]) -> NamedRow:
    return _row(pair for part in parts for pair in part.items())


def _row(cells: Iterable[tuple[str, object]]) -> NamedRow:
    """A row without two values for one column, as of `{"a.b": 1, "a": {"b": 2}}`.

    A suffix would keep both, but which of the two gets it would depend on their order, which differs from record to
    record.

    Raises:
        PayloadError: there are two.
    """
    pairs = list(cells)
    row = dict(pairs)
    if len(row) < len(pairs):
        [(again, _)] = Counter(suffix for suffix, _ in pairs).most_common(1)
        raise PayloadError(f"two values for the column {again.removeprefix('.')!r}")
    return row


def _common_length(columns: Mapping[str, object]) -> int | None:
    """The length of all columns, if each is a list and none is empty."""
    lengths = {len(column) if isinstance(column, list) else 0 for column in columns.values()}
    return lengths.pop() or None if len(lengths) == 1 else None


def _is_plain(items: Sequence[object]) -> bool:
    return not any(isinstance(item, _NESTED) for item in items)


def _flatten(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flatten(f"{path}.{name}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flatten(f"{path}[{index}]", item)
    else:
        yield path, value
