"""Sample inferences behind each violation, looked up in the columnar records."""

from collections.abc import Mapping, Sequence

import duckdb

from driftline.domain.capture.cells import FRACTIONAL, INTEGRAL
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.drift.distance import BucketShift
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.domain.windows import Window, format_instant
from driftline.kinds.data_quality.rules.check import Finding
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.usecases.capture.window_profile import read_profiles
from driftline.usecases.ports import ObjectStore

SAMPLES = 5
MAX_FILES = 8
"""So many capture files of the window are searched; a window of days may have thousands."""

_NUMBER = f"({FRACTIONAL})|({INTEGRAL})"

type Condition = tuple[str, tuple[object, ...]]
"""A SQL condition over the quoted column `{0}`, and its parameters."""


def sample_inferences(
    store: ObjectStore,
    parts: Sequence[str],
    window: Window,
    findings: Sequence[Finding],
    keys: Mapping[str, ColumnKey],
    constraints: Constraints,
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Up to SAMPLES inferenceIds (else eventIds) of rows that each finding is about.

    Args:
        parts: Keys of the window's profiles; the first MAX_FILES of them, evenly spread, are searched.
        keys: The column key of each feature.

    Returns:
        By (feature, constraint_check_type); findings about no row in particular are left out.
    """
    wanted = {
        (finding.feature, finding.check.value): (keys[finding.feature], condition)
        for finding in findings
        if finding.feature in keys and (condition := _condition(finding, constraints)) is not None
    }
    samples: dict[tuple[str, str], list[str]] = {name: [] for name in wanted}
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
                            samples[name] += _matching(database, key, condition, window, SAMPLES - len(samples[name]))
            except ObjectNotFoundError:
                continue  # Records may expire before profiles do.
    return {name: tuple(found) for name, found in samples.items() if found}


def spread(parts: Sequence[str], most: int) -> list[str]:
    """At most so many of the parts, evenly spread from the first to the last."""
    if len(parts) <= most:
        return list(parts)
    return [parts[i * (len(parts) - 1) // (most - 1)] for i in range(most)]


def _matching(
    database: duckdb.DuckDBPyConnection, key: ColumnKey, condition: Condition, window: Window, limit: int
) -> list[str]:
    where, parameters = condition
    column = '"' + key.replace('"', '""') + '"'
    # The only text that is put in is the quoted column name; every value is a parameter.
    rows = database.execute(
        "SELECT coalesce(nullif(inference_id, ''), event_id) FROM records "  # noqa: S608
        f"WHERE slot >= ? AND slot < ? AND {where.format(column)} LIMIT ?",
        [format_instant(window.start), format_instant(window.end), *parameters, limit],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _condition(finding: Finding, constraints: Constraints) -> Condition | None:
    feature = next((each for each in constraints.features if each.name == finding.feature), None)
    match finding.check:
        case CheckType.COMPLETENESS:
            return "{0} IS NULL", ()
        case CheckType.DATA_TYPE if feature is not None:
            return _of_another_type(feature.inferred_type)
        case CheckType.CATEGORICAL_VALUES if feature is not None and feature.string_constraints is not None:
            return "{0} IS NOT NULL AND NOT list_contains(?, {0})", (list(feature.string_constraints.domains or ()),)
        case CheckType.BASELINE_DRIFT if finding.drift is not None:
            grown = [shift for shift in finding.drift.top_buckets if shift.current > shift.baseline]
            return _in_bucket(grown[0]) if grown else None
        case _:
            return None


def _of_another_type(expected: str) -> Condition:
    if expected == "String":
        return "regexp_full_match({0}, ?)", (_NUMBER,)
    pattern = INTEGRAL if expected == "Integral" else FRACTIONAL
    return "{0} IS NOT NULL AND NOT regexp_full_match({0}, ?)", (pattern,)


def _in_bucket(shift: BucketShift) -> Condition:
    if shift.value is not None:
        return "{0} = ?", (shift.value,)
    number = "try_cast({0} AS DOUBLE)"
    lower = "" if shift.lower is None else f" AND {number} >= ?"
    upper = "" if shift.upper is None else f" AND {number} < ?"
    bounds = tuple(bound for bound in (shift.lower, shift.upper) if bound is not None)
    return f"{number} IS NOT NULL{lower}{upper}", bounds
