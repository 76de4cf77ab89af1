"""Both profilers of capture files over the same bytes, for tests that compare them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from driftline.adapters.native.core import CORE, WHY_NOT
from driftline.adapters.native.profiler import NativeProfiler
from driftline.adapters.tables.capture_files import PythonProfiler
from driftline.adapters.tables.column_names import column_names
from driftline.adapters.tables.columnar import hours_of_records
from driftline.adapters.tables.csv_columns import csv_to_columns
from driftline.domain.capture.records import Reject
from driftline.domain.capture.tables import CHUNK_CELLS
from driftline.domain.profiles.profiled_hour import ProfiledHour, ProfiledSlot
from driftline.domain.windows import HOUR, floor_to
from driftline.usecases.ports.captures import CaptureFile, CaptureProfiler, Parser

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

needs_core = pytest.mark.skipif(CORE is None, reason=f"no native core: {WHY_NOT}")


@dataclass(frozen=True)
class Outcome:
    """Everything that profile_capture makes of a file.

    Attributes:
        hours: Start of each hour -> the bytes of its profile.
        columns: (name, type) of the records' columns.
        rows: The records, in their order.
    """

    hours: dict[datetime, bytes]
    columns: list[tuple[str, str]]
    rows: list[tuple[object, ...]]
    stored_hours: list[datetime]
    rejects: list[Reject]
    rejected: int


def outcome(profiler: CaptureProfiler, bodies: Sequence[bytes]) -> tuple[Parser, Outcome]:
    """What becomes of a file whose bodies are read one after the other, and what read it."""
    file = CaptureFile(lambda: iter(bodies), "captures", NOON, None, 1 << 30)
    with profiler.profile(file) as profiled:
        slots: dict[datetime, dict[datetime, ProfiledSlot]] = {}
        for slot, count in sorted(profiled.counts.items()):
            tables = {layout: table for (at, layout), table in profiled.tables.items() if at == slot}
            slots.setdefault(floor_to(slot, HOUR), {})[slot] = ProfiledSlot(
                tables, count.records, count.rejected, count.skipped
            )
        hours = {
            hour: ProfiledHour(of_hour, "source", "records", profiled.join_hashes(hour), "content").to_bytes()
            for hour, of_hour in slots.items()
        }
        records = profiled.records(list(hours))
        columns, rows = read_records(records)
        stored = hours_of_records(records)
        return profiled.parser, Outcome(hours, columns, rows, stored, list(profiled.rejects), profiled.rejected)


def read_records(records: bytes) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
    """(name, type) of the columns, and all rows in their order."""
    with TemporaryDirectory() as folder, duckdb.connect() as database:
        path = Path(folder) / "records.parquet"
        path.write_bytes(records)
        found = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
        return [(name, str(kind)) for name, kind, *_ in found.description or ()], found.fetchall()


def compared(bodies: Sequence[bytes], chunk_cells: int = CHUNK_CELLS) -> Parser:
    """Asserts that the core makes the same of the file as Python; what read it."""
    assert CORE is not None
    python = PythonProfiler(csv_to_columns, chunk_cells)
    parser, native = outcome(NativeProfiler(CORE, lambda: python, column_names, chunk_cells), bodies)
    _, expected = outcome(python, bodies)
    assert native == expected
    return parser
