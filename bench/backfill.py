"""A backfill of a folder by processes side by side, against `driftline ingest` of the same files, by CPU time of all
processes, their starts included; the same of a baseline, against `driftline baseline`; and what a terabyte of captures
would take at the measured rate.

Both leave the same bytes: what differs is named, and fails the run.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.data import COLUMNS, capture_files, temporary_folder
from bench.ingested import profile_file
from bench.results import Limit, Options, Row
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.instants import format_instant
from driftline.domain.keys import hour_folder

OVERHEAD = Limit(1.2, 1.05, "x")
NO_BAR = Limit(float("inf"), float("inf"), "x")
PROJECTED = Limit(5000, 2500, "CPU s")
FILES, LARGE_FILES = 500, 10_000
ROWS = 20
"""Of a thin file: what a file costs is more than what its rows cost."""
WIDE_ROWS = 200_000
TERABYTE = 10**12
DATA_FILES, LARGE_DATA_FILES, DATA_ROWS, DATA_COLUMNS = 20, 100, 20_000, 30
BASELINE = "baselines/endpoint/data_quality/"
START = datetime(2026, 3, 1, tzinfo=UTC)
DOCUMENT = b"""\
endpoint: endpoint
monitors:
  data_quality: {schedule: "cron(0 0 1 1 ? *)"}
"""
"""No window of the year is inside of the range: only the files are compared."""


def run(options: Options) -> Iterator[Row]:
    files = LARGE_FILES if options.large else FILES
    with temporary_folder() as folder:
        [path] = capture_files(folder, ROWS)
        body = path.read_bytes()
        stores = {name: _store(folder / name / "store", body, files) for name in ("ingest", "backfill")}
        end = START + timedelta(hours=files)
        place = {name: ["--store", store.uri("")] for name, store in stores.items()}
        one_by_one = _cpu("ingest", *place["ingest"])
        period = ["--from", format_instant(START), "--to", format_instant(end), "--processes", "2"]
        together = _cpu("backfill", *place["backfill"], *period)
        differing = _differing(*(_objects(store) for store in stores.values()))
        assert not differing, f"not the same bytes: {differing[:5]}"
        yield Row(
            f"{files:,} capture files of {ROWS} rows, backfill against ingest",
            OVERHEAD if options.large else NO_BAR,  # of few files, the start of the processes is a good part
            together / one_by_one,
            f"CPU: {together:.1f} s with two processes, {one_by_one:.1f} s one by one; the same bytes",
        )
        per_file = one_by_one / files
        yield _baseline(options, folder / "baseline")
        yield _terabyte(options, folder / "wide", per_file)


def _baseline(options: Options, folder: Path) -> Row:
    """A data set of several files, by processes side by side and by one: the same files come of it."""
    data = np.random.default_rng(7)
    stores = {name: FolderStore(folder / name / "store", "bench") for name in ("one", "many")}
    header = ",".join(f"c{column}" for column in range(DATA_COLUMNS))
    files = LARGE_DATA_FILES if options.large else DATA_FILES
    size = 0
    for number in range(files):
        rows = data.normal(100, 10, (DATA_ROWS, DATA_COLUMNS))
        lines = "\n".join(",".join(f"{cell:.4f}" for cell in row) for row in rows)
        size += len(lines)
        for store in stores.values():
            store.put("monitors/endpoint.yaml", DOCUMENT)
            store.put(f"{BASELINE}input/{number:04}.csv", f"{header}\n{lines}\n".encode())
    one_pass = _cpu("baseline", "--store", stores["one"].uri(""))
    together = _cpu("backfill", "--baseline", "--processes", "2", "--store", stores["many"].uri(""))
    made = [{each.key: each.etag for each in store.list(BASELINE)} for store in stores.values()]
    assert not _differing(*made), f"not the same bytes: {_differing(*made)}"
    return Row(
        f"baseline of {files} files of {DATA_ROWS:,} rows x {DATA_COLUMNS}, side by side against one pass",
        OVERHEAD if options.large else NO_BAR,
        together / one_pass,
        f"CPU: {together:.1f} s with two processes, {one_pass:.1f} s in one pass ({size / 1e6:.0f} MB); the same bytes",
    )


def _terabyte(options: Options, folder: Path, per_file: float) -> Row:
    """At the rate of large files: a terabyte of thin files is a matter of their number, which the detail has."""
    rows = options.rows or WIDE_ROWS
    folder.mkdir()
    paths = capture_files(folder, rows)
    store, tables = FolderStore(folder / "store", "bench"), DuckTables()
    keys = [f"capture/endpoint/AllTraffic/{hour_folder(START)}{number}.jsonl" for number in range(len(paths))]
    size = 0
    for key, path in zip(keys, paths, strict=True):
        body = path.read_bytes()
        size += len(body)
        store.put(key, body)
    started = time.process_time()
    for key in keys:
        profile_file(store, key, tables)
    seconds = time.process_time() - started
    rate = size / seconds
    detail = f"{rate / 1e6:.0f} MB a second, {rows:,} rows x {COLUMNS}; a thin file takes {per_file * 1000:.0f} ms"
    return Row("projected: 1 TB of captures", PROJECTED, TERABYTE / rate, detail)


def _store(root: Path, body: bytes, files: int) -> FolderStore:
    store = FolderStore(root, "bench")
    store.put("monitors/endpoint.yaml", DOCUMENT)
    for number in range(files):
        hour = START + timedelta(hours=number)
        store.put(f"capture/endpoint/AllTraffic/{hour_folder(hour)}a.jsonl", body)
    return store


def _cpu(*command: str) -> float:
    """CPU seconds of a command and of all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = str(Path(sys.executable).with_name("driftline"))
    subprocess.run([program, *command, "--json"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _objects(store: FolderStore) -> Mapping[str, str]:
    """Key → entity tag, of everything that follows from the files."""
    return {each.key: each.etag for each in store.list("state/") if not each.key.startswith("state/backfill/")}


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
