"""Columnar records: every row of a capture file as text, exactly as it was captured, in one Parquet file.

| column | type | what |
|---|---|---|
| `event_id`, `inference_id`, `inference_time` | VARCHAR | of the record; the time as captured |
| `row` | INTEGER | which row of its record, from 0 |
| `slot` | VARCHAR | start of the five-minute slot, `2026-03-01T14:05:00Z` |
| `output[0]`, `input.carrier` … | VARCHAR | one per column key; NULL if missing |
| `attribution["age","label0"]` … | VARCHAR | of explained rows (`domain/capture/attributions.py`); none if no row was |
| `attribution_note` | VARCHAR | why attributions of a row were left out; none if no row has one |

Rows of different layouts share one file; a column that a layout lacks is NULL there. Wide files have small row
groups. The columns' names: `column_names.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import batched, repeat
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from types import TracebackType
from typing import Self

import duckdb
import msgspec

from driftline.adapters.tables.column_names import ORIGIN, column_names
from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.record_spools import Spools
from driftline.adapters.tables.sql import quoted_text
from driftline.adapters.tables.wide import USUAL_MEGABYTES, WIDE, memory_for, rows_at_once
from driftline.domain.capture.blocks import Block
from driftline.domain.capture.cells import value_text
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.pairing import CsvLayout
from driftline.domain.capture.records import AnyMetadata
from driftline.domain.instants import format_instant, parse_instant
from driftline.usecases.ports.captures import HOURS_METADATA

_NO_ORIGIN = ", ".join(f"NULL::{'INTEGER' if name == 'row' else 'VARCHAR'} AS {name}" for name in ORIGIN)
_QUOTABLE = frozenset('"\r')
_FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2"
"""Level 1 and version 2 (delta encodings) take a third less time than the defaults and make smaller files."""

_ROW_GROUP = 122_880
"""DuckDB's default."""

_EXPLAINED = "+attributions"
"""Ends the name of a spool of rows with attributions: they have more columns than others of their layout."""

_OTHERS = "~others"
"""Sorts after every layout."""

_MOST_LAYOUTS = 8
_UNION_COLUMNS = 2_048
"""Tables of a UNION, and their columns together: DuckDB has buffers for each, and spills to disk where they do not fit.
Further layouts share a table, by name."""


class ColumnarRecords:
    """Spools blocks to local disk and returns the Parquet file; a context manager that removes the spool."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="records-")
        self._spools = Spools(Path(self._folder.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._spools.close()
        self._folder.cleanup()

    def add(self, block: Block) -> None:
        """Spools the rows of a block."""
        if block.attributions:
            self._add_explained(block)
            return
        slot = format_instant(block.slot)
        indexes: Iterable[int] = block.indexes or repeat(0, len(block.records))
        metadata = [record.eventMetadata for record in block.records]
        if isinstance(block.layout, CsvLayout) and self._has_place(block.layout.name, block.layout.width):
            self._add_lines(block.layout, slot, len(metadata), zip(metadata, indexes, block.csv_lines(), strict=True))
            return
        name, keys, rows = _named(block)
        self._add_named(name, keys, slot, zip(metadata, indexes, rows, strict=True))

    def _has_place(self, name: str, columns: int) -> bool:
        """Whether a layout with so many columns has a table of its own."""
        others = [spool for of, spool in self._spools.by_name.items() if of != name]
        widest = max([columns, *(len(spool.keys) for spool in others)])
        return not others or (len(others) < _MOST_LAYOUTS and (len(others) + 1) * widest <= _UNION_COLUMNS)

    def _add_lines(
        self, layout: CsvLayout, slot: str, count: int, rows: Iterable[tuple[AnyMetadata, int, str]]
    ) -> None:
        """Spools so many rows by position as the CSV lines that they are."""
        spool = self._spools.open(layout.name, "csv", {key: at for at, key in enumerate(layout.keys)})
        # `batched` has a place for each of them ready: of 20,000, it takes longer than the eight rows of a usual slot.
        for some in batched(rows, max(1, min(count, spool.rows_at_once)), strict=False):
            origins = _csv_origins(
                [(event.eventId, event.inferenceId or "", event.inferenceTime) for event, _, _ in some]
            )
            spool.file().writelines(
                f"{origin},{index},{slot},{line}\n" for origin, (_, index, line) in zip(origins, some, strict=True)
            )
            spool.count(len(some))

    def _add_explained(self, block: Block) -> None:
        """A block with attributions: its rows by name, those without attributions as in other blocks."""
        plain = Block(block.slot, block.layout)
        explained: list[tuple[AnyMetadata, int, Mapping[ColumnKey, object]]] = []
        name, keys, rows = _named(block)
        for at, (attributions, record) in enumerate(zip(block.attributions, block.records, strict=True)):
            if attributions is not None:
                explained.append((record.eventMetadata, block.indexes[at], {**rows[at], **attributions}))
                continue
            plain.records.append(record)
            plain.indexes.append(block.indexes[at])
            if isinstance(block.layout, CsvLayout):
                plain.lines.append(block.lines[at])
            else:
                plain.rows.append(block.rows[at])
        if plain.records:
            self.add(plain)
        self._add_named(f"{name}{_EXPLAINED}", keys, format_instant(block.slot), explained)

    def _add_named(
        self,
        name: str,
        columns: Sequence[ColumnKey],
        slot: str,
        rows: Iterable[tuple[AnyMetadata, int, Mapping[ColumnKey, object]]],
    ) -> None:
        """Spools rows by name.

        Args:
            name: Of the spool.
            columns: Keys of columns that are there even if no row has a value.
            rows: (whose, number of the row in its record, its values).
        """
        if not self._has_place(name, len(columns)) or len(columns) > WIDE:
            self._add_others(columns, slot, rows)
            return
        spool = self._spools.open(name, "json", {key: at for at, key in enumerate(columns)})
        file, keys = spool.file(), spool.keys
        for event, index, row in rows:
            if len(keys) + len(row) > WIDE and len(keys | row.keys()) > WIDE:
                self._add_others(columns, slot, [(event, index, row)])
                continue
            origin = (event.eventId, event.inferenceId, event.inferenceTime, index, slot)
            document: dict[str, object] = dict(zip(ORIGIN, origin, strict=True))
            for key, value in row.items():
                document[f"c{keys.setdefault(key, len(keys))}"] = value_text(value)
            file.write(msgspec.json.encode(document).decode() + "\n")

    def _add_others(
        self,
        columns: Sequence[ColumnKey],
        slot: str,
        rows: Iterable[tuple[AnyMetadata, int, Mapping[ColumnKey, object]]],
    ) -> None:
        """Spools rows by name in one table for all: those of wide layouts, and of layouts beyond the first ones."""
        spool = self._spools.open(_OTHERS, "ragged", {})
        keys = spool.keys
        for key in columns:
            keys.setdefault(key, len(keys))
        for event, index, row in rows:
            origin = (event.eventId, event.inferenceId or "", event.inferenceTime, str(index), slot)
            self._add_other(origin, row)

    def _add_other(self, origin: Sequence[str], row: Mapping[ColumnKey, object]) -> None:
        spool = self._spools.open(_OTHERS, "ragged", {})
        keys = spool.keys
        places = [keys.setdefault(key, len(keys)) for key in row]
        cells = [""] * (max(places, default=-1) + 1)
        for place, value in zip(places, row.values(), strict=True):
            cells[place] = value_text(value) or ""
        spool.file().write(csv_line([*origin, *cells]) + "\n")
        spool.count(1)

    def _unite(self) -> None:
        """One table instead of a UNION: for wide ones, there is no memory for two."""
        for spool in list(self._spools.in_order()):
            if spool is not self._spools.by_name.get(_OTHERS):
                others = self._spools.open(_OTHERS, "ragged", {})
                for key in spool.keys:  # also those without a value
                    others.keys.setdefault(key, len(others.keys))
                for origin, row in spool.rows():
                    self._add_other(origin, row)
                self._spools.remove(spool)
        self._spools.close()

    def to_bytes(self, hours: Iterable[datetime]) -> bytes:
        """The Parquet file; equal blocks give equal bytes. Call it once, after the last block.

        Args:
            hours: The UTC hours whose profiles come from the same capture file; they are stored in the file.
        """
        self._spools.close()
        if len(self._spools.by_name) > 1 and len(self._spools.all_keys()) > WIDE:
            self._unite()
        spools = list(self._spools.in_order())
        names = column_names(key for spool in spools for key in spool.keys)
        selects = [spool.select(names) for spool in spools] or [f"SELECT {_NO_ORIGIN} LIMIT 0"]
        target = Path(self._folder.name) / "records.parquet"
        metadata = quoted_text(" ".join(format_instant(hour) for hour in hours))
        options = f"{_FORMAT}, KV_METADATA {{{HOURS_METADATA}: {metadata}}}"
        if len(names) > WIDE:
            options += f", ROW_GROUP_SIZE {rows_at_once(len(names), _ROW_GROUP)}"
        with _database().cursor() as database, memory_for(database, len(names)):
            database.execute(f"COPY ({' UNION ALL BY NAME '.join(selects)}) TO {quoted_text(str(target))} ({options})")
        return target.read_bytes()


def _named(block: Block) -> tuple[str, Sequence[ColumnKey], Sequence[Mapping[ColumnKey, object]]]:
    """(name of the layout, keys that it has in any case, its rows by name)."""
    if not isinstance(block.layout, CsvLayout):
        return block.layout, [], block.rows
    keys = block.layout.keys
    rows = [dict(zip(keys, rows_of_csv(line)[0], strict=True)) for line in block.csv_lines()]
    return block.layout.name, keys, rows


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One instance for the whole process: starting it takes 9 ms, the records of a usual capture file 1 ms."""
    return open_database(memory_limit=f"{USUAL_MEGABYTES}MB")


def _csv_origins(ids: list[tuple[str, str, str]]) -> list[str]:
    """The ids of each record as CSV; one check over all of them finds whether any must be quoted."""
    plain = ["{},{},{}".format(*of_record) for of_record in ids]
    together = "\n".join(plain)
    if together.count(",") == 2 * len(ids) and together.count("\n") == len(ids) - 1 and not _QUOTABLE & set(together):
        return plain
    return [csv_line(of_record) for of_record in ids]


def hours_of_records(parquet: bytes) -> list[datetime]:
    """The hours that `to_bytes` was given."""
    with NamedTemporaryFile(suffix=".parquet") as file, _database().cursor() as database:
        file.write(parquet)
        file.flush()
        query = f"SELECT value FROM parquet_kv_metadata({quoted_text(file.name)}) WHERE key = '{HOURS_METADATA}'"  # noqa: S608 - our own texts
        found = database.execute(query).fetchone()
    return [parse_instant(text) for text in found[0].decode().split()] if found else []
