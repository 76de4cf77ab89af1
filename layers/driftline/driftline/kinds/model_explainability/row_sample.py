"""The rows of a window that are explained: an even sample, hour by hour, small enough to keep."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.even_sample import ALL, lowest
from driftline.domain.explanations.tasks import Cell
from driftline.domain.ground_truth.join_ids import STORED, join_hashes
from driftline.kinds.data import HourRows, WindowRows

_VERSION = 1
"""Of what is kept: samples of an earlier version are made again."""

_ORIGIN = ("inference_id", "event_id", "row")


class _Wire(msgspec.Struct, frozen=True, array_like=True):
    rows: int
    bound: int
    hashes: bytes
    ids: list[str]
    cells: list[list[str | int | float | bool | None]]


_WIRE = msgspec.msgpack.Decoder(_Wire)


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """A sample of n rows.

    Attributes:
        rows: Number of rows that it is of.
        bound: Rows with a smaller hash are in the sample; the highest one if all are.
        hashes: Shape (n,).
        hours: Of each row.
        ids: InferenceId, or eventId, of each row.
        cells: Of each row, in the order of the requested columns.
    """

    rows: int = 0
    bound: int = ALL
    hashes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    hours: tuple[datetime, ...] = ()
    ids: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sampled(self) -> bool:
        """Whether rows were left out."""
        return self.bound != ALL

    def column(self, place: int) -> list[Cell]:
        return [row[place] for row in self.cells]

    def where(self, chosen: NDArray[np.bool_]) -> "RowSample":
        """Some of the rows."""
        places = np.flatnonzero(chosen)
        return self._of(places, self.bound)

    @classmethod
    def of(
        cls,
        batch: Mapping[str, Sequence[Cell]],
        columns: Sequence[ColumnKey],
        hour: datetime,
        most: int,
        among: Sequence[ColumnKey] = (),
    ) -> Self:
        """Of rows of an hour; columns that they lack have no value.

        Args:
            among: Only rows with a value of one of these columns are in the sample; none: all are.
        """
        ids = [
            str(inference or event or "")
            for inference, event in zip(batch["inference_id"], batch["event_id"], strict=True)
        ]
        hashes = join_hashes([f"{name}\0{row}" for name, row in zip(ids, batch["row"], strict=True)])
        nothing: Sequence[Cell] = [None] * len(ids)
        candidates = np.arange(len(ids))
        if among:
            there = [[cell not in (None, "") for cell in batch.get(key, nothing)] for key in among]
            candidates = np.flatnonzero(np.any(np.array(there, dtype=np.bool_), axis=0))
        chosen, bound = lowest(hashes[candidates], most)
        cells = [batch.get(key, nothing) for key in columns]
        places = candidates[chosen].tolist()
        return cls(
            len(ids),
            bound,
            hashes[places],
            (hour,) * len(places),
            tuple(ids[place] for place in places),
            tuple(tuple(column[place] for column in cells) for place in places),
        )

    @classmethod
    def merge_all(cls, parts: Sequence["RowSample"], most: int) -> "RowSample":
        """The sample of all rows of the parts."""
        bound = min((part.bound for part in parts), default=ALL)
        inside = [part if bound == ALL else part.where(part.hashes < np.uint64(bound)) for part in parts]
        merged = cls(
            sum(part.rows for part in parts),
            bound,
            np.concatenate([np.zeros(0, dtype=np.uint64), *(part.hashes for part in inside)]),
            tuple(hour for part in inside for hour in part.hours),
            tuple(name for part in inside for name in part.ids),
            tuple(row for part in inside for row in part.cells),
        )
        return merged._of(*lowest(merged.hashes, most, bound))

    def _of(self, places: NDArray[np.intp], bound: int) -> "RowSample":
        chosen = places.tolist()
        return RowSample(
            self.rows,
            bound,
            self.hashes[places],
            tuple(self.hours[place] for place in chosen),
            tuple(self.ids[place] for place in chosen),
            tuple(self.cells[place] for place in chosen),
        )

    def to_bytes(self) -> bytes:
        """Of one hour."""
        hashes, cells = self.hashes.astype(STORED).tobytes(), [list(row) for row in self.cells]
        return msgspec.msgpack.encode(_Wire(self.rows, self.bound, hashes, list(self.ids), cells))

    @classmethod
    def from_bytes(cls, body: bytes, hour: datetime) -> "RowSample":
        """Raises msgspec.DecodeError: not such a sample."""
        wire = _WIRE.decode(body)
        hashes = np.frombuffer(wire.hashes, dtype=STORED).astype(np.uint64)
        return cls(wire.rows, wire.bound, hashes, (hour,) * len(hashes), tuple(wire.ids), tuple(map(tuple, wire.cells)))


def window_sample(
    captured: WindowRows, columns: Sequence[ColumnKey], most: int, among: Sequence[ColumnKey] = ()
) -> RowSample:
    """The sample of a window.

    Args:
        columns: Keys of what is wanted of each row.
        most: Number of rows.
        among: See `RowSample.of`.
    """
    made_with = f"{_VERSION} sample {most} {columns!r} {among!r}"
    parts = []
    for hour in captured.hours:
        kept = hour.kept(made_with)
        if kept is not None:
            with suppress(ValueError):  # damaged: it is made again
                parts.append(RowSample.from_bytes(kept, hour.start))
                continue
        found = _read(hour, columns, most, among)
        hour.keep(made_with, found.to_bytes())
        parts.append(found)
    return RowSample.merge_all(parts, most)


def _read(hour: HourRows, columns: Sequence[ColumnKey], most: int, among: Sequence[ColumnKey]) -> RowSample:
    there = set(hour.columns())
    wanted = [*_ORIGIN, *dict.fromkeys(key for key in columns if key in there)]
    found = RowSample()
    for batch in hour.batches(wanted):
        found = RowSample.merge_all([found, RowSample.of(batch, columns, hour.start, most, among)], most)
    return found
