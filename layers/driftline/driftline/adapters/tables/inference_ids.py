"""InferenceIds of rows for which a condition holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from driftline.adapters.tables.sql import quoted_name, shared_database
from driftline.domain.capture.cells import FRACTIONAL, INTEGRAL
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition, IsBetween, IsMissing, IsNoneOf, IsNotOfType, IsOneOf
from driftline.domain.instants import format_instant
from driftline.domain.windows import Window

_NUMBER = f"({FRACTIONAL})|({INTEGRAL})"

type _Clause = tuple[str, tuple[object, ...]]
"""A SQL condition over the quoted column `{0}`, and its parameters."""


def inference_ids[Name](
    records: Path, wanted: Mapping[Name, tuple[ColumnKey, Condition]], window: Window, most: int
) -> Mapping[Name, Sequence[str]]:
    """See `CaptureTables.inference_ids`."""
    with shared_database().cursor() as database:
        present = set(database.read_parquet(str(records)).columns)
        return {
            name: _matching(database, records, key, _clause(condition), window, most) if key in present else ()
            for name, (key, condition) in wanted.items()
        }


def _matching(
    database: duckdb.DuckDBPyConnection, records: Path, key: ColumnKey, clause: _Clause, window: Window, limit: int
) -> list[str]:
    where, parameters = clause
    # The only text that is put in is the quoted column name; every value is a parameter.
    rows = database.execute(
        "SELECT coalesce(nullif(inference_id, ''), event_id) "  # noqa: S608
        "FROM read_parquet(?, file_row_number = true) "
        f"WHERE slot >= ? AND slot < ? AND {where.format(quoted_name(key))} "
        "GROUP BY 1 ORDER BY min(file_row_number) LIMIT ?",
        [str(records), format_instant(window.start), format_instant(window.end), *parameters, limit],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _clause(condition: Condition) -> _Clause:
    number = "try_cast({0} AS DOUBLE)"
    match condition:
        case IsMissing():
            return "{0} IS NULL", ()
        case IsNotOfType("String"):
            return "regexp_full_match({0}, ?)", (_NUMBER,)
        case IsNotOfType(expected):
            pattern = {"Integral": INTEGRAL, "Fractional": FRACTIONAL, "Number": _NUMBER}[expected]
            return "{0} IS NOT NULL AND NOT regexp_full_match({0}, ?)", (pattern,)
        case IsNoneOf(values):
            return "{0} IS NOT NULL AND NOT list_contains(?, {0})", (list(values),)
        case IsOneOf(values):
            return "list_contains(?, {0})", (list(values),)
        case IsBetween(lower, upper):
            bounds = tuple(bound for bound in (lower, upper) if bound is not None)
            from_, to = "" if lower is None else f" AND {number} >= ?", "" if upper is None else f" AND {number} < ?"
            return f"{number} IS NOT NULL{from_}{to}", bounds
