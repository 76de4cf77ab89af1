"""Parquet files of the native core, read by Apache Arrow: DuckDB is not the only one that must understand them."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.environment import OWN
from tests.native_core.tables import Group, expected, groups

ARROW = "pyarrow==26.0.1"

READER = """
import json, pathlib, sys
import pyarrow.parquet as parquet
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.parquet")):
    table = parquet.read_table(path)
    rows = [list(row.values()) for row in table.to_pylist()]
    print(json.dumps([table.column_names, [str(field.type) for field in table.schema], rows]))
"""


@pytest.mark.long  # an environment of its own, of 150 MB
def test_arrow_reads_the_same(core: ModuleType, tmp_path: Path) -> None:
    tables: list[list[Group]] = []

    @given(table=st.lists(groups(), min_size=1, max_size=5))
    @settings(max_examples=200)
    def write(table: list[Group]) -> None:
        file = core.write_parquet([group.given() for group in table], [("driftline_hours", "")], 1)
        (tmp_path / f"{len(tables):05}.parquet").write_bytes(file)
        tables.append(table)

    write()
    uv = str(Path(sys.executable).with_name("uv"))
    command = [
        uv,
        "run",
        "--quiet",
        "--no-project",
        "--python",
        sys.executable,
        "--with",
        ARROW,
        "python",
        "-c",
        READER,
    ]
    done = subprocess.run([*command, str(tmp_path)], env=OWN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert len(lines) == len(tables) > 100
    for table, line in zip(tables, lines, strict=True):
        names, kinds, rows = json.loads(line)
        assert (names, [tuple(row) for row in rows]) == expected(table)
        of_integers = {name for group in table if group.rows for name in group.columns if name.startswith("i")}
        assert {kind for name, kind in zip(names, kinds, strict=True) if name in of_integers} <= {"int32"}
        assert {kind for name, kind in zip(names, kinds, strict=True) if name not in of_integers} <= {"string"}
