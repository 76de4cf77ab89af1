"""Synthetic capture files: 1 output and 29 input columns as CSV, shaped like SageMaker's data capture.

The values follow from the row number alone (hashes, no random generator), so every run and every machine with the
same DuckDB version reads the same bytes. Rows are made and written in blocks: any number fits in little memory.

Columns: one output (a score); of the inputs 10 whole-number columns, 14 with fractions (normal, log-normal, uniform),
5 texts with 3 to 2,000 distinct values. Five in a hundred input values are missing. About 600 bytes a line.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import duckdb

CACHE = Path(__file__).parent.parent / ".cache" / "bench"
ROWS_PER_FILE = 50_000
"""About 30 MB, the order of size in which an endpoint under load rolls its capture files."""

ROWS_PER_SECOND = 167
"""Density of inference times: a file of 50,000 rows spans five minutes."""

COLUMNS = 30
_WHOLE_RANGES = (2, 5, 10, 24, 60, 100, 365, 1_000, 10_000, 1_000_000)
_TEXT_COUNTS = (3, 12, 50, 300, 2_000)
_FRACTIONS = 14
_MISSING_OF_100 = 5


def capture_files(folder: Path, rows: int, rows_per_file: int = ROWS_PER_FILE) -> list[Path]:
    """Capture files with `rows` lines in all, in the order of their inference times.

    They are written into `folder`; those that are there from an earlier call are kept as they are.

    Args:
        folder: Is made when it is not there.
        rows: Lines in all files together.
        rows_per_file: Lines of each file but the last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET memory_limit = '1GB'; SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # it would be among the figures
        for first in range(0, rows, rows_per_file):
            count = min(rows_per_file, rows - first)
            path = folder / f"{first:09d}-{count}.jsonl"
            paths.append(path)
            if not path.exists():
                _write(connection, path, first, count)
    return paths


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder under `.cache/bench`, removed with all it holds at the end."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="data-", dir=CACHE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _write(connection: duckdb.DuckDBPyConnection, path: Path, first: int, count: int) -> None:
    partial = path.with_suffix(".partial")
    # One column of finished lines: no quoting, and a delimiter that no line holds.
    options = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\t'"
    connection.execute(f"COPY ({_lines_sql(first, count)}) TO '{partial}' ({options})")
    partial.rename(path)


def _lines_sql(first: int, count: int) -> str:
    inputs = ", ".join(_input_columns())
    return f"""
        SELECT '{{"captureData":{{"endpointInput":{{"observedContentType":"text/csv","mode":"INPUT","data":"'
            || concat_ws(',', {inputs})
            || '","encoding":"CSV"}},"endpointOutput":{{"observedContentType":"text/csv",'
            || '"mode":"OUTPUT","data":"' || round({_uniform(0)}, 16)
            || '","encoding":"CSV"}}}},"eventMetadata":{{"eventId":"' || {_identifier("e")}
            || '","inferenceId":"' || {_identifier("i")}
            || '","inferenceTime":"' || strftime(make_timestamp({_microseconds()}), '%Y-%m-%dT%H:%M:%SZ')
            || '"}},"eventVersion":"0"}}' AS line
        FROM range({first}, {first + count}) t(i)
        ORDER BY i"""


def _microseconds() -> str:
    start = 1_772_323_200  # 2026-03-01T00:00:00Z
    return f"({start} + i // {ROWS_PER_SECOND}) * 1000000"


def _identifier(salt: str) -> str:
    text = f"md5('{salt}' || i)"
    return f"{text}[1:8] || '-' || {text}[9:12] || '-' || {text}[13:16] || '-' || {text}[17:20] || '-' || {text}[21:32]"


def _uniform(column: int) -> str:
    """A number in (0, 1), the same for the same row and column."""
    return f"((hash((i + 1) * 1000 + {column}) >> 12) + 0.5) / 4503599627370496.0"


def _normal(column: int) -> str:
    """Box and Muller's transformation of two uniform numbers."""
    return f"sqrt(-2 * ln({_uniform(column)})) * cos(6.283185307179586 * {_uniform(column + 500)})"


def _input_columns() -> Iterator[str]:
    column = 1
    for size in _WHOLE_RANGES:
        yield _mostly_present(column, f"floor({size} * {_uniform(column)})::BIGINT")
        column += 1
    for number in range(_FRACTIONS):
        value = (
            f"round(50 + {number} + 12.5 * {_normal(column)}, 6)",
            f"round(exp({_normal(column)} + {number} / 4), 6)",
            f"round(1000 * {_uniform(column)}, 6)",
        )[number % 3]
        yield _mostly_present(column, value)
        column += 1
    for size in _TEXT_COUNTS:
        # The square of a uniform number: some values are frequent, most are rare.
        yield _mostly_present(column, f"'c' || floor({size} * pow({_uniform(column)}, 2))::BIGINT")
        column += 1


def _mostly_present(column: int, value: str) -> str:
    missing = f"hash((i + 1) * 1000 + {column + 250}) % 100 < {_MISSING_OF_100}"
    return f"CASE WHEN {missing} THEN '' ELSE ({value})::VARCHAR END"
