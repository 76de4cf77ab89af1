"""A capture file as batches of whole lines, plain or gzip."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from driftline.domain.unpacking import UNPACKED_BYTES, chunks

BATCH_BYTES = 1 << 20
"""Decoding a whole file of 32 MB at once takes up to twice as long as batches of this size (processor caches)."""

_LINE_END = ord("\n")


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Whole lines: the number of the first one (from 1), and how many there are, including empty ones."""

    first_line: int
    lines: int
    body: bytes


def line_batches(
    body: bytes, where: str, size: int = BATCH_BYTES, *, unpacked_bytes: int = UNPACKED_BYTES
) -> Iterator[LineBatch]:
    """Cuts a file at line ends; byte order marks are left out, before the first line and before any other.

    Args:
        where: The file, as errors name it.
        size: Of the pieces that are cut, in bytes.
        unpacked_bytes: Maximum size of the file, unpacked.

    Raises:
        InvalidInputError: too large, or a gzip file that is damaged or cut off.
    """
    first_line = 1
    rest: list[bytes] = []  # of a line that is longer than a chunk; joined once, because adding to bytes copies them
    for chunk in chunks(body, size, unpacked_bytes, where):
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            rest.append(chunk)
            continue
        whole = b"".join([*rest, chunk[:cut]])
        # Much faster than bytes.count, which searches for each line end separately.
        lines = int(np.count_nonzero(np.frombuffer(whole, dtype=np.uint8) == _LINE_END))
        yield LineBatch(first_line, lines, _without_marks(whole))
        first_line += lines
        rest = [chunk[cut:]]
    if last := _without_marks(b"".join(rest)):
        yield LineBatch(first_line, 1, last)


def _without_marks(lines: bytes) -> bytes:
    """Files that others have joined have a mark before each part; some writers put one before each line."""
    if BOM_UTF8[:1] not in lines:  # nearly always, and twenty times as fast to see
        return lines
    return lines.removeprefix(BOM_UTF8).replace(b"\n" + BOM_UTF8, b"\n")
