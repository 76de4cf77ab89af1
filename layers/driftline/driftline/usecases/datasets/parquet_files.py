"""Parquet files, some rows at a time, read by DuckDB."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.cells import value_text, values_to_columns
from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.errors import InvalidInputError
from driftline.usecases.datasets.batch import BATCH_ROWS, Batch

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_NESTED = ("STRUCT", "MAP", "UNION")


def parquet_batches(path: Path, name: str) -> Iterator[Batch]:
    """Yields the file's rows. NaN is missing, as pandas means it; whole-number columns are INTEGRAL, others by value.

    Args:
        path: The file on local disk.
        name: The file, as errors name it.

    Raises:
        InvalidInputError: no Parquet, or a column that holds more than one value per row.
    """
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET threads = 1")
            connection.execute("SET memory_limit = '256MB'")
            yield from _read(connection, path, name)
    except duckdb.Error as error:
        raise InvalidInputError(
            f"no readable Parquet: {str(error).splitlines()[0]}",
            where=name,
            expected="a Parquet file with one value per cell",
            mend="Write it again, for example with pandas' to_parquet.",
        ) from None


def _read(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Iterator[Batch]:
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    for column, kind in types.items():
        if kind.startswith(_NESTED) or kind.endswith("]"):
            raise InvalidInputError(
                f"column {column} is a {kind}",
                where=name,
                expected="one value per cell",
                mend="Flatten the column into one column per value.",
            )
    selected = ", ".join(_selected(column, kind) for column, kind in types.items())
    count = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    rows = int(count[0]) if count else 0
    for start in range(0, rows, BATCH_ROWS):
        # file_row_number lets DuckDB skip the row groups that lie outside.
        arrays = connection.execute(
            f"SELECT {selected} FROM read_parquet(?, file_row_number = true) "  # noqa: S608 (quoted identifiers)
            "WHERE file_row_number >= ? AND file_row_number < ?",
            [str(path), start, start + BATCH_ROWS],
        ).fetchnumpy()
        size = min(BATCH_ROWS, rows - start)
        yield Batch(size, {column: _column(arrays[column], kind) for column, kind in types.items()})


def _selected(column: str, kind: str) -> str:
    quoted = '"' + column.replace('"', '""') + '"'
    if kind.startswith("DECIMAL"):
        return f"CAST({quoted} AS DOUBLE) AS {quoted}"
    if kind in _INTEGERS or kind in _FLOATS or kind == "BOOLEAN":
        return quoted
    return f"CAST({quoted} AS VARCHAR) AS {quoted}"


def _column(values: NDArray[np.generic], kind: str) -> ColumnValues:
    present = np.ma.compressed(values)
    if kind in _INTEGERS or kind.endswith(",0)"):
        return _numbers(present.astype(np.float64), integral=True)
    if kind in _FLOATS or kind.startswith("DECIMAL"):
        numbers = present.astype(np.float64)
        numbers = numbers[~np.isnan(numbers)]
        if np.isfinite(numbers).all():
            return _numbers(numbers, integral=False)
        return values_to_columns(numbers.tolist())
    return values_to_columns(present.tolist())


def _numbers(numbers: NDArray[np.float64], *, integral: bool) -> ColumnValues:
    distinct, counts = np.unique(numbers, return_counts=True)
    categories = None
    if len(distinct) <= MAX_CATEGORIES:
        keys = [str(int(value)) if integral else value_text(float(value)) or "" for value in distinct]
        categories = dict(zip(keys, counts.tolist(), strict=True))
    return ColumnValues(numbers, len(numbers) if integral else 0, {}, categories)
