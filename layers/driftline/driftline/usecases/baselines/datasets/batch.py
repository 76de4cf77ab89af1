"""What every reader of data sets yields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.capture.columns import ColumnValues

BLOCK_BYTES = 4 * 1024 * 1024
"""Text that is decoded at a time."""

BATCH_ROWS = 50_000
"""Rows of a binary file that are decoded at a time."""

BATCH_CELLS = 1_000_000
"""Cells of a binary file that are Python objects at a time: wide rows are fewer."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file by column name, in the file's order of columns."""

    rows: int
    columns: Mapping[str, ColumnValues]


@dataclass(frozen=True, slots=True, eq=False)
class RowBatch:
    """Some rows of a file as they stand there.

    Attributes:
        rows: Cells in the order of the columns, or the object of a line of JSON.
        names: Of the columns; of objects, the keys of the first one.
    """

    rows: Sequence[Sequence[object]] | Sequence[Mapping[str, object]]
    names: tuple[str, ...]
