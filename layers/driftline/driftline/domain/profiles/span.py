"""What was captured in a span of inference time: a five-minute slot, an hour, or the window of an execution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec

from driftline.domain.capture.columns import is_input
from driftline.domain.profiles.storage import opened, sealed
from driftline.domain.profiles.table import TableProfile, TableWire

type Layout = str
"""The shape of rows, such as `csv:1+6` or `json` (docs/design/architecture.md)."""

_KIND = "window"


class WindowWire(msgspec.Struct, array_like=True, frozen=True):
    """A window profile as written; layouts sorted."""

    layouts: dict[Layout, TableWire]
    records: int
    rejected: int
    skipped: int


_WIRE = msgspec.msgpack.Decoder(WindowWire)


@dataclass(frozen=True, slots=True)
class WindowProfile:
    """The rows of each layout, kept apart, and counts of the records.

    Attributes:
        layouts: The profile of the rows of each layout.
        records: Capture records that were read (empty ones have no rows).
        rejected: Lines or records that could not be read; each is quoted in the rejects file.
        skipped: Records skipped on purpose (shadow variants, dropped by the preprocessor).
    """

    layouts: Mapping[Layout, TableProfile] = field(default_factory=dict)
    records: int = 0
    rejected: int = 0
    skipped: int = 0

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def rows(self) -> int:
        """Rows of all layouts; a record may have several."""
        return sum(table.rows for table in self.layouts.values())

    @property
    def has_inputs(self) -> bool:
        """Whether an input was captured; a transform job that joins its input to its output has none of its own."""
        return any(is_input(key) for table in self.layouts.values() for key in table.columns)

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Sequence[Self]) -> Self:
        """Merges in the given order; `window.py` defines the canonical one."""
        by_layout: dict[Layout, list[TableProfile]] = {}
        for part in parts:
            for layout, table in part.layouts.items():
                by_layout.setdefault(layout, []).append(table)
        return cls(
            {layout: TableProfile.merge_all(tables) for layout, tables in by_layout.items()},
            records=sum(part.records for part in parts),
            rejected=sum(part.rejected for part in parts),
            skipped=sum(part.skipped for part in parts),
        )

    def to_wire(self) -> WindowWire:
        layouts = {layout: self.layouts[layout].to_wire() for layout in sorted(self.layouts)}
        return WindowWire(layouts, self.records, self.rejected, self.skipped)

    @classmethod
    def from_wire(cls, wire: WindowWire) -> Self:
        """Raises ValueError: the parts are inconsistent."""
        layouts = {layout: TableProfile.from_wire(table) for layout, table in wire.layouts.items()}
        return cls(layouts, wire.records, wire.rejected, wire.skipped)

    def to_bytes(self) -> bytes:
        """The stored form of a roll-up."""
        return sealed(_KIND, self.to_wire())

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Raises InvalidInputError: another version or damaged; `where` names the object."""
        return opened(_KIND, data, _WIRE, cls.from_wire, where)
