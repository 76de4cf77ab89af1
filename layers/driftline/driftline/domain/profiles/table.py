"""The profile of the rows of one layout: its columns and their missing values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from driftline.domain.capture.columns import ColumnKey, Table
from driftline.domain.profiles.column import ColumnProfile, ColumnWire
from driftline.domain.profiles.storage import opened, sealed


class TableWire(msgspec.Struct, array_like=True, frozen=True):
    """A table profile as written: rows, then the columns sorted by key."""

    rows: int
    columns: dict[ColumnKey, ColumnWire]


_WIRE = msgspec.msgpack.Decoder(TableWire)


@dataclass(frozen=True, slots=True)
class TableProfile:
    """Rows and the profile of each column with a value in any row."""

    rows: int
    columns: Mapping[ColumnKey, ColumnProfile]

    @classmethod
    def of(cls, table: Table) -> Self:
        return cls(table.rows, {key: ColumnProfile.of(values) for key, values in table.columns.items()})

    @classmethod
    def empty(cls) -> Self:
        return cls(0, {})

    def missing(self, key: ColumnKey) -> int:
        """Rows without a value in this column; an unknown column is missing in all rows."""
        column = self.columns.get(key)
        return self.rows - (column.present if column else 0)

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Sequence[Self]) -> Self:
        """The union of the columns; one pass per column over all parts, in any order."""
        by_column: dict[ColumnKey, list[ColumnProfile]] = {}
        for part in parts:
            for key, column in part.columns.items():
                by_column.setdefault(key, []).append(column)
        return cls(
            sum(part.rows for part in parts),
            {key: ColumnProfile.merge_all(columns) for key, columns in by_column.items()},
        )

    def to_wire(self) -> TableWire:
        return TableWire(self.rows, {key: self.columns[key].to_wire() for key in sorted(self.columns)})

    @classmethod
    def from_wire(cls, wire: TableWire) -> Self:
        """Raises ValueError: the parts are inconsistent."""
        return cls(wire.rows, {key: ColumnProfile.from_wire(column) for key, column in wire.columns.items()})

    def to_bytes(self) -> bytes:
        return sealed("table", self.to_wire())

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Raises InvalidInputError: another version or damaged; `where` names the object."""
        return opened("table", data, _WIRE, cls.from_wire, where)
