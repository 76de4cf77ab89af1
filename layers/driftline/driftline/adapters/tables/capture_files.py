"""The port `CaptureProfiler` in Python, with DuckDB: complete, and what the native core is compared with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from driftline.adapters.tables.columnar import ColumnarRecords
from driftline.domain.capture.blocks import CaptureReader, SlotCount
from driftline.domain.capture.columns import CsvToColumns
from driftline.domain.capture.records import Reject
from driftline.domain.capture.tables import CHUNK_CELLS, TableBuffer
from driftline.domain.ground_truth.hour_ids import HourIds
from driftline.domain.profiles.parts import ProfiledTable, TableParts
from driftline.domain.profiles.span import Layout
from driftline.domain.profiles.table import TableProfile
from driftline.usecases.ports.captures import CaptureFile, Parser


@dataclass(frozen=True, slots=True)
class PythonProfiled:
    """A `ProfiledCapture`."""

    reader: CaptureReader
    tables: Mapping[tuple[datetime, Layout], ProfiledTable]
    ids: HourIds
    columnar: ColumnarRecords
    parser: Parser = "python"

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
        return self.ids.of(hour)

    def records(self, hours: Iterable[datetime]) -> bytes:
        return self.columnar.to_bytes(hours)


@dataclass(frozen=True, slots=True)
class PythonProfiler:
    """A `CaptureProfiler`.

    Args:
        csv_to_columns: Makes columns of CSV.
        chunk_cells: See TableBuffer.
        keep_records: Whether the rows are kept for the columnar records; without, these are empty.
    """

    csv_to_columns: CsvToColumns
    chunk_cells: int = CHUNK_CELLS
    keep_records: bool = True

    @contextmanager
    def profile(self, file: CaptureFile) -> Iterator[PythonProfiled]:
        reader, ids, parts = CaptureReader(file.hour, file.preprocess, file.unpacked_bytes), HourIds(), TableParts()
        buffer = TableBuffer(self.csv_to_columns, self.chunk_cells)
        with ColumnarRecords() as columnar:
            for block in chain.from_iterable(reader.read(body, file.where) for body in file.bodies()):
                if self.keep_records:
                    columnar.add(block)
                    ids.add(block)
                for slot, name, table in buffer.add(block):
                    parts.add(slot, name, TableProfile.of(table))
            for slot, name, table in buffer.flush():
                parts.add(slot, name, TableProfile.of(table))
            yield PythonProfiled(reader, parts.merged(), ids, columnar)
