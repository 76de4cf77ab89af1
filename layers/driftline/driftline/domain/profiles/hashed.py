"""How often each text of a column occurs, by a hash: a text can be looked up whatever else the column has.

A count-min sketch (Cormode, Muthukrishnan 2005) of one row of 2^12 counters. A counter is the sum over the texts with
its hash, so it is never smaller than the count of one of them, and merging adds: exact, in any order. Of the rows with
other texts, a set of k texts takes about the share k / 4,096 for its own: 3 % with 120 categories. Numbers are not
counted: the KLL sketch has them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self, override

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.distinct import Hashes, hashes_of_texts

COUNTERS = 1 << 12

type HashedWire = tuple[bytes, int, bytes]
"""Numbers of the counters in use (uint16), bytes per count, the counts; all 4,096 without numbers if that is shorter.
"""


@dataclass(frozen=True, slots=True, eq=False)
class HashedCounts:
    """The state: the counters in use, by ascending number, and the count in each."""

    counters: NDArray[np.uint16]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, hashes: Hashes, counts: Iterable[int]) -> Self:
        """From the hashes of distinct texts, and how often each occurs."""
        if not len(hashes):
            return cls.empty()
        # The low bits: the distinct count chooses its register by the high ones.
        return cls._summed((hashes & np.uint64(COUNTERS - 1)).astype(np.uint16), np.fromiter(counts, dtype=np.int64))

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int64))

    @classmethod
    def _summed(cls, counters: NDArray[np.uint16], counts: NDArray[np.int64]) -> Self:
        full = np.zeros(COUNTERS, dtype=np.int64)
        np.add.at(full, counters, counts)
        used = np.flatnonzero(full)
        return cls(used.astype(np.uint16), full[used])

    def at_most(self, texts: Collection[str]) -> int:
        """An upper bound of the number of rows that have one of these texts."""
        wanted = np.unique(hashes_of_texts(texts) & np.uint64(COUNTERS - 1))
        return int(self.counts[np.isin(self.counters, wanted)].sum())

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        held = [part for part in parts if len(part.counters)]
        if len(held) < 2:  # noqa: PLR2004 - nothing to add
            return held[0] if held else cls.empty()
        return cls._summed(
            np.concatenate([part.counters for part in held]), np.concatenate([part.counts for part in held])
        )

    def to_wire(self) -> HashedWire:
        width = next(width for width in (1, 2, 4, 8) if not len(self.counts) or self.counts.max() < 1 << 8 * width - 1)
        if (2 + width) * len(self.counters) < width * COUNTERS:
            return self.counters.astype("<u2", copy=False).tobytes(), width, self._packed(self.counts, width)
        full = np.zeros(COUNTERS, dtype=np.int64)
        full[self.counters] = self.counts
        return b"", width, self._packed(full, width)

    @staticmethod
    def _packed(counts: NDArray[np.int64], width: int) -> bytes:
        return counts.astype(f"<i{width}").tobytes()

    @classmethod
    def from_wire(cls, wire: HashedWire) -> Self:
        """Raises ValueError: the parts are inconsistent."""
        numbers, width, packed = wire
        if width not in {1, 2, 4, 8}:
            raise ValueError(f"counts of {width} bytes")
        counters = np.frombuffer(numbers, dtype="<u2").astype(np.uint16, copy=False)
        counts = np.frombuffer(packed, dtype=f"<i{width}").astype(np.int64)
        if not len(counters) and len(counts) == COUNTERS:
            used = np.flatnonzero(counts)
            return cls(used.astype(np.uint16), counts[used])
        if len(counters) != len(counts) or (len(counters) and int(counters.max()) >= COUNTERS):
            raise ValueError("inconsistent counters of hashed texts")
        return cls(counters, counts)

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HashedCounts):
            return NotImplemented
        return np.array_equal(self.counters, other.counters) and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]  # holds arrays
