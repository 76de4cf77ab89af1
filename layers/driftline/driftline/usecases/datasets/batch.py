"""What every reader of data sets yields."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.domain.capture.columns import ColumnValues

BLOCK_BYTES = 4 * 1024 * 1024
"""Text that is decoded at a time."""

BATCH_ROWS = 50_000
"""Rows of a binary file that are decoded at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file by column name, in the file's order of columns."""

    rows: int
    columns: Mapping[str, ColumnValues]
