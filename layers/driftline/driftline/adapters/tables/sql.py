"""What the modules share: a database, and texts, names and numbers as SQL has them."""

import re
from functools import cache

import duckdb

from driftline.adapters.tables.database import open_database


@cache
def shared_database() -> duckdb.DuckDBPyConnection:
    """One for the process, to take cursors of: opening one takes as long as reading a small hour."""
    return open_database()


def quoted_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted_name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


_INSTANT = re.compile("TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ_NS")


def as_python_has_it(name: str, kind: str) -> str:
    """A quoted column whose values Python reads as they are meant, also inside of lists.

    Single-precision numbers are doubles with the same shortest decimals: pandas and models keep 0.1 as float32, whose
    value is 0.10000000149, and captures and CSV files have 0.1. Instants are texts in UTC, such as
    `2026-03-01 10:00:00.123+00`: DuckDB would make them local times of the machine, and only if pytz is there.

    Args:
        kind: The column's type as DuckDB calls it; other types are left as they are.
    """
    if _INSTANT.search(kind):
        return f"CAST({name} AS {_INSTANT.sub('VARCHAR', kind)}) AS {name}"
    if not kind.startswith("FLOAT"):
        return name
    return f"CAST(CAST({name} AS {kind.replace('FLOAT', 'VARCHAR')}) AS {kind.replace('FLOAT', 'DOUBLE')}) AS {name}"
