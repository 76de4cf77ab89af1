"""Driftline: every capture file to profiles per five-minute slot, as profile_capture does, and all of them merged.

With --processes=2 two processes share the files, as two Lambda functions would; their profiles are merged at the end.
With --records the columnar records of every file are made, too.
"""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from measuring import measured, peak_memory

from driftline.adapters.tables.duck import DuckTables
from driftline.domain.profiles.parts import EncodedTable
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.usecases.ports.captures import CaptureFile

PARTS = 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def profile_files(paths: Sequence[str], *, records: bool = False) -> WindowProfile:
    """One file after the other; a few profiles wait before they are merged, so that memory stays flat."""
    tables = DuckTables(keep_records=records)
    parts: list[WindowProfile] = []
    for path in paths:
        parts += _profiles_of(Path(path).read_bytes(), tables, records=records)
        if len(parts) >= PARTS:
            parts = [WindowProfile.merge_all(parts)]
    return WindowProfile.merge_all(parts)


def _profiles_of(body: bytes, tables: DuckTables, *, records: bool) -> list[WindowProfile]:
    file = CaptureFile(lambda: iter([body]), "captures", EPOCH, None, UNPACKED_BYTES)
    with tables.profiler.profile(file) as profiled:
        if records:
            profiled.records(sorted({slot.replace(minute=0) for slot in profiled.counts}))
        profiles = [
            WindowProfile({layout: table.profile() if isinstance(table, EncodedTable) else table})
            for (_, layout), table in profiled.tables.items()
        ]
        counts = [WindowProfile({}, count.records, count.rejected, count.skipped) for count in profiled.counts.values()]
    return profiles + counts


def share(paths: Sequence[str]) -> tuple[bytes, float, float]:
    """What one of several processes sends back: its profile, its CPU seconds and its peak memory."""
    before = time.process_time()
    profile = profile_files(paths).to_bytes()
    return profile, time.process_time() - before, peak_memory()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--records", action="store_true")
    parser.add_argument("paths", nargs="+")
    asked = parser.parse_args()
    if asked.processes == 1:
        with measured():
            profile = profile_files(asked.paths, records=asked.records)
    else:
        # The processes are started and have imported everything before the clock runs, as Spark's session has.
        with get_context("spawn").Pool(asked.processes) as pool:
            pool.map(peak_memory, ["self"] * asked.processes, chunksize=1)
            with measured() as others:
                shares = [asked.paths[n :: asked.processes] for n in range(asked.processes)]
                done = pool.map(share, shares, chunksize=1)
                profile = WindowProfile.merge_all([WindowProfile.from_bytes(data) for data, _, _ in done])
                others["cpu_seconds"] = sum(cpu for _, cpu, _ in done)
                others["peak_rss_mb"] = sum(memory for _, _, memory in done)
    if profile.rejected or not profile.rows:
        raise SystemExit(f"{profile.rows} rows, {profile.rejected} rejected: these are no benchmark files")


if __name__ == "__main__":
    main()
