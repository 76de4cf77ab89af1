"""Capture files a second that `driftline ingest` takes, one after the other, by CPU time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import thin
from bench.data import capture_files, temporary_folder
from bench.ingested import profile_file
from bench.results import Limit, Options, Row
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.keys import hour_folder

LIMIT = Limit(20, 40, "files a second", more_is_better=True)
THIN = Limit(15, 7, "ms CPU a file")
FILES = 100
ROWS = 100
"""A small file: what a file costs is more than what its rows cost."""


def run(_options: Options) -> Iterator[Row]:
    with temporary_folder() as folder:
        [path] = capture_files(folder, ROWS)
        body = path.read_bytes()
        store, tables, hour = FolderStore(folder / "store", "bench"), DuckTables(), datetime(2026, 3, 1, tzinfo=UTC)
        keys = [f"capture/endpoint/AllTraffic/{hour_folder(hour + timedelta(hours=n))}a.jsonl" for n in range(FILES)]
        for key in keys:
            store.put(key, body)
        started = time.process_time()
        for key in keys:
            profile_file(store, key, tables)
        seconds = time.process_time() - started
    yield Row(f"{FILES} capture files of {ROWS} rows", LIMIT, FILES / seconds, "CPU time of one process")
    with temporary_folder() as folder:
        store = FolderStore(folder / "store", "bench")
        keys = thin.put_captures(store, FILES, ROWS, timedelta(minutes=1) / ROWS)
        started = time.process_time()
        for key in keys:
            profile_file(store, key, tables)
        seconds = time.process_time() - started
    yield Row(
        f"{FILES} capture files of a minute, {ROWS} rows x {thin.COLUMNS} columns", THIN, 1000 * seconds / FILES, "mean"
    )
