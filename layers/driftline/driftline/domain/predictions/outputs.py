"""The endpoint's output of a merged row, put together again from the columns that it was captured as.

Columns by position (`output[0]`) make a list of cells, columns by name (`output.predictions[0].score`) a mapping. The
mapping has each value under its flat name, and the nested document as well, for JMESPath expressions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from driftline.domain.capture.attribute import Output
from driftline.domain.capture.columns import ColumnKey

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_SIDES = ("output", "input")


def output_columns(columns: Sequence[ColumnKey]) -> list[ColumnKey]:
    """The columns of the output; of the input where no output was captured, as after a preprocessing script."""
    for side in _SIDES:
        found = [key for key in columns if key.startswith((f"{side}[", f"{side}."))]
        if found:
            return found
    return []


def outputs_of(columns: Sequence[ColumnKey], cells: Sequence[Sequence[object]]) -> Iterator[Output]:
    """One output per row.

    Args:
        columns: Of `output_columns`.
        cells: The values of each column, all of the same length; None is missing.
    """
    paths = [key.removeprefix("output").removeprefix("input") for key in columns]
    if all(re.fullmatch(r"\[\d+\]", path) for path in paths):
        places = sorted(range(len(paths)), key=lambda index: int(paths[index][1:-1]))
        for row in zip(*(cells[index] for index in places), strict=True):
            yield row
        return
    for row in zip(*cells, strict=True):
        yield _document({path: value for path, value in zip(paths, row, strict=True) if value is not None})


def _document(flat: Mapping[str, object]) -> Mapping[str, object]:
    nested: dict[str, object] = {}
    for path, value in flat.items():
        steps = [name or int(index) for name, index in _STEP.findall(path)]
        if "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in steps) == path:
            _put(nested, steps, value)
    named = {path.removeprefix("."): value for path, value in flat.items()}
    return {**{name: _lists(value) for name, value in nested.items()}, **named}


def _put(tree: dict[str, object], steps: Sequence[str | int], value: object) -> None:
    """Lists are kept as mappings of their indices until all values are there."""
    for step in steps[:-1]:
        inner = tree.setdefault(str(step) if isinstance(step, str) else f"[{step}]", {})
        if not isinstance(inner, dict):
            return  # A name that holds both a value and a document: the value stays.
        tree = inner
    last = steps[-1]
    tree.setdefault(last if isinstance(last, str) else f"[{last}]", value)


def _lists(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if value and all(name.startswith("[") for name in value):
        return [_lists(value[name]) for name in sorted(value, key=lambda name: int(name[1:-1]))]
    return {name: _lists(inner) for name, inner in value.items()}
