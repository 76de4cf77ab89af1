"""Gathers blocks of rows into tables that are large enough to profile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from driftline.domain.capture.blocks import Block
from driftline.domain.capture.cells import values_to_columns
from driftline.domain.capture.columns import ColumnKey, CsvToColumns, Table
from driftline.domain.capture.pairing import CsvLayout

CHUNK_CELLS = 750_000
"""Chunks are measured in cells, not bytes: each column of each chunk has a fixed cost. This many take some 25 MB;
twice as many would save a twentieth of the CPU time."""

_NAMED_WEIGHT = 4
"""A value in a dictionary takes about as much memory as this many cells of CSV."""

_WIDE = 1_000
"""Columns from which a value counts as a cell: chunks of few rows are read value by value, because each may be a
category."""

type SlotTable = tuple[datetime, str, Table]
"""(start of the slot, name of the layout, rows)."""


@dataclass
class TableBuffer:
    """Gathers blocks and returns tables when there are enough cells."""

    csv_to_columns: CsvToColumns
    chunk_cells: int = CHUNK_CELLS
    _texts: dict[tuple[datetime, CsvLayout], list[tuple[int, bytes]]] = field(default_factory=dict)
    _rows: dict[tuple[datetime, str], list[dict[ColumnKey, object]]] = field(default_factory=dict)
    _cells: int = 0

    def add(self, block: Block) -> Iterator[SlotTable]:
        """Adds a block; returns tables of everything gathered, if that is enough."""
        if isinstance(block.layout, CsvLayout):
            self._texts.setdefault((block.slot, block.layout), []).append((len(block.records), block.csv_text()))
            self._cells += block.layout.width * len(block.records)
        else:
            self._rows.setdefault((block.slot, block.layout), []).extend(block.rows)
            self._cells += sum(len(row) * (1 if len(row) > _WIDE else _NAMED_WEIGHT) for row in block.rows)
        if self._cells >= self.chunk_cells:
            yield from self.flush()

    def flush(self) -> Iterator[SlotTable]:
        """Tables of the rest."""
        texts, rows = self._texts, self._rows
        self._texts, self._rows, self._cells = {}, {}, 0
        for (slot, layout), of_layout in texts.items():
            yield slot, layout.name, self._csv_table(layout, of_layout)
        for (slot, name), named_rows in rows.items():
            yield slot, name, _named_table(named_rows)

    def _csv_table(self, layout: CsvLayout, texts: list[tuple[int, bytes]]) -> Table:
        rows = sum(lines for lines, _ in texts)
        data = b"\n".join([*(text for _, text in texts), b""])
        texts.clear()  # no longer needed: as much memory again
        return Table(rows, dict(zip(layout.keys, self.csv_to_columns(data, layout.width), strict=True)))


def _named_table(rows: list[dict[ColumnKey, object]]) -> Table:
    """Columns in the order in which names first occur; those of a preprocessor are sorted."""
    columns: dict[ColumnKey, list[object]] = {}
    for row in rows:
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    return Table(len(rows), {key: values_to_columns(values) for key, values in columns.items()})
