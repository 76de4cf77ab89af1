"""The files in a `.tar.gz`, read as a stream with limits: nothing is written, and no more is unpacked than allowed."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from driftline.domain.errors import InvalidInputError

MAX_PACKED: Final = 256 * 2**20
"""Maximum size of what is uploaded."""

MAX_UNPACKED: Final = 512 * 2**20
"""Maximum size of all that an archive holds, other files than the model included."""

MAX_MEMBERS: Final = 10_000

GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 512
_PIECE: Final = 2**20
_LONGEST_NAME: Final = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file of an archive."""

    name: str
    body: bytes


class Stream:
    """Bytes that are unpacked when they are read."""

    def __init__(self, body: bytes) -> None:
        self._rest = body
        self._packed = body[:2] == GZIP
        self._unpacker = zlib.decompressobj(31) if self._packed else None
        self._ready = bytearray()
        self._total = 0

    def read(self, size: int) -> bytes:
        """Up to this many bytes; fewer at the end only.

        Raises:
            InvalidInputError: damaged, cut off, or larger than `MAX_UNPACKED`.
        """
        while len(self._ready) < size and (piece := self._piece()):
            self._ready += piece
        found = bytes(self._ready[:size])
        del self._ready[:size]
        return found

    def skip(self, size: int) -> int:
        """Reads over that many bytes without keeping them; how many there were."""
        skipped = 0
        while skipped < size and (piece := self.read(min(_PIECE, size - skipped))):
            skipped += len(piece)
        return skipped

    def _piece(self) -> bytes:
        if self._unpacker is None:
            piece, self._rest = self._rest[:_PIECE], self._rest[_PIECE:]
        else:
            piece = self._unpacked()
        self._total += len(piece)
        if self._total > MAX_UNPACKED:
            raise InvalidInputError(
                "the archive is too large",
                expected=f"at most {MAX_UNPACKED // 2**20} MB unpacked, all of its files together",
                mend="Pack the model's file alone.",
            )
        return piece

    def _unpacked(self) -> bytes:
        assert self._unpacker is not None
        while True:
            if self._unpacker.eof:
                self._rest = self._unpacker.unused_data.lstrip(b"\0")
                if not self._rest:
                    return b""
                self._unpacker = zlib.decompressobj(31)  # gzip files may be joined
            try:
                piece = self._unpacker.decompress(self._rest, _PIECE)
            except zlib.error as error:
                raise _damaged("it cannot be unpacked") from error
            self._rest = self._unpacker.unconsumed_tail
            if piece:
                return piece
            if not self._unpacker.eof and not self._rest:
                raise _damaged("it ends too early")


def looks_like_tar(head: bytes) -> bool:
    """Args: head: the first 512 bytes."""
    return len(head) == _BLOCK and _checksum_fits(head)


def members(stream: Stream, head: bytes) -> Iterator[Member]:
    """The regular files of an archive (ustar, GNU and pax); folders and what only describes files are left out.

    Args:
        stream: behind its first header.
        head: this header.

    Raises:
        InvalidInputError: damaged or cut off; a link, a device, a name outside of the archive's folder; too many files.
    """
    name = None
    for _ in range(MAX_MEMBERS):
        if len(head) < _BLOCK:
            raise _damaged("it ends too early")
        if not any(head):
            stream.skip(MAX_UNPACKED + 1)  # to the end, where gzip's checksum is
            return
        if not _checksum_fits(head):
            raise _damaged("a header has a wrong checksum")
        size, kind = _number(head[124:136]), head[156:157]
        if kind in {b"L", b"x", b"g"}:
            if size > _LONGEST_NAME:
                raise _damaged("a header is too long")
            name = _longer_name(kind, _content(stream, size)) or name
        else:
            yield from _member(stream, name or _name(head), size, kind)
            name = None
        head = stream.read(_BLOCK)
    raise InvalidInputError("too many files", expected=f"at most {MAX_MEMBERS:,}", mend="Pack the model's file alone.")


def _member(stream: Stream, name: str, size: int, kind: bytes) -> Iterator[Member]:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or name[1:2] == ":":
        raise InvalidInputError(
            f"a file that leads out of the archive: {name[:100]!r}",
            expected="names below the archive's own folder",
            mend="Pack the model's file alone: tar -czf model.tar.gz xgboost-model",
        )
    if kind == b"5" or (kind in {b"0", b"\0"} and name.endswith("/")):
        _skip(stream, size)
    elif kind in {b"0", b"\0", b"7"}:
        # macOS packs what it knows of a file as a second one.
        if parts[-1].startswith("._"):
            _skip(stream, size)
        else:
            yield Member(name.removeprefix("./"), _content(stream, size))
    else:
        what = {b"1": "a link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a pipe"}
        raise InvalidInputError(
            f"{what.get(kind, 'something that is not a regular file')} in the archive: {name[:100]!r}",
            expected="regular files",
            mend="Pack the model's file itself: tar -czhf model.tar.gz xgboost-model",
        )


def _content(stream: Stream, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise _damaged("it ends too early")
    _skip(stream, -size % _BLOCK, padded=True)
    return body


def _skip(stream: Stream, size: int, *, padded: bool = False) -> None:
    whole = size if padded else size + -size % _BLOCK
    if stream.skip(whole) < (0 if padded else size):
        raise _damaged("it ends too early")


def _checksum_fits(head: bytes) -> bool:
    """The sum of the header's bytes, its own field taken as blanks."""
    field = head[148:156].strip(b" \0")
    if not field or not all(byte in b"01234567" for byte in field):
        return False
    return int(field, 8) == sum(head[:148]) + 8 * ord(" ") + sum(head[156:])


def _number(field: bytes) -> int:
    """Octal digits, or with GNU's tar a number of base 256."""
    if field[0] & 0x80:
        number = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:])
    else:
        digits = field.strip(b" \0")
        if not all(byte in b"01234567" for byte in digits):
            raise _damaged("a size is not a number")
        number = int(digits or b"0", 8)
    if number > MAX_UNPACKED:
        raise InvalidInputError(
            "a file of the archive is too large",
            expected=f"at most {MAX_UNPACKED // 2**20} MB unpacked, all files together",
            mend="Pack the model's file alone.",
        )
    return number


def _name(head: bytes) -> str:
    name = _text(head[:100])
    prefix = _text(head[345:500]) if head[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _longer_name(kind: bytes, body: bytes) -> str | None:
    """The name of the next file, from GNU's or pax's header before it; a global header (g) has none."""
    match kind:
        case b"L":
            return _text(body)
        case b"x":
            return _path_of_pax(body)
        case _:
            return None


def _path_of_pax(body: bytes) -> str | None:
    """The record `path` of lines "length name=value"."""
    for line in body.split(b"\n"):
        name, equals, value = line.partition(b" ")[2].partition(b"=")
        if equals and name == b"path":
            return _text(value)
    return None


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="replace")


def _damaged(what: str) -> InvalidInputError:
    return InvalidInputError(
        f"the archive is damaged: {what}",
        expected="a model.tar.gz as SageMaker's training writes it",
        mend="Upload it again, and compare its size.",
    )
