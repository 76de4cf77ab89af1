"""The Parquet writer of the native core, read by DuckDB, which is what reads columnar records."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.adapters.tables.columnar import hours_of_records
from driftline.domain.instants import format_instant
from tests.native_core.tables import Group, expected, groups


def _written(core: ModuleType, table: list[Group], metadata: list[tuple[str, str]] | None = None) -> bytes:
    file: bytes = core.write_parquet([group.given() for group in table], metadata or [], 1)
    return file


def _read(folder: Path, file: bytes, query: str = "SELECT * FROM '{}'") -> tuple[list[str], list[str], list[Any]]:
    """(columns, their types, rows)."""
    path = folder / "read.parquet"
    path.write_bytes(file)
    with duckdb.connect() as database:
        found = database.sql(query.format(path))
        return found.columns, [str(kind) for kind in found.types], found.fetchall()


@given(table=st.lists(groups(), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read(core: ModuleType, tmp_path: Path, table: list[Group]) -> None:
    names, rows = expected(table)
    file = _written(core, table)
    columns, kinds, found = _read(tmp_path, file)
    assert (columns, found) == (names, rows)
    of_integers = {name for group in table if group.rows for name in group.columns if name.startswith("i")}
    assert [kind for kind, name in zip(kinds, names, strict=True) if name in of_integers] == ["INTEGER"] * len(
        of_integers
    )
    assert {kind for kind, name in zip(kinds, names, strict=True) if name not in of_integers} <= {"VARCHAR"}
    assert _written(core, table) == file


def test_columns_of_several_pages(core: ModuleType, tmp_path: Path) -> None:
    """A page has at most 2^18 rows and a MiB of texts: the first page of nothing but nulls, a text longer than a page."""
    rows, nulls = 270_000, (1 << 18) + 5
    drawn = random.Random(3)
    late = [None] * nulls + [drawn.choice(["yes", "", None]) for _ in range(rows - nulls)]
    words = ["", "yes"]
    coded = [None if text is None else words.index(text) for text in late]
    numbers = [f"{drawn.random()}" for _ in range(rows)]
    numbers[7:9] = ["n" * 3_000_000, "é"]
    integers = [drawn.randrange(-(2**31), 2**31) for _ in range(rows)]
    distinct = [drawn.randrange(70_000) for _ in range(rows)]
    table = Group(
        "", rows, {
            "late": late, "coded": (coded, words), "numbers": numbers, "integers": integers,
            "distinct": (distinct, [f"d{code}" for code in range(70_000)]),
        }
    )  # fmt: skip
    names, expected_rows = expected([table])
    columns, _, found = _read(tmp_path, _written(core, [table]))
    assert columns == names
    assert found == expected_rows


def test_hours_are_found_where_records_have_them(core: ModuleType) -> None:
    hours = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(3)]
    text = " ".join(format_instant(hour) for hour in hours)
    file = _written(core, [Group("", 1, {"event_id": ["a"]})], [("driftline_hours", text), ("other", "")])
    assert hours_of_records(file) == hours


def test_chunks_have_zstd_and_no_statistics(core: ModuleType, tmp_path: Path) -> None:
    table = [Group("", 2, {"t": ["a", None], "c": ([0, None], ["x"]), "i": [1, 2]})]
    query = "SELECT path_in_schema, compression, encodings, num_values, stats_min, stats_max, stats_null_count FROM parquet_metadata('{}')"
    assert _read(tmp_path, _written(core, table), query)[2] == [
        ("t", "ZSTD", "RLE, DELTA_LENGTH_BYTE_ARRAY", 2, None, None, None),
        ("c", "ZSTD", "RLE, RLE_DICTIONARY", 2, None, None, None),
        ("i", "ZSTD", "RLE, DELTA_BINARY_PACKED", 2, None, None, None),
    ]


def test_files_are_not_larger_than_duckdbs(core: ModuleType, tmp_path: Path) -> None:
    rows, drawn = 20_000, random.Random(5)
    columns: dict[str, Any] = {
        "event_id": [f"{drawn.getrandbits(128):032x}" for _ in range(rows)],
        "inference_time": [f"2026-03-01T14:{at * 60 // rows:02}:00Z" for at in range(rows)],
        "row": [0] * rows,
        "output[0]": [f"{drawn.random():.6f}" for _ in range(rows)],
        "input[0]": [f"{drawn.gauss(40, 9):.1f}" for _ in range(rows)],
        "input[1]": [drawn.choice(["AA", "UA", "DL", None]) for _ in range(rows)],
    }
    path = tmp_path / "duckdb.parquet"
    (tmp_path / "in.parquet").write_bytes(_written(core, [Group("", rows, columns)]))
    with duckdb.connect() as database:
        options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2"
        database.execute(f"COPY (FROM '{tmp_path / 'in.parquet'}') TO '{path}' ({options})")
    codes = {None: None, "AA": 0, "UA": 1, "DL": 2}
    times = list(dict.fromkeys(columns["inference_time"]))
    columns["inference_time"] = ([times.index(text) for text in columns["inference_time"]], times)
    columns["input[1]"] = ([codes[text] for text in columns["input[1]"]], ["AA", "UA", "DL"])
    assert len(_written(core, [Group("", rows, columns)])) <= 1.05 * path.stat().st_size


@pytest.mark.parametrize(
    ("given_groups", "words"),
    [
        ([("", 2, [("a", ["x"])])], "column a: it has not as many rows as its row group"),
        ([("", 1, [("a", ["x"]), ("a", ["y"])])], "column a: its row group has it already"),
        ([("", 1, [("a", ["x"])]), ("", 1, [("a", [1])])], "column a: an earlier row group has it with another type"),
        ([("", 1, [("a", ([1], ["x"]))])], "column a: its dictionary lacks a code"),
        ([("", 1, [("a", ([-1], ["x"]))])], "column a: its dictionary lacks a code"),
        ([("", 1, [("a", [2**31])])], "an integer has at most 32 bits"),
        ([("", 2, [("a", ["x", 1])])], "a column has either texts or integers"),
    ],
)
def test_a_table_that_cannot_be_is_refused(core: ModuleType, given_groups: list[Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        core.write_parquet(given_groups, [], 1)


@pytest.mark.parametrize("given_groups", [[("", 1)], ["x"], [("", 1, [("a", 5)])], [("", 1, [("a", ["\ud800"])])]])
def test_other_objects_are_errors_of_python(core: ModuleType, given_groups: list[Any]) -> None:
    with pytest.raises((TypeError, UnicodeEncodeError, SystemError)):
        core.write_parquet(given_groups, [], 1)
