"""What the modules share: a database, and texts and names as SQL has them."""

from functools import cache

import duckdb


@cache
def shared_database() -> duckdb.DuckDBPyConnection:
    """One for the process, to take cursors of: opening one takes as long as reading a small hour."""
    return duckdb.connect(config={"threads": 1})


def quoted_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted_name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
