"""What the modules share: a database, and texts, names and numbers as SQL has them."""

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


def shortest_decimals(name: str, kind: str) -> str:
    """A quoted column whose single-precision numbers, or lists of them, are doubles with the same shortest decimals.

    pandas and models keep 0.1 as float32, whose value is 0.10000000149. Captures and CSV files have 0.1.

    Args:
        kind: The column's type as DuckDB calls it; other types are left as they are.
    """
    if not kind.startswith("FLOAT"):
        return name
    return f"CAST(CAST({name} AS {kind.replace('FLOAT', 'VARCHAR')}) AS {kind.replace('FLOAT', 'DOUBLE')}) AS {name}"
