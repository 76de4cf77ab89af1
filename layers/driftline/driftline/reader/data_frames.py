"""What notebooks have in memory, as files that are read like any other: the same rows give the same numbers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from driftline.adapters.tables.frame_files import frame_to_parquet
from driftline.domain.errors import InvalidInputError

EXPECTED = "a pandas, polars or pyarrow table, a dict of columns, or the path of a CSV, JSON Lines or Parquet file"

_WHOLE = 2.0**53
"""Up to here, a float has each whole number."""


def write_frame(frame: object, folder: Path, name: str) -> Path:
    """Writes a frame to a file of its own.

    Args:
        name: For people: `current data`.

    Raises:
        InvalidInputError: it is no frame, has no columns, or has values that are not one per cell.
    """
    path = folder / name.replace(" ", "-")
    try:
        if isinstance(frame, Mapping):
            return _of_columns(frame, path.with_suffix(".jsonl"), name)
        _of_frame(frame, path.with_suffix(".parquet"), name)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            f"a table that cannot be read: {error}",
            where=name,
            expected="one text, number, date or truth value per cell",
            mend="Convert columns of other objects, for example with astype(str).",
        ) from None
    return path.with_suffix(".parquet")


def _of_frame(frame: Any, path: Path, name: str) -> None:
    library = type(frame).__module__.partition(".")[0]
    if library == "pandas" and hasattr(frame, "columns"):
        frame_to_parquet(_of_pandas(frame, name), path)
    elif library == "polars" and hasattr(frame, "columns"):
        frame = frame.collect() if hasattr(frame, "collect") else frame
        _refuse_empty(frame.width, name)
        frame.write_parquet(path)
    elif hasattr(frame, "__arrow_c_stream__"):
        frame_to_parquet(frame, path)
    else:
        raise InvalidInputError(f"a {type(frame).__name__}", where=name, expected=EXPECTED)


def _of_pandas(frame: Any, name: str) -> Any:
    """With names that are texts, and whole numbers where pandas had to make floats of them.

    An array of integers has no missing value, so pandas turns a column of integers into floats where one is missing. As
    floats they would be another type than the integers of the other data set.
    """
    names = [str(column) for column in frame.columns]
    _refuse_empty(len(names), name)
    twice = sorted({column for column in names if names.count(column) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise InvalidInputError(
            f"more than one column is called {', '.join(twice)}", where=name, expected="unique names of columns"
        )
    frame = frame.set_axis(names, axis="columns")
    whole = [column for column in names if frame[column].dtype.kind == "f" and _is_whole(frame[column])]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def _is_whole(column: Any) -> bool:
    """Whether values are missing, and all others are whole."""
    present = column.dropna()
    return 0 < len(present) < len(column) and bool(((present % 1 == 0) & (present.abs() < _WHOLE)).all())


def _of_columns(columns: Mapping[Any, Any], path: Path, name: str) -> Path:
    _refuse_empty(len(columns), name)
    cells = {str(column): _cells(values, str(column), name) for column, values in columns.items()}
    lengths = {len(values) for values in cells.values()}
    if len(lengths) > 1:
        said = ", ".join(f"{column} {len(values):,}" for column, values in cells.items())
        raise InvalidInputError(f"columns of different lengths: {said}", where=name, expected="as many values in each")
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in _lines(cells))
    return path


def _cells(values: Any, column: str, name: str) -> Sequence[object]:
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__iter__"):
        raise InvalidInputError(
            f"the column {column} is a {type(values).__name__}", where=name, expected="a list or an array of values"
        )
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _lines(cells: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for row in zip(*cells.values(), strict=True):
        yield json.dumps(dict(zip(cells, map(_json, row), strict=True)), default=str, ensure_ascii=False)


def _json(value: Any) -> object:
    """JSON has neither NaN, which is a missing value, nor infinities, which are texts."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


def _refuse_empty(columns: int, name: str) -> None:
    if not columns:
        raise InvalidInputError("no columns", where=name, expected="at least one")
