"""The stored profile of one capture file and one UTC hour of inference time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import msgspec

from driftline.domain.profiles.span import WindowProfile, WindowWire
from driftline.domain.profiles.storage import opened, sealed

HOUR_KIND = "hour"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HourWire(msgspec.Struct, array_like=True, frozen=True):
    """An hour profile as written: slots in order of time, their starts as seconds since the epoch."""

    source: str
    records_key: str
    slots: list[tuple[int, WindowWire]]
    join_hashes: bytes
    content: str


class _SourceWire(msgspec.Struct, array_like=True, frozen=True):
    """The same bytes, without decoding the statistics."""

    source: str
    records_key: str
    slots: msgspec.Raw
    join_hashes: bytes
    content: str


_HOUR = msgspec.msgpack.Decoder(HourWire)
_SOURCE = msgspec.msgpack.Decoder(_SourceWire)


@dataclass(frozen=True, slots=True)
class HourSource:
    """The source of an hour profile, and the inferences that it counts; see HourProfile."""

    source: str
    records_key: str
    join_hashes: bytes

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Reads the origin of a stored HourProfile. Raises InvalidInputError: another version or damaged."""
        return opened(HOUR_KIND, data, _SOURCE, lambda of: cls(of.source, of.records_key, of.join_hashes), where)


@dataclass(frozen=True, slots=True)
class HourProfile:
    """The profile of one capture file for one UTC hour.

    Everything is counted in its slot, including rejected lines, so that a window with part of the hour counts only its
    own part.

    Attributes:
        slots: Start of each five-minute slot (aware, UTC) -> the file's rows in it.
        source: The capture file: its key, or `s3://bucket/key` in a bucket of its own.
        records_key: Key of the file's columnar records.
        join_hashes: A hash of each record's join id (domain/ground_truth/join_ids.py), ascending, `<u8`; none for
            records without an id.
        content: Identifies the bytes of the capture file: objects derived from its rows, not from their statistics,
            are named after the profile, and two files can have the same statistics.
    """

    slots: Mapping[datetime, WindowProfile]
    source: str
    records_key: str
    join_hashes: bytes = b""
    content: str = ""

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
        return sealed(HOUR_KIND, HourWire(self.source, self.records_key, slots, self.join_hashes, self.content))

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Raises InvalidInputError: another version or damaged; `where` names the object."""
        return opened(HOUR_KIND, data, _HOUR, cls._from_wire, where)

    @classmethod
    def _from_wire(cls, wire: HourWire) -> Self:
        slots = {_EPOCH + timedelta(seconds=at): WindowProfile.from_wire(slot) for at, slot in wire.slots}
        return cls(slots, wire.source, wire.records_key, wire.join_hashes, wire.content)
