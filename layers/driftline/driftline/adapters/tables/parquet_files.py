"""Parquet files, some rows at a time, read by DuckDB."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.sql import as_python_has_it, quoted_name
from driftline.domain.capture.cells import value_text, values_to_columns
from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.datasets import Batch, RowBatch, refuse_many_columns
from driftline.domain.errors import InvalidInputError

BATCH_ROWS = 50_000
"""Rows that are decoded at a time."""

BATCH_CELLS = 1_000_000
"""Cells that are Python objects at a time: wide rows are fewer."""

_ARRAY_CELLS = 5_000_000
"""Cells that are in arrays at a time: those of 50,000 rows with 100 columns."""

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_NESTED = ("STRUCT", "MAP", "UNION")
_LIST = "]"
_DECIMAL = re.compile(r"DECIMAL\([^)]*\)")


def parquet_batches(path: Path, name: str) -> Iterator[Batch]:
    """See `DataSetTables.parquet_batches`."""
    with _opened(path, name) as table:
        for column, kind in table.types.items():
            if kind.endswith(_LIST):
                raise _not_flat(column, kind, name)
        for size, found in table.batches(_rows_at_once(table.types)):
            arrays = found.fetchnumpy()
            yield Batch(size, {column: _column(arrays[column], kind) for column, kind in table.types.items()})


def parquet_row_batches(path: Path, name: str) -> Iterator[RowBatch]:
    """See `DataSetTables.parquet_row_batches`."""
    with _opened(path, name) as table:
        names = tuple(table.types)
        for _, found in table.batches(min(BATCH_ROWS, max(1, BATCH_CELLS // max(1, len(names))))):
            yield RowBatch(found.fetchall(), names)


def _rows_at_once(types: Mapping[str, str]) -> int:
    return max(1, min(BATCH_ROWS, _ARRAY_CELLS // max(1, len(types))))


@dataclass(frozen=True, slots=True)
class _Table:
    """A file that DuckDB has open; `types` by column."""

    connection: duckdb.DuckDBPyConnection
    path: Path
    types: Mapping[str, str]
    rows: int

    def batches(self, rows: int) -> Iterator[tuple[int, duckdb.DuckDBPyConnection]]:
        """(number of rows, their result), in batches."""
        selected = ", ".join(_selected(column, kind) for column, kind in self.types.items())
        for start in range(0, self.rows, rows):
            # file_row_number lets DuckDB skip row groups outside the range.
            found = self.connection.execute(
                f"SELECT {selected} FROM read_parquet(?, file_row_number = true) "  # noqa: S608 (quoted identifiers)
                "WHERE file_row_number >= ? AND file_row_number < ?",
                [str(self.path), start, start + rows],
            )
            yield min(rows, self.rows - start), found


@contextmanager
def _opened(path: Path, name: str) -> Iterator[_Table]:
    try:
        with open_database(memory_limit="256MB") as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            types = {str(row[0]): str(row[1]) for row in described}
            refuse_many_columns(len(types), name)
            for column, kind in types.items():
                if kind.startswith(_NESTED):
                    raise _not_flat(column, kind, name)
            count = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
            yield _Table(connection, path, types, int(count[0]) if count else 0)
    except duckdb.Error as error:
        raise InvalidInputError(
            f"Parquet that cannot be read: {str(error).splitlines()[0]}",
            where=name,
            expected="a Parquet file with one value per cell",
            mend="Write it again, for example with pandas' to_parquet.",
        ) from None


def _not_flat(column: str, kind: str, name: str) -> InvalidInputError:
    return InvalidInputError(
        f"column {column} is a {kind}",
        where=name,
        expected="one value per cell",
        mend="Flatten the column into one column per value.",
    )


def _selected(column: str, kind: str) -> str:
    quoted = quoted_name(column)
    if kind.startswith("DECIMAL"):
        return f"CAST({quoted} AS {_DECIMAL.sub('DOUBLE', kind)}) AS {quoted}"
    if kind in _INTEGERS or kind in _FLOATS or kind == "BOOLEAN" or kind.endswith(_LIST):
        return as_python_has_it(quoted, kind)
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
