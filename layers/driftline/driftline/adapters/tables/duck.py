"""The port, by DuckDB."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from driftline.adapters import tables
from driftline.adapters.native.core import CORE, Core
from driftline.adapters.native.profiler import NativeProfiler
from driftline.adapters.tables.column_names import column_names
from driftline.domain.attributes.files import Row
from driftline.domain.capture.columns import ColumnKey, ColumnValues
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import Batch, RowBatch
from driftline.domain.executions.result_tables import Cell, CellType
from driftline.domain.ground_truth.labels import Label, ParsedLabels
from driftline.domain.ground_truth.merged_rows import MergedRows
from driftline.domain.windows import Window
from driftline.usecases.ports.captures import CaptureProfiler
from driftline.usecases.ports.tables import Cells

if TYPE_CHECKING:
    from driftline.adapters.tables.captured_rows import CapturedRows


class DuckTables:
    """Tables: each question has a module of its own.

    Args:
        core: What profiles capture files and writes tables where it can; None: Python and DuckDB alone.
        keep_records: Whether capture files are to have columnar records; False for whom only profiles matter.
    """

    def __init__(self, core: Core | None = CORE, *, keep_records: bool = True) -> None:
        self._core = core
        self._keep_records = keep_records

    @property
    def profiler(self) -> CaptureProfiler:
        if self._core is None:
            return self._by_python()
        return NativeProfiler(self._core, self._by_python, column_names, keep_records=self._keep_records)

    def _by_python(self) -> CaptureProfiler:
        read = tables.csv_columns.csv_to_columns
        return tables.capture_files.PythonProfiler(read, keep_records=self._keep_records)

    def csv_to_columns(self, data: bytes, width: int) -> Sequence[ColumnValues]:
        return tables.csv_columns.csv_to_columns(data, width)

    def hours_of_records(self, records: bytes) -> list[datetime]:
        return tables.columnar.hours_of_records(records)

    def inference_ids[Name](
        self, records: Path, wanted: Mapping[Name, tuple[ColumnKey, Condition]], window: Window, most: int
    ) -> Mapping[Name, Sequence[str]]:
        return tables.inference_ids.inference_ids(records, wanted, window, most)

    def parquet_labels(self, body: bytes, name: str) -> ParsedLabels:
        return tables.parquet_labels.parquet_labels(body, name)

    def merge_hour(
        self, records: Sequence[Callable[[], bytes]], hour: datetime, labels: Mapping[str, Label], *, repeated: bool
    ) -> MergedRows:
        return tables.hour_join.merge_hour(records, hour, labels, repeated=repeated, core=self._core)

    def captured_hour(
        self,
        records: Sequence[Callable[[], bytes]],
        hour: datetime,
        labels: Mapping[str, Label],
        attributes: Iterable[tuple[str, str]],
        *,
        repeated: bool,
    ) -> "AbstractContextManager[CapturedRows]":
        return tables.captured_rows.captured_hour(records, hour, labels, attributes, repeated=repeated)

    def parquet_attributes(self, body: bytes, name: str) -> Iterator[Row]:
        return tables.parquet_attributes.parquet_attributes(body, name)

    def merged_columns(self, table: Path) -> list[str]:
        return tables.merged_rows.merged_columns(table)

    def merged_batches(
        self, table: Path, columns: Sequence[str], window: Window, rows: int
    ) -> Iterator[Mapping[str, Cells]]:
        return tables.merged_rows.merged_batches(table, columns, window, rows)

    def result_file(self, columns: Sequence[tuple[str, CellType]], rows: Sequence[Sequence[Cell]]) -> bytes:
        return tables.result_files.result_file(columns, rows)

    def parquet_batches(self, path: Path, name: str) -> Iterator[Batch]:
        return tables.parquet_files.parquet_batches(path, name)

    def parquet_row_batches(self, path: Path, name: str) -> Iterator[RowBatch]:
        return tables.parquet_files.parquet_row_batches(path, name)
