"""Memory for tables of thousands of columns.

DuckDB works on up to 2,048 rows at a time and has buffers for each column, also where it writes Parquet. Some hundred
columns fit into the usual memory. More get more of it, and come and go in fewer rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

USUAL_MEGABYTES = 128
"""What DuckDB may use for up to WIDE columns."""

WIDE = 512

PIECE_CELLS = 1_000_000
"""Cells that are held at a time: half as many take a third more time, twice as many 80 MB more memory."""

_COLUMNS_PER_MEGABYTE = 8


def rows_at_once(columns: int, usual: int) -> int:
    """How many rows of so many columns to hold: `usual` if they are not wide."""
    return max(1, min(usual, PIECE_CELLS // columns)) if columns > WIDE else usual


@contextmanager
def memory_for(database: duckdb.DuckDBPyConnection, columns: int) -> Iterator[None]:
    """Gives queries over so many columns the memory that they need.

    Rows are written as they come, not in batches: one thread keeps their order anyway.
    """
    if columns <= WIDE:
        yield
        return
    database.execute(f"SET memory_limit = '{USUAL_MEGABYTES + columns // _COLUMNS_PER_MEGABYTE}MB'")
    [before] = database.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0]
    database.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        database.execute(f"SET preserve_insertion_order = {before}")
        database.execute(f"SET memory_limit = '{USUAL_MEGABYTES}MB'")
