"""Table profiles as the core writes them, completed by what it leaves to numpy: the sketches of long columns."""

from dataclasses import replace

import msgspec
import numpy as np

from driftline.adapters.native.core import EncodedColumn
from driftline.domain.profiles.column import ColumnProfile, ColumnWire
from driftline.domain.profiles.kll import KllSketch
from driftline.domain.profiles.moments import Moments
from driftline.domain.profiles.parts import EncodedTable, ProfiledTable
from driftline.domain.profiles.table import TableProfile

_COLUMN = msgspec.msgpack.Decoder(ColumnWire)


def profiled_table(rows: int, width: int, profile: bytes | list[EncodedColumn]) -> ProfiledTable:
    """A table of `CoreCapture.take`."""
    if isinstance(profile, bytes):
        return EncodedTable(rows, width, profile)
    return TableProfile(rows, {key: _column(wire, numbers, by_type) for key, wire, numbers, by_type in profile})


def _column(wire: bytes, numbers: bytes | None, by_type: bytes | None) -> ColumnProfile:
    column = _completed(ColumnProfile.from_wire(_COLUMN.decode(wire)), numbers)
    return replace(column, by_type=_completed(column.by_type, by_type)) if column.by_type else column


def _completed(column: ColumnProfile, numbers: bytes | None) -> ColumnProfile:
    """With the sketch, and with the moments where the core found numbers too extreme for it."""
    if numbers is None:
        return column
    values = np.frombuffer(numbers)
    moments = column.moments if column.moments.count else Moments.of(values)
    return replace(column, moments=moments, kll=KllSketch.of(values, np.sort(values)))
