"""Tables: rows in columns and files of them, independent of the engine that reads, joins and writes them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from driftline.domain.attributes.files import Row
from driftline.domain.capture.columns import ColumnKey, ColumnValues
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import Batch, RowBatch
from driftline.domain.executions.result_tables import Cell, CellType
from driftline.domain.ground_truth.labels import Label, ParsedLabels
from driftline.domain.ground_truth.merged_rows import MergedRows
from driftline.domain.windows import Window
from driftline.usecases.ports.captures import CaptureProfiler

type Cells = Sequence[str | int | None]


class CaptureTables(Protocol):
    """Captured rows."""

    @property
    def profiler(self) -> CaptureProfiler:
        """Profiles capture files and makes their columnar records."""
        ...

    def hours_of_records(self, records: bytes) -> list[datetime]:
        """The hours stored in columnar records."""
        ...

    def inference_ids[Name](
        self, records: Path, wanted: Mapping[Name, tuple[ColumnKey, Condition]], window: Window, most: int
    ) -> Mapping[Name, Sequence[str]]:
        """InferenceIds, or eventIds, of at most `most` rows of the window per condition.

        A condition on a column that the records lack holds for no row.
        """
        ...


class CapturedHour(Protocol):
    """Everything that was captured in one hour, each inference once, with its label and attributes where known."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns: those of the columnar records of all files, then `label` and `attributes`."""
        ...

    @property
    def misfits(self) -> int:
        """Labels that have another number of values than their inference has rows: they are of no row."""
        ...

    def batches(self, columns: Sequence[str], window: Window, rows: int) -> Iterator[Mapping[str, Cells]]:
        """Column -> cells of the rows inside the window, in batches of at most `rows` rows.

        Rows are in the order of their times, then of their ids; those of one record follow each other. The order does
        not depend on how captures were cut into files, except for records of one time without any id.

        Args:
            columns: At least one. Those that the hour lacks are None in every row.
        """
        ...


class LabelTables(Protocol):
    """Labels, and captured rows with their labels."""

    def parquet_labels(self, body: bytes, name: str) -> ParsedLabels:
        """The labels of a Parquet file.

        Args:
            name: The file, for errors.

        Raises:
            InvalidInputError: damaged, or without the two columns (`label_tables.label_columns`).
        """
        ...

    def merge_hour(
        self, records: Sequence[Callable[[], bytes]], hour: datetime, labels: Mapping[str, Label], *, repeated: bool
    ) -> MergedRows:
        """Joins the columnar records of one hour with labels.

        An inference that was captured more than once counts once: the first by (inference time as text, event id,
        capture file).

        Args:
            records: Functions that read columnar records, in the order of their capture files. A few at a time are
                called in parallel, so that not all records are in memory.
            hour: The UTC hour; rows of other hours are left out.
            labels: By join id.
            repeated: Whether an id occurs more than once; then it takes longer to count each inference once.

        Raises:
            Exception: any error of `records`.
        """
        ...

    def parquet_attributes(self, body: bytes, name: str) -> Iterator[Row]:
        """The rows of a Parquet file with attributes.

        Args:
            name: The file, for errors.

        Raises:
            InvalidInputError: damaged, or without a column of ids.
        """
        ...

    def captured_hour(
        self,
        records: Sequence[Callable[[], bytes]],
        hour: datetime,
        labels: Mapping[str, Label],
        attributes: Iterable[tuple[str, str]],
        *,
        repeated: bool,
    ) -> AbstractContextManager[CapturedHour]:
        """Everything that was captured in one hour, on local disk until the context ends.

        Rows without an id count, too. Of an inference that was captured more than once, the same record counts as in
        `merge_hour`, and so do labels.

        Args:
            records, hour, labels, repeated: As in `merge_hour`.
            attributes: (join id, text), read when rows are first needed, one by one; of one id the last counts.

        Raises:
            Exception: any error of `records` or `attributes`.
        """
        ...

    def merged_columns(self, table: Path) -> list[str]:
        """Names of the columns of merged rows: those of columnar records, then `label`."""
        ...

    def merged_batches(
        self, table: Path, columns: Sequence[str], window: Window, rows: int
    ) -> Iterator[Mapping[str, Cells]]:
        """Column -> cells of the merged rows inside the window, in batches of at most `rows` rows.

        Args:
            columns: Those missing in the table are None in every row.
        """
        ...


class DataSetTables(Protocol):
    """Files of a baseline's data set."""

    def csv_to_columns(self, data: bytes, width: int) -> Sequence[ColumnValues]:
        """The columns of header-less CSV whose rows all have `width` fields.

        Args:
            data: UTF-8, one row per line, quoted where necessary (`csv_rows.csv_line`).
            width: Number of fields of every row, which the caller has counted.

        Raises:
            ValueError: a row has another number of fields.
        """
        ...

    def parquet_batches(self, path: Path, name: str) -> Iterator[Batch]:
        """The rows of a Parquet file as columns. NaN is missing, as in pandas; whole-number columns are INTEGRAL.

        Args:
            name: The file, for errors.

        Raises:
            InvalidInputError: not Parquet, or a column with more than one value per row.
        """
        ...

    def parquet_row_batches(self, path: Path, name: str) -> Iterator[RowBatch]:
        """The rows of a Parquet file as they are; a cell may be a list. Raises as `parquet_batches`."""
        ...


class ResultFiles(Protocol):
    """Files of the tables of results."""

    def result_file(self, columns: Sequence[tuple[str, CellType]], rows: Sequence[Sequence[Cell]]) -> bytes:
        """A Parquet file of so many rows, maybe none; equal rows give equal bytes.

        Args:
            columns: (name, type), at least one.
            rows: Their cells, in the order of the columns.
        """
        ...


class Tables(CaptureTables, LabelTables, DataSetTables, ResultFiles, Protocol):
    """All of them, for composition roots."""
