"""Merged rows read again, a window's at a time."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from driftline.adapters.tables.sql import quoted_name, shared_database
from driftline.domain.instants import format_instant
from driftline.domain.windows import Window
from driftline.usecases.ports.tables import Cells


def merged_columns(table: Path) -> list[str]:
    """See `LabelTables.merged_columns`."""
    with shared_database().cursor() as database:
        return list(database.read_parquet(str(table)).columns)


def merged_batches(table: Path, columns: Sequence[str], window: Window, rows: int) -> Iterator[Mapping[str, Cells]]:
    """See `LabelTables.merged_batches`."""
    with shared_database().cursor() as database:
        known = set(database.read_parquet(str(table)).columns)
        chosen = ", ".join(quoted_name(name) if name in known else f"NULL AS {quoted_name(name)}" for name in columns)
        found = database.execute(
            f"SELECT {chosen} FROM read_parquet(?) WHERE slot >= ? AND slot < ?",  # noqa: S608 - names are quoted
            [str(table), format_instant(window.start), format_instant(window.end)],
        )
        while cells := found.fetchmany(rows):
            yield dict(zip(columns, zip(*cells, strict=True), strict=True))
