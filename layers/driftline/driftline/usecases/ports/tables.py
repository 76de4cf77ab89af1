"""Tables: rows as columns and files of them, whatever engine reads, joins and writes them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from driftline.domain.capture.blocks import Block
from driftline.domain.capture.columns import ColumnKey, ColumnValues
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import Batch, RowBatch
from driftline.domain.ground_truth.labels import Label, ParsedLabels
from driftline.domain.ground_truth.merged_rows import MergedRows
from driftline.domain.windows import Window

type Cells = Sequence[str | int | None]


class RecordsWriter(Protocol):
    """Makes the columnar records of one capture file."""

    def add(self, block: Block) -> None:
        """Takes the rows of a block."""
        ...

    def to_bytes(self, hours: Iterable[datetime]) -> bytes:
        """The file; equal blocks give equal bytes. Call it once, when all blocks are in.

        Args:
            hours: The UTC hours whose profiles are made of the same capture file; the file notes them.
        """
        ...


class CaptureTables(Protocol):
    """Captured rows."""

    def csv_to_columns(self, data: bytes, width: int) -> Sequence[ColumnValues]:
        """The columns of header-less CSV whose rows all have `width` fields.

        Args:
            data: UTF-8, one row a line, quoted where a field needs it (`csv_rows.csv_line`).
            width: Number of fields of every row, which the caller has counted.

        Raises:
            ValueError: a row has another number of fields.
        """
        ...

    def records(self) -> AbstractContextManager[RecordsWriter]:
        """A writer of columnar records; what it keeps on disk meanwhile ends with the context."""
        ...

    def hours_of_records(self, records: bytes) -> list[datetime]:
        """The hours that columnar records note."""
        ...

    def inference_ids[Name](
        self, records: Path, wanted: Mapping[Name, tuple[ColumnKey, Condition]], window: Window, most: int
    ) -> Mapping[Name, Sequence[str]]:
        """InferenceIds (else eventIds) of rows of the window for which each condition holds, at most so many of each.

        A condition on a column that the records lack holds for no row.
        """
        ...


class LabelTables(Protocol):
    """Labels, and captured rows beside their labels."""

    def parquet_labels(self, body: bytes, name: str) -> ParsedLabels:
        """The labels of a Parquet file.

        Args:
            name: The file, as errors name it.

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
            records: Read columnar records, in the order of their capture files. They are called side by side, a few at
                a time, so that not all are in memory.
            hour: Rows of other UTC hours are left out.
            labels: By join id.
            repeated: Whether an id occurs more than once: counting each inference once then takes longer.

        Raises:
            Exception: whatever `records` raise.
        """
        ...

    def merged_columns(self, table: Path) -> list[str]:
        """Names of the columns of merged rows: those of columnar records, then `label`."""
        ...

    def merged_batches(
        self, table: Path, columns: Sequence[str], window: Window, rows: int
    ) -> Iterator[Mapping[str, Cells]]:
        """Column -> cells of the merged rows inside the window, at most so many rows at a time.

        Args:
            columns: Those that the table lacks are None in every row.
        """
        ...


class DataSetTables(Protocol):
    """Files of a baseline's data set."""

    def csv_to_columns(self, data: bytes, width: int) -> Sequence[ColumnValues]:
        """As `CaptureTables.csv_to_columns`."""
        ...

    def parquet_batches(self, path: Path, name: str) -> Iterator[Batch]:
        """The rows of a Parquet file as columns. NaN is missing, as pandas means it; whole-number columns are INTEGRAL.

        Args:
            name: The file, as errors name it.

        Raises:
            InvalidInputError: no Parquet, or a column that holds more than one value per row.
        """
        ...

    def parquet_row_batches(self, path: Path, name: str) -> Iterator[RowBatch]:
        """The rows of a Parquet file as they stand there; a cell may be a list. Raises as `parquet_batches`."""
        ...


class Tables(CaptureTables, LabelTables, DataSetTables, Protocol):
    """All of them, for who opens the door to an engine."""
