"""Files of the tables of results: the rows of one execution as Parquet, written by DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isinf
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from driftline.adapters.tables.sql import quoted_name, quoted_text, shared_database
from driftline.domain.executions.result_tables import Cell, CellType

_TYPES: Mapping[CellType, str] = {
    CellType.TEXT: "VARCHAR",
    CellType.WHOLE: "BIGINT",
    CellType.NUMBER: "DOUBLE",
    CellType.FLAG: "BOOLEAN",
    CellType.TIME: "TIMESTAMP",
    CellType.TEXTS: "VARCHAR[]",
}

_FORMAT = "FORMAT parquet, COMPRESSION zstd"


def result_file(columns: Sequence[tuple[str, CellType]], rows: Sequence[Sequence[Cell]]) -> bytes:
    """See `ResultFiles.result_file`."""
    shape = msgspec.json.encode([{f"c{place}": _TYPES[kind] for place, (_, kind) in enumerate(columns)}]).decode()
    names = ", ".join(f"row.c{place} AS {quoted_name(name)}" for place, (name, _) in enumerate(columns))
    cells = [{f"c{place}": _json(cell) for place, cell in enumerate(row)} for row in rows]
    with TemporaryDirectory(prefix="results-") as folder, shared_database().cursor() as database:
        target = Path(folder) / "results.parquet"
        read = f"SELECT {names} FROM (SELECT unnest(from_json(?::JSON, {quoted_text(shape)})) AS row)"  # noqa: S608 - our own names
        database.execute(
            f"COPY ({read}) TO {quoted_text(str(target))} ({_FORMAT})", [msgspec.json.encode(cells).decode()]
        )
        return target.read_bytes()


def _json(cell: Cell) -> object:
    """As JSON has it: a time as text, an infinite number as the text that SQL reads as one; NaN becomes null."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, str):
        # What comes from data may have half of a surrogate pair, which no file of texts can hold.
        return cell.encode("utf-8", "replace").decode()
    if isinstance(cell, Sequence):
        return [_json(each) for each in cell]
    if isinstance(cell, float) and isinf(cell):
        return "Infinity" if cell > 0 else "-Infinity"
    return cell
