"""Join ids as 64-bit hashes for indexes, so that a lookup reads eight bytes per inference.

The hash decides where to look, never what belongs together: rows are joined by the ids themselves. It must be uniform
over its whole range, because lookups guess positions from it, and it is stored, so it must never change.

UTF-8 bytes, padded with zeros to whole words of eight, little-endian; the state begins with the length in bytes and
takes word after word through the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", 2014).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

type Hashes = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_WORD = 8

STORED = np.dtype("<u8")
"""The stored form of hashes."""


def join_hashes(ids: Sequence[str]) -> Hashes:
    """uint64[len(ids)], in the order of the ids."""
    joined = "".join(ids)
    if joined.isascii():
        data = np.frombuffer(joined.encode(), dtype=np.uint8)
        lengths = np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))
    else:
        encoded = [text.encode("utf-8", "surrogatepass") for text in ids]
        data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(ids))
    starts = np.cumsum(lengths) - lengths
    hashes = np.zeros(len(ids), dtype=np.uint64)
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        hashes[chosen] = _hashed(data, starts[chosen], length)
    return hashes


def sorted_unique(hashes: Sequence[Hashes]) -> Hashes:
    """All hashes, ascending, each once."""
    return np.unique(np.concatenate(hashes)) if hashes else np.empty(0, dtype=np.uint64)


def among(hashes: Hashes, ascending: Hashes) -> NDArray[np.bool_]:
    """Which of `hashes` occur in the ascending ones."""
    if not len(ascending):
        return np.zeros(len(hashes), dtype=np.bool_)
    at = np.minimum(np.searchsorted(ascending, hashes), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == hashes
    return found


def _hashed(data: NDArray[np.uint8], starts: NDArray[np.int64], length: int) -> Hashes:
    """The hashes of ids of this length."""
    words = -(-length // _WORD)
    padded = np.zeros((len(starts), words * _WORD), dtype=np.uint8)
    if length:
        padded[:, :length] = data[starts[:, None] + np.arange(length)]
    state = np.full(len(starts), np.uint64(length), dtype=np.uint64)
    for word in padded.view(STORED).T:
        state = _mixed(state ^ word.astype(np.uint64))
    return _mixed(state)


def _mixed(state: Hashes) -> Hashes:
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    mixed: Hashes = state ^ (state >> np.uint64(31))
    return mixed
