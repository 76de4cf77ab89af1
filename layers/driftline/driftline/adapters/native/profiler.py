"""The port `CaptureProfiler` by the native core, and by Python where the core does not read.

The core reads lines with one row each. Lines that it leaves out are read in Python, and their rows are added at their
places. A batch with a line that is no capture record is read in Python as a whole, so that what is rejected, and the
reason, never depends on the core. Few files have what cannot be added row by row; they are read again by Python alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from driftline.adapters.native.core import Core, CoreCapture, CoreTable, Row
from driftline.adapters.native.tables import profiled_table
from driftline.domain.capture.blocks import USUAL_BATCH, CaptureReader, RecordRows, SlotCount
from driftline.domain.capture.cells import value_text
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.lines import LineBatch, line_batches
from driftline.domain.capture.pairing import CsvLayout
from driftline.domain.capture.records import Reject
from driftline.domain.capture.tables import CHUNK_CELLS
from driftline.domain.ground_truth.join_ids import STORED
from driftline.domain.instants import format_instant
from driftline.domain.profiles.parts import ProfiledTable, TableParts
from driftline.domain.profiles.span import Layout
from driftline.usecases.ports.captures import (
    HOURS_METADATA,
    CaptureFile,
    CaptureProfiler,
    Parser,
    ProfiledCapture,
)

_MOST_LAYOUTS = 9
_UNION_COLUMNS = 2_048
_WIDE = 512
"""Beyond these, the records have their rows in another order (adapters/tables/columnar.py)."""

type ColumnNames = Callable[[Iterable[ColumnKey]], Mapping[ColumnKey, str]]


class _ForPythonError(Exception):
    """The file has what the core cannot be given."""


@dataclass(frozen=True, slots=True)
class NativeProfiled:
    """A `ProfiledCapture`."""

    reader: CaptureReader
    tables: Mapping[tuple[datetime, Layout], ProfiledTable]
    capture: CoreCapture
    hashes: Mapping[datetime, bytes]
    names: ColumnNames
    parser: Parser = "native"

    @property
    def counts(self) -> Mapping[datetime, SlotCount]:
        return self.reader.counts

    @property
    def rejects(self) -> Sequence[Reject]:
        return self.reader.rejects

    @property
    def rejected(self) -> int:
        return self.reader.rejected

    def join_hashes(self, hour: datetime) -> bytes:
        return np.sort(np.frombuffer(self.hashes.get(hour, b""), dtype=np.uint64)).astype(STORED).tobytes()

    def records(self, hours: Iterable[datetime]) -> bytes:
        columns = self.capture.columns()
        names = self.names(columns[_ORIGIN_COLUMNS:])
        return self.capture.finish(
            HOURS_METADATA,
            " ".join(format_instant(hour) for hour in hours),
            [*columns[:_ORIGIN_COLUMNS], *(names[key] for key in columns[_ORIGIN_COLUMNS:])],
        )


_ORIGIN_COLUMNS = 5
"""Columns of the records before those of the rows: event_id, inference_id, inference_time, row, slot."""


@dataclass(frozen=True, slots=True)
class NativeProfiler:
    """A `CaptureProfiler`.

    Args:
        core: The core.
        python: Makes the profiler of the files that the core does not read.
        names: The names of columns in the records.
        chunk_cells: See TableBuffer.
        keep_records: Whether the rows are kept for the columnar records; without, these cannot be had.
    """

    core: Core
    python: Callable[[], CaptureProfiler]
    names: ColumnNames
    chunk_cells: int = CHUNK_CELLS
    keep_records: bool = True

    @contextmanager
    def profile(self, file: CaptureFile) -> Iterator[ProfiledCapture]:
        if file.preprocess is None:
            try:
                profiled = self._read(file)
            except _ForPythonError:
                pass  # outside the handler, so that errors of Python's reader have no other one behind them
            else:
                yield profiled
                return
        with self.python().profile(file) as by_python:
            yield by_python

    def _read(self, file: CaptureFile) -> NativeProfiled:
        capture = self.core.Capture(self.keep_records, self.chunk_cells)
        reading = _Reading(capture, CaptureReader(file.hour, None, file.unpacked_bytes))
        for body in file.bodies():
            for batch in line_batches(body, file.where, unpacked_bytes=file.unpacked_bytes):
                reading.take(batch)
        reading.add_tables(capture.flush())
        hashes = {_instant(start): found for start, found in capture.join_hashes()}
        return NativeProfiled(reading.reader, reading.parts.merged(), capture, hashes, self.names)


@dataclass
class _Reading:
    """One file, batch by batch."""

    capture: CoreCapture
    reader: CaptureReader
    parts: TableParts = field(default_factory=TableParts)
    _known: dict[Layout, int] = field(default_factory=dict)

    def take(self, batch: LineBatch) -> None:
        usual = len(batch.body) <= USUAL_BATCH
        others = self.capture.read(batch.body if usual else b"")
        if others is None or not usual:
            found = self.reader.rows(batch)
        else:
            for slot, records in self.capture.counts():
                self.reader.count_records(_instant(slot), records)
            found = self.reader.rows(batch, [batch.first_line + line for line in others]) if others else iter(())
        self._check_columns()
        for record in found:
            for row in _rows(record, batch.first_line):
                self.capture.add(*row)
        if self.reader.too_wide:
            raise _ForPythonError
        self._check_layouts()
        self.add_tables(self.capture.take())

    def add_tables(self, tables: Iterable[CoreTable]) -> None:
        for slot, layout, rows, width, profile in tables:
            self.parts.add(_instant(slot), layout, profiled_table(rows, width, profile))

    def _check_columns(self) -> None:
        """The columns of a file have a bound; which record is beyond it depends on the order of all of them."""
        layouts: list[CsvLayout] = []
        keys: set[ColumnKey] = set()
        for name, widths, names in self.capture.layouts():
            known = self._known.get(name)
            if known is None or known < len(names):
                self._known[name] = len(names)
                keys.update(names)
                if widths:
                    layouts.append(CsvLayout(*widths))
        if (layouts or keys) and not self.reader.take_columns(layouts, keys):
            raise _ForPythonError

    def _check_layouts(self) -> None:
        """Rows of many layouts, and of wide ones by name, are in another order in the records."""
        columns: list[int] = []
        for _, widths, names in self.capture.layouts():
            columns.append(sum(widths) if widths else len(names))
            if len(names) > _WIDE:
                raise _ForPythonError
        several = len(columns) > 1
        if several and (sum(columns) > _WIDE or len(columns) * max(columns) > _UNION_COLUMNS):
            raise _ForPythonError
        if len(columns) >= _MOST_LAYOUTS:
            raise _ForPythonError


def _rows(found: RecordRows, first_line: int) -> Iterator[Row]:
    """The rows of a record, as the core takes them."""
    if found.attributions:
        raise _ForPythonError  # columns of the records alone
    event = found.record.eventMetadata
    line, slot = found.line - first_line, int(found.slot.timestamp())
    for index, (layout, cells) in enumerate(found.rows):
        shape = (layout.outputs, layout.inputs) if isinstance(layout, CsvLayout) else layout
        values: Sequence[object] = (
            [(key, value_text(value), type(value) is str) for key, value in cells.items()]
            if isinstance(cells, dict)
            else cells
        )
        yield line, slot, shape, event.eventId, event.inferenceId, event.inferenceTime, index, values


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
