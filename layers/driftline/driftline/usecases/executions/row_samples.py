"""InferenceIds of some rows for which a condition holds, looked up in the columnar records."""

from collections.abc import Mapping, Sequence

import duckdb

from driftline.domain.capture.cells import FRACTIONAL, INTEGRAL
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition, Equals, IsBetween, IsMissing, IsNoneOf, IsNotOfType
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.windows import Window, format_instant
from driftline.usecases.capture.window_profile import read_profiles
from driftline.usecases.ports import ObjectStore

SAMPLES = 5
MAX_FILES = 8
"""So many capture files of the window are searched; a window of days may have thousands."""

_NUMBER = f"({FRACTIONAL})|({INTEGRAL})"

type _Clause = tuple[str, tuple[object, ...]]
"""A SQL condition over the quoted column `{0}`, and its parameters."""


def sample_inferences[Name](
    store: ObjectStore, parts: Sequence[str], window: Window, wanted: Mapping[Name, tuple[ColumnKey, Condition]]
) -> dict[Name, tuple[str, ...]]:
    """Up to SAMPLES inferenceIds (else eventIds) of rows for which each condition holds.

    Args:
        parts: Keys of the window's profiles; MAX_FILES of them, evenly spread, are searched.
    """
    samples: dict[Name, list[str]] = {name: [] for name in wanted}
    if not wanted:
        return {}
    with duckdb.connect(config={"threads": 1}) as database:
        for _, profile in read_profiles(store, spread(parts, MAX_FILES)):
            open_questions = {name: wanted[name] for name, found in samples.items() if len(found) < SAMPLES}
            if not open_questions:
                break
            try:
                with store.local_copy(profile.records_key) as path:
                    database.read_parquet(str(path)).create_view("records", replace=True)
                    present = set(database.table("records").columns)
                    for name, (key, condition) in open_questions.items():
                        if key in present:
                            samples[name] += _matching(
                                database, key, _clause(condition), window, SAMPLES - len(samples[name])
                            )
            except ObjectNotFoundError:
                continue  # Records may expire before profiles do.
    return {name: tuple(found) for name, found in samples.items() if found}


def spread(parts: Sequence[str], most: int) -> list[str]:
    """At most so many of the parts, evenly spread from the first to the last."""
    if len(parts) <= most:
        return list(parts)
    return [parts[i * (len(parts) - 1) // (most - 1)] for i in range(most)]


def _matching(
    database: duckdb.DuckDBPyConnection, key: ColumnKey, clause: _Clause, window: Window, limit: int
) -> list[str]:
    where, parameters = clause
    column = '"' + key.replace('"', '""') + '"'
    # The only text that is put in is the quoted column name; every value is a parameter.
    rows = database.execute(
        "SELECT coalesce(nullif(inference_id, ''), event_id) FROM records "  # noqa: S608
        f"WHERE slot >= ? AND slot < ? AND {where.format(column)} LIMIT ?",
        [format_instant(window.start), format_instant(window.end), *parameters, limit],
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
            pattern = INTEGRAL if expected == "Integral" else FRACTIONAL
            return "{0} IS NOT NULL AND NOT regexp_full_match({0}, ?)", (pattern,)
        case IsNoneOf(values):
            return "{0} IS NOT NULL AND NOT list_contains(?, {0})", (list(values),)
        case Equals(value):
            return "{0} = ?", (value,)
        case IsBetween(lower, upper):
            bounds = tuple(bound for bound in (lower, upper) if bound is not None)
            from_, to = "" if lower is None else f" AND {number} >= ?", "" if upper is None else f" AND {number} < ?"
            return f"{number} IS NOT NULL{from_}{to}", bounds
