"""The whole of `profile_capture` (profile, columnar records, ids, digests, objects), in a folder, on one core.

Against msgspec decoding the same lines into typed objects, file by file in turn, as in bench/profile_capture.py. With
JSON payloads, the floor decodes the payloads, too; with gzip, it unpacks the file first.
"""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from bench.data import COLUMNS, capture_files, temporary_folder
from bench.ingested import profile_file
from bench.profile_capture import decode_payloads, decode_typed
from bench.results import Limit, Options, Row
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.keys import hour_folder

ROWS = 200_000
CSV, JSON = Limit(2.5, 1.8, "x"), Limit(3, 1.5, "x")
NO_BAR = Limit(float("inf"), float("inf"), "x")
HOUR = datetime(2026, 3, 1, tzinfo=UTC)


def run(options: Options) -> Iterator[Row]:
    """A row for each way in which endpoints capture."""
    rows = options.rows or ROWS
    kinds: list[tuple[str, Limit, str, Callable[[bytes], bytes], Callable[[bytes], None]]] = [
        ("CSV payloads", CSV, "jsonl", lambda body: body, decode_typed),
        ("JSON object payloads", JSON, "jsonl", as_json_payloads, decode_payloads),
        ("CSV payloads, gzip", NO_BAR, "jsonl.gz", gzipped, lambda body: decode_typed(gzip.decompress(body))),
    ]
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        with temporary_folder() as folder:
            paths = capture_files(folder, rows)
            for name, limit, ending, made, floor in kinds:
                whole, decoding = _measured(folder / name, paths, ending, made, floor)
                yield Row(
                    f"{rows:,} rows x {COLUMNS}, {name}: whole of profile_capture against decoding",
                    limit,
                    whole / decoding,
                    f"CPU: {whole:.2f} s, {decoding:.2f} s; {rows / whole:,.0f} rows/s",
                )
    finally:
        os.sched_setaffinity(0, cores)


def _measured(
    folder: Path, paths: list[Path], ending: str, made: Callable[[bytes], bytes], floor: Callable[[bytes], None]
) -> tuple[float, float]:
    """CPU seconds of the whole, and of the floor."""
    store, tables = FolderStore(folder, "bench"), DuckTables()
    spent = [0.0, 0.0]
    for number, path in enumerate([paths[0], *paths]):
        key = f"capture/endpoint/AllTraffic/{hour_folder(HOUR)}{number}.{ending}"
        body = made(path.read_bytes())
        store.put(key, body)
        took = _timed(partial(profile_file, store, key, tables)), _timed(partial(floor, body))
        if number:  # imports and first calls are in nobody's figures
            spent = [before + each for before, each in zip(spent, took, strict=True)]
    return spent[0], spent[1]


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def as_json_payloads(body: bytes) -> bytes:
    """The same rows as an endpoint captures them that speaks JSON: an object of named values on each side."""
    return b"".join(msgspec.json.encode(_with_objects(msgspec.json.decode(line))) + b"\n" for line in body.splitlines())


def _with_objects(record: dict[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, dict[str, str]]]:
    for side, prefix in (("endpointInput", "f"), ("endpointOutput", "score")):
        payload = record["captureData"][side]
        cells = {f"{prefix}{at}": _value(cell) for at, cell in enumerate(payload["data"].split(","))}
        payload |= {
            "observedContentType": "application/json",
            "data": msgspec.json.encode(cells).decode(),
            "encoding": "JSON",
        }
    return record


def _value(cell: str) -> object:
    """A JSON number where the cell is one, null for an empty cell."""
    if not cell:
        return None
    return cell if cell[0].isalpha() else msgspec.json.decode(cell)
