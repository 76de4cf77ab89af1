"""Columnar records: every row of a capture file as text, exactly as it was captured, in one Parquet file.

| column | type | what |
|---|---|---|
| `event_id`, `inference_id`, `inference_time` | VARCHAR | of the record; the time as captured |
| `row` | INTEGER | which row of its record, from 0 |
| `slot` | VARCHAR | start of the five-minute slot, `2026-03-01T14:05:00Z` |
| `output[0]`, `input.carrier` … | VARCHAR | one per column key; NULL if missing |
| `attribution["age","label0"]` … | VARCHAR | of explained rows (`domain/capture/attributions.py`); none if no row was |
| `attribution_note` | VARCHAR | why attributions of a row were left out; none if no row has one |

Rows of different layouts share one file; a column that a layout lacks is NULL there. Keys that differ only in case
cannot both be column names in DuckDB: the later ones get the suffix `#2`, `#3` …
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import TextIOWrapper
from itertools import repeat
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from types import TracebackType
from typing import Self

import duckdb
import msgspec

from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.sql import quoted_name, quoted_text
from driftline.domain.capture.blocks import Block
from driftline.domain.capture.cells import value_text
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.pairing import CsvLayout
from driftline.domain.capture.records import AnyMetadata
from driftline.domain.instants import format_instant, parse_instant

_ORIGIN = ("event_id", "inference_id", "inference_time", "row", "slot")
_NO_ORIGIN = ", ".join(f"NULL::{'INTEGER' if name == 'row' else 'VARCHAR'} AS {name}" for name in _ORIGIN)
_HOURS = "driftline_hours"
_QUOTABLE = frozenset('"\r')
_FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2"
"""Level 1 and version 2 (delta encodings) take a third less time than the defaults and make smaller files."""

_MEMORY = "128MB"
_EXPLAINED = "+attributions"
"""Ends the name of a spool of rows with attributions: they have more columns than others of their layout."""


class ColumnarRecords:
    """Spools blocks to local disk and returns the Parquet file; a context manager that removes the spool."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="records-")
        self._spools: dict[str, TextIOWrapper] = {}
        self._keys: dict[str, dict[ColumnKey, int]] = {}
        self._positional: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for spool in self._spools.values():
            spool.close()
        self._folder.cleanup()

    def add(self, block: Block) -> None:
        """Spools the rows of a block."""
        if block.attributions:
            self._add_explained(block)
            return
        slot = format_instant(block.slot)
        indexes: Iterable[int] = block.indexes or repeat(0, len(block.records))
        metadata = [record.eventMetadata for record in block.records]
        if isinstance(block.layout, CsvLayout):
            self._positional.add(block.layout.name)
            spool = self._spool(block.layout.name, {key: at for at, key in enumerate(block.layout.keys)})
            origins = _csv_origins(
                [(event.eventId, event.inferenceId or "", event.inferenceTime) for event in metadata]
            )
            spool.writelines(
                f"{origin},{index},{slot},{line}\n"
                for origin, index, line in zip(origins, indexes, block.csv_lines(), strict=True)
            )
            return
        self._add_named(block.layout, [], slot, zip(metadata, indexes, block.rows, strict=True))

    def _add_explained(self, block: Block) -> None:
        """A block with attributions: its rows by name, those without attributions as in other blocks."""
        plain = Block(block.slot, block.layout)
        explained: list[tuple[AnyMetadata, int, Mapping[ColumnKey, object]]] = []
        rows: Sequence[Mapping[ColumnKey, object]] = block.rows
        keys: Sequence[ColumnKey] = []
        name = str(block.layout)
        if isinstance(block.layout, CsvLayout):
            name, keys = block.layout.name, block.layout.keys
            rows = [dict(zip(keys, rows_of_csv(line)[0], strict=True)) for line in block.csv_lines()]
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
        spool = self._spool(name, {key: at for at, key in enumerate(columns)})
        keys = self._keys[name]
        for event, index, row in rows:
            origin = (event.eventId, event.inferenceId, event.inferenceTime, index, slot)
            document: dict[str, object] = dict(zip(_ORIGIN, origin, strict=True))
            for key, value in row.items():
                document[f"c{keys.setdefault(key, len(keys))}"] = value_text(value)
            spool.write(msgspec.json.encode(document).decode() + "\n")

    def to_bytes(self, hours: Iterable[datetime]) -> bytes:
        """The Parquet file, with the hours in its metadata. See `RecordsWriter.to_bytes`."""
        names = _column_names(key for layout in sorted(self._keys) for key in self._keys[layout])
        selects = [f"SELECT {_NO_ORIGIN} LIMIT 0"] if not self._spools else []
        for layout in sorted(self._spools):
            self._spools[layout].close()
            selects.append(self._select(layout, names))
        target = Path(self._folder.name) / "records.parquet"
        metadata = quoted_text(" ".join(format_instant(hour) for hour in hours))
        options = f"{_FORMAT}, KV_METADATA {{{_HOURS}: {metadata}}}"
        with _database().cursor() as database:
            database.execute(f"COPY ({' UNION ALL BY NAME '.join(selects)}) TO {quoted_text(str(target))} ({options})")
        return target.read_bytes()

    def _spool(self, layout: str, keys: dict[ColumnKey, int]) -> TextIOWrapper:
        if layout not in self._spools:
            path = Path(self._folder.name) / f"{len(self._spools)}.spool"
            self._spools[layout] = path.open("w", encoding="utf-8", newline="")
            self._keys[layout] = keys
        return self._spools[layout]

    def _select(self, layout: str, names: dict[ColumnKey, str]) -> str:
        path = quoted_text(self._spools[layout].name)
        keys = self._keys[layout]
        types = dict.fromkeys((*_ORIGIN, *(f"c{at}" for at in keys.values())), "VARCHAR") | {"row": "INTEGER"}
        spec = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
        columns = ", ".join([*_ORIGIN, *(f"c{at} AS {quoted_name(names[key])}" for key, at in keys.items())])
        if layout in self._positional:
            reader = f"read_csv({path}, columns = {spec}, auto_detect = false, header = false, delim = ',', "
            reader += "quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', parallel = false)"
        else:
            reader = f"read_json({path}, columns = {spec}, format = 'newline_delimited')"
        return f"SELECT {columns} FROM {reader}"  # noqa: S608 - names and paths are quoted above


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One instance for the whole process: starting it takes 9 ms, the records of a usual capture file 1 ms."""
    return open_database(memory_limit=_MEMORY)


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
        query = f"SELECT value FROM parquet_kv_metadata({quoted_text(file.name)}) WHERE key = '{_HOURS}'"  # noqa: S608 - our own texts
        found = database.execute(query).fetchone()
    return [parse_instant(text) for text in found[0].decode().split()] if found else []


def _column_names(keys: Iterable[ColumnKey]) -> dict[ColumnKey, str]:
    names: dict[ColumnKey, str] = {}
    taken = set(_ORIGIN)
    for key in keys:
        if key in names:
            continue
        name, number = key, 1
        while name.lower() in taken:
            number += 1
            name = f"{key}#{number}"
        taken.add(name.lower())
        names[key] = name
    return names
