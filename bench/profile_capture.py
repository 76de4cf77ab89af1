"""Capture files → profiles, on one core, against decoding their JSON alone with msgspec in the same process.

The floor decodes every documented field of the records (observedContentType, mode, data, encoding of both sides,
eventId, inferenceId, inferenceTime, eventVersion) into typed objects, in batches of 1 MB, and throws them away. Rows
without a bar compare with decoding into dicts and with decoding only the fields that Driftline itself needs.
Floor and profile take turns, file by file; the ratio is of the sums of their CPU seconds.

Columnar records (Parquet) are written by the same function, but are no part of the bar; their time is a row of its own,
and bench/whole_capture.py has the whole function.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.data import COLUMNS, capture_files, temporary_folder
from bench.results import Limit, Options, Row
from driftline.adapters.native.core import CORE, parser
from driftline.adapters.tables.columnar import ColumnarRecords
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.capture.blocks import CaptureReader
from driftline.domain.capture.lines import line_batches
from driftline.domain.capture.records import decode_records
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.usecases.ports.captures import CaptureFile

ROWS = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RATIO = Limit(1.3, 0.9, "x") if CORE else Limit(4, 2, "x")


class _Payload(msgspec.Struct):
    observedContentType: str  # noqa: N815 - SageMaker's names
    mode: str
    data: str
    encoding: str


class _CaptureData(msgspec.Struct):
    endpointInput: _Payload  # noqa: N815
    endpointOutput: _Payload  # noqa: N815


class _EventMetadata(msgspec.Struct):
    eventId: str  # noqa: N815
    inferenceTime: str  # noqa: N815
    inferenceId: str | None = None  # noqa: N815


class _Record(msgspec.Struct):
    captureData: _CaptureData  # noqa: N815
    eventMetadata: _EventMetadata  # noqa: N815
    eventVersion: str  # noqa: N815


_TYPED = msgspec.json.Decoder(_Record)
_UNTYPED = msgspec.json.Decoder()
_TABLES = DuckTables(keep_records=False)


def run(options: Options) -> Iterator[Row]:
    """Three ratios; the bar is on the first."""
    rows = options.rows or ROWS
    stages: dict[str, Callable[[bytes], None]] = {
        "typed": decode_typed,
        "untyped": _decode_untyped,
        "needed": _decode_needed,
        "profile": _profile,
        "records": _columnar,
    }
    spent = dict.fromkeys(stages, 0.0)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        with temporary_folder() as folder:
            paths = capture_files(folder, rows)
            _profile(paths[0].read_bytes())  # imports and first calls are in nobody's figures
            for path in paths:
                _measure(path, stages, spent)
    finally:
        os.sched_setaffinity(0, cores)
    size = f"{rows:,} rows x {COLUMNS}"
    seconds = f"{parser()} parser, CPU: " + ", ".join(f"{name} {spent[name]:.2f} s" for name in spent)
    yield Row(f"{size}: profile against decoding", RATIO, spent["profile"] / spent["typed"], seconds)
    for name, title in (("untyped", "decoding without types"), ("needed", "decoding the needed fields only")):
        ratio = spent["profile"] / spent[name]
        yield Row(f"{size}: profile against {title}", NO_BAR, ratio, f"{rows / spent['profile']:,.0f} rows/s profiled")
    yield Row(
        f"{size}: columnar records by DuckDB against decoding",
        NO_BAR,
        spent["records"] / spent["typed"],
        "not in the above",
    )


NO_BAR = Limit(float("inf"), float("inf"), "x")


def _measure(path: Path, stages: dict[str, Callable[[bytes], None]], spent: dict[str, float]) -> None:
    body = path.read_bytes()
    for name, stage in stages.items():
        start = time.process_time()
        stage(body)
        spent[name] += time.process_time() - start


def decode_typed(body: bytes) -> None:
    for batch in line_batches(body, "captures"):
        _TYPED.decode_lines(batch.body)


def decode_payloads(body: bytes) -> None:
    """Payloads that are JSON documents, too."""
    for batch in line_batches(body, "captures"):
        for record in _TYPED.decode_lines(batch.body):
            _UNTYPED.decode(record.captureData.endpointInput.data)
            _UNTYPED.decode(record.captureData.endpointOutput.data)


def _decode_untyped(body: bytes) -> None:
    for batch in line_batches(body, "captures"):
        _UNTYPED.decode_lines(batch.body)


def _decode_needed(body: bytes) -> None:
    for batch in line_batches(body, "captures"):
        decode_records(batch)


def _profile(body: bytes) -> None:
    """As profile_capture does it, a file at a time."""
    file = CaptureFile(lambda: iter([body]), "captures", EPOCH, None, UNPACKED_BYTES)
    with _TABLES.profiler.profile(file):
        pass


def _columnar(body: bytes) -> None:
    with ColumnarRecords() as records:
        for block in CaptureReader(EPOCH).read(body, "captures"):
            records.add(block)
        records.to_bytes([])
