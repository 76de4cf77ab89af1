"""A capture file as batches of whole lines, plain or gzip."""

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from driftline.domain.errors import InvalidInputError

BATCH_BYTES = 1 << 20
"""Decoding a whole file of 32 MB at once takes up to twice as long as batches of this size (processor caches)."""

_LINE_END = ord("\n")
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Whole lines: the number of the first one (from 1), and how many there are, including empty ones."""

    first_line: int
    lines: int
    body: bytes


def line_batches(body: bytes, size: int = BATCH_BYTES) -> Iterator[LineBatch]:
    """Cuts a file at line ends; byte order marks are left out, before the first line and before any other.

    Raises:
        InvalidInputError: a gzip file that is damaged or cut off.
    """
    first_line = 1
    rest: list[bytes] = []  # of a line that is longer than a chunk; joined once, because adding to bytes copies them
    for chunk in _chunks(body, size):
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
    return lines.removeprefix(BOM_UTF8).replace(b"\n" + BOM_UTF8, b"\n")


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    if not body.startswith(_GZIP_MAGIC):
        yield from (body[at : at + size] for at in range(0, len(body), size))
        return
    try:
        with gzip.open(BytesIO(body)) as unpacked:
            while chunk := unpacked.read(size):
                yield chunk
    except (EOFError, OSError, zlib.error) as error:
        raise InvalidInputError(f"the gzip file cannot be unpacked ({error})", mend="Upload it again.") from None
