"""Tensors of the Open Inference Protocol (KServe V2, Triton, MLServer, Seldon).

    {"inputs": [{"name": "age", "shape": [2, 1], "datatype": "FP32", "data": [31, 42]}, …]}

The first dimension is the row. `data` is flat, in row-major order, or nested.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod

_PARTS = ("inputs", "outputs")
_FIELDS = ("name", "shape", "data")


def columns_of_tensors(document: Mapping[str, object]) -> dict[str, list[object]] | None:
    """Name of each tensor -> its items by row, all of one length; None if the document is none of this protocol.

    An item is a value, or the list of the values that a row has in the tensor. Whatever else the document has (names
    and versions of models, ids of requests, parameters) belongs to the protocol.
    """
    tensors = next((document[part] for part in _PARTS if part in document), None)
    if not isinstance(tensors, list) or not tensors:
        return None
    columns = {}
    for tensor in tensors:
        if not isinstance(tensor, dict) or not all(field in tensor for field in _FIELDS):
            return None
        items = _items(tensor["shape"], tensor["data"])
        if items is None:
            return None
        columns[str(tensor["name"])] = items
    return columns if len({len(items) for items in columns.values()}) == 1 else None


def _items(shape: object, data: object) -> list[object] | None:
    if not isinstance(shape, list) or not all(type(length) is int and length > 0 for length in shape):
        return None
    values = list(_values(data))
    rows = shape[0] if shape else 0
    if not rows or len(values) != prod(shape):
        return None
    width = len(values) // rows
    if width == 1:
        return values
    return [values[start : start + width] for start in range(0, len(values), width)]


def _values(data: object) -> Iterator[object]:
    if isinstance(data, Sequence) and not isinstance(data, str):
        for item in data:
            yield from _values(item)
    else:
        yield data
