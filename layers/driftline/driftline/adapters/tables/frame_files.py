"""Data frames as Parquet files, written by DuckDB: it reads pandas and, with pyarrow, all Arrow tables."""

from pathlib import Path

import duckdb

from driftline.adapters.tables.database import open_database

_ALL = (1 << 31) - 1
"""Rows of a column of Python objects that decide its type: with fewer, a later value of another type is an error."""


def frame_to_parquet(frame: object, path: Path) -> None:
    """Writes the columns of a frame, without an index.

    Args:
        frame: A pandas DataFrame, a pyarrow Table, or what has `__arrow_c_stream__` where pyarrow is installed.

    Raises:
        ValueError: DuckDB cannot read it.
    """
    try:
        with open_database(pandas_analyze_sample=str(_ALL)) as database:
            database.register("frame", frame)
            database.execute("COPY (SELECT * FROM frame) TO ? (FORMAT parquet)", [str(path)])
    except duckdb.Error as error:
        raise ValueError(str(error).splitlines()[0]) from None
