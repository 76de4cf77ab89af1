"""The profile of one file of a data set: files are profiled one after the other, or side by side, and merged in order.

A data set's profile is the merge of those of its files, however they were made, so both ways give the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from driftline.domain.capture.columns import Table
from driftline.domain.datasets import refuse_many_columns
from driftline.domain.profiles.storage import opened, sealed
from driftline.domain.profiles.table import TableProfile, TableWire
from driftline.usecases.baselines.datasets.files import (
    DataSetReading,
    Warn,
    column_readers,
    read_file,
    refuse_too_large,
)
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.baselines.datasets.look_alikes import LookAlikes
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables

_MERGE_AFTER = 16
"""Profiles that are merged at once, which sorts each column once."""

_SEALED = "dataset file"


class _Wire(msgspec.Struct, array_like=True, frozen=True):
    table: TableWire
    order: list[str]
    named: bool | None
    look_alikes: LookAlikes
    unpacked: int


_WIRE = msgspec.msgpack.Decoder(_Wire)


@dataclass(frozen=True, slots=True)
class FileProfile:
    """Of a file, or of files that follow each other.

    Attributes:
        order: The columns, by their first occurrence.
        named: Whether they have names of their own; None without rows.
        unpacked: Bytes of the file, if it is CSV or JSON, unpacked.
    """

    table: TableProfile
    order: tuple[str, ...]
    named: bool | None
    look_alikes: LookAlikes
    unpacked: int

    @classmethod
    def merge_all(cls, parts: Iterable[Self], options: DatasetFormat, where: str) -> Self:
        """
        Args:
            parts: In the order of the files; only a few of them are in memory at a time.

        Raises:
            InvalidInputError: they are too large together, or have too many columns.
        """
        tables, look_alikes = _Tables(), LookAlikes()
        order: dict[str, None] = {}  # a set that keeps the order of first occurrence
        named, unpacked = None, 0
        for part in parts:
            tables.add(part.table)
            order |= dict.fromkeys(part.order)
            refuse_many_columns(len(order), where)
            look_alikes.follow(part.look_alikes)
            named = named if part.named is None else part.named
            unpacked += part.unpacked
            refuse_too_large(unpacked, options, where)
        return cls(tables.merged(), tuple(order), named, look_alikes, unpacked)

    def to_bytes(self) -> bytes:
        wire = _Wire(self.table.to_wire(), list(self.order), self.named, self.look_alikes, self.unpacked)
        return sealed(_SEALED, wire)

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Raises InvalidInputError: another version or damaged; `where` names the object."""
        return opened(_SEALED, data, _WIRE, cls._from_wire, where)

    @classmethod
    def _from_wire(cls, wire: _Wire) -> Self:
        table = TableProfile.from_wire(wire.table)
        return cls(table, tuple(wire.order), wire.named, wire.look_alikes, wire.unpacked)


def profile_file(
    store: ObjectStore, key: str, tables: DataSetTables, reading: DataSetReading, warn: Warn
) -> FileProfile:
    """Reads a file in blocks; memory does not grow with its size. See read_file for arguments and errors."""
    merged, look_alikes = _Tables(), LookAlikes()
    order: dict[str, None] = {}
    named, before = None, reading.unpacked
    for found, batch in read_file(store, key, column_readers(tables), reading, warn):
        named = found
        order |= dict.fromkeys(batch.columns)
        refuse_many_columns(len(order), store.uri(key))
        look_alikes.see(batch.rows, batch.columns)
        merged.add(TableProfile.of(Table(batch.rows, batch.columns)))
    return FileProfile(merged.merged(), tuple(order), named, look_alikes, reading.unpacked - before)


def profile_files(
    store: ObjectStore, keys: Sequence[str], options: DatasetFormat, tables: DataSetTables, warn: Warn
) -> Iterator[FileProfile]:
    """Of one file after the other, in their order. See profile_file."""
    reading = DataSetReading(options)
    for key in keys:
        yield profile_file(store, key, tables, reading, warn)


class _Tables:
    """Merges profiles as they come, a few at once."""

    def __init__(self) -> None:
        self._merged = TableProfile.empty()
        self._waiting: list[TableProfile] = []

    def add(self, table: TableProfile) -> None:
        self._waiting.append(table)
        if len(self._waiting) == _MERGE_AFTER:
            self._merged, self._waiting = TableProfile.merge_all([self._merged, *self._waiting]), []

    def merged(self) -> TableProfile:
        return TableProfile.merge_all([self._merged, *self._waiting])
