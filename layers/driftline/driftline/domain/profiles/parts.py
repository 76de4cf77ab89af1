"""The profiles of the chunks of a capture file, merged as they come, so that memory stays flat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from driftline.domain.profiles.span import Layout
from driftline.domain.profiles.table import TableProfile, TableWire

_PARTS = 16
"""Maximum number of profiles per slot and layout before they are merged."""

_PART_COLUMNS = 16 * 512
"""Maximum number of columns of these profiles together: the parts of wide rows have few rows, and take more memory than
what they are merged to."""

_WIRE = msgspec.msgpack.Decoder(TableWire)


@dataclass(frozen=True, slots=True)
class EncodedTable:
    """A table profile that is written already, and only read if it has to be merged: those of thin files never are.

    Attributes:
        rows: Its rows.
        width: Number of its columns.
        wire: The MessagePack of its TableWire.
    """

    rows: int
    width: int
    wire: bytes

    def profile(self) -> TableProfile:
        return TableProfile.from_wire(_WIRE.decode(self.wire))

    def to_wire(self) -> msgspec.Raw:
        return msgspec.Raw(self.wire)


type ProfiledTable = TableProfile | EncodedTable


@dataclass
class TableParts:
    """Takes the profiles of chunks; which of them are merged when follows from their order alone."""

    _parts: dict[tuple[datetime, Layout], list[ProfiledTable]] = field(default_factory=dict)

    def add(self, slot: datetime, layout: Layout, part: ProfiledTable) -> None:
        """Adds the profile of a chunk's rows of one slot and layout."""
        parts = self._parts.setdefault((slot, layout), [])
        parts.append(part)
        width = part.width if isinstance(part, EncodedTable) else len(part.columns)
        if len(parts) > 1 and len(parts) >= min(_PARTS, _PART_COLUMNS // max(1, width)):
            parts[:] = [_merged(parts)]

    def merged(self) -> Mapping[tuple[datetime, Layout], ProfiledTable]:
        """(slot, layout) -> profile of all its rows."""
        return {key: parts[0] if len(parts) == 1 else _merged(parts) for key, parts in self._parts.items()}


def _merged(parts: list[ProfiledTable]) -> TableProfile:
    return TableProfile.merge_all([part.profile() if isinstance(part, EncodedTable) else part for part in parts])
