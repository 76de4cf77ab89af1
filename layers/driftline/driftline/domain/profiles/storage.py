"""The envelope of every stored profile: kind, version, checksum, then MessagePack.

    `driftline <kind> <version>`, a line feed | CRC-32 of the body, 4 bytes, big-endian | body

Other versions are refused: profiles are derived from captured records and can be made again.
"""

import re
from collections.abc import Callable
from zlib import crc32

import msgspec

from driftline.domain.errors import InvalidInputError, UnreadableStateError

VERSION = 2
"""Increases with every change of the contents, including the hash and the rules of the sketch."""

_MAGIC = b"driftline "
_MEND = "Delete it and profile its capture files again."


def sealed(kind: str, wire: msgspec.Struct) -> bytes:
    """The stored bytes; equal content gives equal bytes."""
    body = msgspec.msgpack.encode(wire)
    return _header(kind) + crc32(body).to_bytes(4, "big") + body


def opened[Wire: msgspec.Struct, Profile](
    kind: str, data: bytes, wire: msgspec.msgpack.Decoder[Wire], read: Callable[[Wire], Profile], where: str
) -> Profile:
    """The argument of `sealed`, read through `read`.

    Raises:
        UnreadableStateError: not such a profile, or damaged; `where` names the object.
        InvalidInputError: of another version.
    """
    header = _header(kind)
    found = data[: len(header) + 8].split(b"\n")[0]
    if not re.match(re.escape(_MAGIC + f"{kind} ".encode()) + rb"\d+\n", data):
        raise UnreadableStateError(f"not a stored profile of the kind {kind}: it begins with {found!r}", where)
    if not data.startswith(header):
        raise InvalidInputError(
            f"not a stored profile of this version: it begins with {found!r}",
            where=where,
            expected=repr(header.rstrip()),
            mend=_MEND,
        )
    checksum, body = data[len(header) : len(header) + 4], data[len(header) + 4 :]
    if crc32(body).to_bytes(4, "big") != checksum:
        raise UnreadableStateError("a stored profile is damaged: its checksum does not match", where)
    try:
        return read(wire.decode(body))
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableStateError(f"a stored profile is damaged: {error}", where) from error


def _header(kind: str) -> bytes:
    return _MAGIC + f"{kind} {VERSION}\n".encode()
