"""The index of an hour: the hashes of its join ids, ascending, so that a lookup reads a few of them.

    `driftline ids 1`, a line feed | hashes, `<u8`

Hashes are uniform over their range, so a position is known to within a few times the square root of the number of
hashes (the standard deviation of an order statistic is at most sqrt(n) / 2). A guess that misses is noticed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from driftline.domain.ground_truth.join_ids import STORED, Hashes, among

_MAGIC = b"driftline ids 1\n"
_WIDTH = 8
_DEVIATIONS = 4
"""A guess misses less than once in ten thousand; then the whole index is read."""

_CLOSE = 4_096
"""Ranges closer than this many hashes (32 kB) are read as one: a request costs more than the bytes."""

MOST_RANGES = 8
"""More requests than this take longer than reading a large index whole."""


def index_bytes(hashes: Hashes) -> bytes:
    return _MAGIC + hashes.astype(STORED).tobytes()


def index_of(stored: Iterable[bytes]) -> bytes:
    """The index of an hour from the hashes stored in its profiles."""
    hashes = np.frombuffer(b"".join(stored), dtype=STORED)
    return index_bytes(np.sort(hashes))


def may_be_index(size: int) -> bool:
    """Whether an object of so many bytes can be an index."""
    return size >= len(_MAGIC) and (size - len(_MAGIC)) % _WIDTH == 0


def hashes_of_index(data: bytes) -> Hashes | None:
    """None: it is not an index."""
    if not data.startswith(_MAGIC) or not may_be_index(len(data)):
        return None
    return np.frombuffer(data, dtype=STORED, offset=len(_MAGIC)).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class Reading:
    """One range of an index that settles some hashes.

    Attributes:
        first: Number of its first hash.
        stop: Number of the first hash after it.
        of: Number of hashes in the whole index.
        wanted: The hashes to look for, ascending.
    """

    first: int
    stop: int
    of: int
    wanted: Hashes

    @property
    def start(self) -> int:
        """First byte in the object."""
        return len(_MAGIC) + self.first * _WIDTH

    @property
    def length(self) -> int:
        return (self.stop - self.first) * _WIDTH

    def found(self, body: bytes) -> Hashes | None:
        """The hashes of `wanted` in the index; None if the guess missed and the range does not decide."""
        hashes = np.frombuffer(body, dtype=STORED).astype(np.uint64)
        if self.first > 0 and (not len(hashes) or hashes[0] > self.wanted[0]):
            return None
        if self.stop < self.of and (not len(hashes) or hashes[-1] < self.wanted[-1]):
            return None
        return self.wanted[among(self.wanted, hashes)]


def readings(wanted: Hashes, index_size: int) -> Sequence[Reading] | None:
    """The ranges of an index to read for ascending hashes; None if it is cheaper to read it all."""
    count = (index_size - len(_MAGIC)) // _WIDTH
    planned = []
    for reading in _ranges(wanted, count):
        planned.append(reading)
        if len(planned) > MOST_RANGES:
            return None
    return planned if sum(reading.stop - reading.first for reading in planned) * 2 < count else None


def _ranges(wanted: Hashes, count: int) -> Iterator[Reading]:
    guesses = wanted.astype(np.float64) / 2.0**64 * count
    margin = _DEVIATIONS * np.sqrt(count) / 2 + _WIDTH
    firsts = np.maximum(guesses - margin, 0).astype(np.int64)
    stops = np.minimum(guesses + margin, count).astype(np.int64)
    begin = 0
    for end in range(1, len(wanted) + 1):
        if end == len(wanted) or firsts[end] > stops[end - 1] + _CLOSE:
            yield Reading(int(firsts[begin]), int(stops[end - 1]), count, wanted[begin:end])
            begin = end
