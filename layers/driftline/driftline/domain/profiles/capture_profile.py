"""The stored profile of one capture file and one UTC hour of inference time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import msgspec

from driftline.domain.profiles.span import WindowProfile, WindowWire
from driftline.domain.profiles.storage import opened, sealed

_KIND = "hour"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HourWire(msgspec.Struct, array_like=True, frozen=True):
    """An hour profile as it is written: slots in order of time, their starts as seconds since the epoch."""

    source: str
    records_key: str
    slots: list[tuple[int, WindowWire]]


@dataclass(frozen=True, slots=True)
class HourProfile:
    """What one capture file says about one UTC hour.

    Everything is counted in its slot, rejected lines as well, so that a window of part of the hour counts no more
    than its own.

    Attributes:
        slots: Start of each five-minute slot (aware, UTC) -> what the file holds of it.
        source: The capture file, as a person would look for it, such as `s3://bucket/key`.
        records_key: Where the file's columnar records are kept.
    """

    slots: Mapping[datetime, WindowProfile]
    source: str
    records_key: str

    @property
    def records(self) -> int:
        return sum(slot.records for slot in self.slots.values())

    @property
    def rows(self) -> int:
        return sum(slot.rows for slot in self.slots.values())

    @property
    def rejected(self) -> int:
        return sum(slot.rejected for slot in self.slots.values())

    @property
    def skipped(self) -> int:
        return sum(slot.skipped for slot in self.slots.values())

    def to_bytes(self) -> bytes:
        """Equal profiles give equal bytes."""
        slots = [
            ((start - _EPOCH) // timedelta(seconds=1), self.slots[start].to_wire()) for start in sorted(self.slots)
        ]
        return sealed(_KIND, HourWire(self.source, self.records_key, slots))

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Raises InvalidInputError: another version or damaged; `where` names the object."""
        return opened(_KIND, data, HourWire, cls._from_wire, where)

    @classmethod
    def _from_wire(cls, wire: HourWire) -> Self:
        slots = {_EPOCH + timedelta(seconds=at): WindowProfile.from_wire(slot) for at, slot in wire.slots}
        return cls(slots, wire.source, wire.records_key)
