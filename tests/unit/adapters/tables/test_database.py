"""DuckDB as every module opens it: where it spills, and in which zone it reads instants."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from driftline.adapters.tables.database import open_database

ROWS = 3_000_000  # 24 MB


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """(folder for temporary files, working directory), both empty."""
    temporary, working = tmp_path / "temporary", tmp_path / "working"
    temporary.mkdir()
    working.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(working)
    return temporary, working


def test_what_does_not_fit_goes_to_the_folder_for_temporary_files(folders: tuple[Path, Path]) -> None:
    """On Lambda the working directory is read-only, and the folder for temporary files is not."""
    temporary, working = folders
    with ExitStack() as opened:
        databases = [opened.enter_context(open_database(memory_limit="16MB")) for _ in range(2)]
        for number, database in enumerate(databases):
            database.execute(f"CREATE TABLE t AS SELECT range * {number + 1} + random() AS x FROM range({ROWS})")
        # Then each has its own files: their names are the same in all databases
        spilled = [database.execute("SELECT path FROM duckdb_temporary_files()").fetchall() for database in databases]
        places = {Path(path).parent for found in spilled for (path,) in found}
        assert all(spilled)
        assert len(places) == len(databases)
        assert {place.parent for place in places} == {temporary}
        # and nothing is mixed up
        sums = [database.execute("SELECT sum(floor(x)) FROM t").fetchall()[0][0] for database in databases]
        assert sums == [ROWS * (ROWS - 1) / 2, ROWS * (ROWS - 1)]
    assert list(working.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_settings_may_be_others(tmp_path: Path) -> None:
    with open_database(temp_directory=str(tmp_path / "own"), preserve_insertion_order=False) as database:
        query = "SELECT current_setting('temp_directory'), current_setting('preserve_insertion_order')"
        assert database.execute(query).fetchall() == [(str(tmp_path / "own"), False)]


INSTANT = """
import duckdb
from driftline.adapters.tables.database import open_database

query = "SELECT CAST(TIMESTAMPTZ '2026-03-01 12:00:00+02' AS VARCHAR)"
for database in (duckdb.connect(), opened := open_database(), opened.cursor()):
    print(database.execute(query).fetchall()[0][0])
"""


def test_instants_are_read_in_utc_wherever_the_machine_is() -> None:
    environment = {**os.environ, "TZ": "Asia/Kathmandu"}
    printed = subprocess.run(
        [sys.executable, "-c", INSTANT], env=environment, check=True, capture_output=True, text=True
    )
    # DuckDB's own, then ours, and in a cursor
    assert printed.stdout.split("\n")[:3] == ["2026-03-01 15:45:00+05:45", *["2026-03-01 10:00:00+00"] * 2]
