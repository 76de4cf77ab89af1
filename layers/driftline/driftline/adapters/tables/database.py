"""DuckDB, opened in one place: its defaults are made for a desk, not for a function."""

from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import duckdb


def open_database(**settings: str | bool) -> duckdb.DuckDBPyConnection:
    """A database in memory with one thread, a folder for what does not fit, and UTC as its time zone.

    DuckDB's own folder is `.tmp` in the working directory, which Lambda lets nobody write to; its own zone is the
    machine's. The folder is this database's alone, because the names of the files in it are always the same. DuckDB
    creates it when something does not fit, and removes it.

    Args:
        settings: DuckDB's, in addition to these or in their place.
    """
    spill = Path(gettempdir()) / f"driftline-spill-{uuid4().hex}"
    database = duckdb.connect(  # noqa: TID251, here
        config={"threads": 1, "temp_directory": str(spill), **settings}
    )
    # Not a setting of the connection: the part of DuckDB that knows zones is loaded when it is first named.
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    return database
