"""The profile of a capture file for one UTC hour, as it is made: what `HourProfile` reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from driftline.domain.profiles.capture_profile import HOUR_KIND
from driftline.domain.profiles.parts import ProfiledTable
from driftline.domain.profiles.span import Layout
from driftline.domain.profiles.storage import sealed
from driftline.domain.profiles.table import TableWire

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _SlotWire(msgspec.Struct, array_like=True, frozen=True):
    """The bytes of a WindowWire."""

    layouts: dict[Layout, TableWire | msgspec.Raw]
    records: int
    rejected: int
    skipped: int


class _HourWire(msgspec.Struct, array_like=True, frozen=True):
    """The bytes of an HourWire."""

    source: str
    records_key: str
    slots: list[tuple[int, _SlotWire]]
    join_hashes: bytes
    content: str


@dataclass(frozen=True, slots=True)
class ProfiledSlot:
    """The rows of each layout in one five-minute slot, and counts of its records; see WindowProfile."""

    tables: Mapping[Layout, ProfiledTable]
    records: int
    rejected: int
    skipped: int

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def to_wire(self) -> _SlotWire:
        layouts = {layout: self.tables[layout].to_wire() for layout in sorted(self.tables)}
        return _SlotWire(layouts, self.records, self.rejected, self.skipped)


@dataclass(frozen=True, slots=True)
class ProfiledHour:
    """See HourProfile for the attributes."""

    slots: Mapping[datetime, ProfiledSlot]
    source: str
    records_key: str
    join_hashes: bytes
    content: str

    @property
    def records(self) -> int:
        return sum(slot.records for slot in self.slots.values())

    @property
    def rows(self) -> int:
        return sum(slot.rows for slot in self.slots.values())

    @property
    def skipped(self) -> int:
        return sum(slot.skipped for slot in self.slots.values())

    def to_bytes(self) -> bytes:
        """The bytes of the same HourProfile."""
        slots = [
            ((start - _EPOCH) // timedelta(seconds=1), self.slots[start].to_wire()) for start in sorted(self.slots)
        ]
        return sealed(HOUR_KIND, _HourWire(self.source, self.records_key, slots, self.join_hashes, self.content))
