"""CSV text to columns: the one place that an engine for it stands behind."""

from collections.abc import Sequence

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.capture.columns import ColumnValues
from driftline.domain.capture.csv_rows import rows_of_csv


def csv_to_columns(data: bytes, width: int) -> Sequence[ColumnValues]:
    """The columns of header-less CSV whose rows all have `width` fields.

    Args:
        data: UTF-8, one row a line, quoted where a field needs it (`csv_rows.csv_line`).
        width: Number of fields of every row, which the caller has counted.

    Raises:
        ValueError: a row has another number of fields.
    """
    return csv_to_columns_by_cell(data, width)


def csv_to_columns_by_cell(data: bytes, width: int) -> Sequence[ColumnValues]:
    """The same, cell by cell: what the fast way has to equal."""
    rows = rows_of_csv(data.decode())
    if any(len(row) != width for row in rows):
        raise ValueError(f"rows with another number of fields than {width}")
    return [texts_to_columns(cells) for cells in zip(*rows, strict=True)] if rows else [texts_to_columns(())] * width
