"""Stored labels: with the hashes of their ids in front, so that a search reads only those.

    `driftline labels 1`, a line feed | CRC-32 of the rest, 4 bytes | version of the ground truth file, 16 characters |
    number of hashes, 8 bytes | hashes, ascending, `<u8` | MessagePack

Numbers are little-endian. The same form is used for a whole file (all of its labels) and for the labels of one hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self
from zlib import crc32

import msgspec
import numpy as np

from driftline.domain.errors import InvalidInputError, UnreadableStateError
from driftline.domain.ground_truth.join_ids import STORED, Hashes, among, join_hashes
from driftline.domain.ground_truth.labels import Label
from driftline.domain.instants import format_instant, parse_instant

_KIND = b"driftline labels "
_MAGIC = _KIND + b"1\n"
_VERSION_AT = len(_MAGIC) + 4
_VERSION_CHARACTERS = 16
_COUNT_AT = _VERSION_AT + _VERSION_CHARACTERS
_HASHES_AT = _COUNT_AT + 8


class _Wire(msgspec.Struct, array_like=True, frozen=True):
    source: str
    hour: str
    version: str
    labels: list[Label]


_WIRE = msgspec.msgpack.Decoder(_Wire)


def _check_kind(data: bytes, where: str) -> None:
    if not data.startswith(_KIND):
        raise UnreadableStateError("not stored labels", where)
    if not data.startswith(_MAGIC):
        raise InvalidInputError(
            "stored labels of another version", where=where, mend="Use that version, or upload the ground truth again."
        )


def version_of(body: bytes) -> str:
    """Names the content of a ground truth file."""
    return sha256(body).hexdigest()[:_VERSION_CHARACTERS]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels of one version of one ground truth file.

    Attributes:
        source: The file's key.
        hour: Hour of the file's folder: when its labels were collected.
        version: Version of the file's content.
        labels: In the order of the file.
    """

    source: str
    hour: datetime
    version: str
    labels: Sequence[Label]

    @property
    def precedence(self) -> tuple[datetime, str]:
        """Of two files with a label for one id, the greater one wins."""
        return self.hour, self.source

    def hashes(self) -> Hashes:
        """uint64[len(labels)], the hashes of their ids, in order."""
        return join_hashes([label.id for label in self.labels])

    def only(self, ascending: Hashes) -> Self:
        """The labels whose id may be among these hashes."""
        chosen = np.flatnonzero(among(self.hashes(), ascending)).tolist()
        return type(self)(self.source, self.hour, self.version, [self.labels[at] for at in chosen])

    def to_bytes(self) -> bytes:
        """Equal sets give equal bytes."""
        wire = _Wire(self.source, format_instant(self.hour), self.version, list(self.labels))
        hashes = np.unique(self.hashes()).astype(STORED)
        rest = (
            self.version.encode() + len(hashes).to_bytes(8, "little") + hashes.tobytes() + msgspec.msgpack.encode(wire)
        )
        return _MAGIC + crc32(rest).to_bytes(4, "little") + rest

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "") -> Self:
        """Reads what `to_bytes` wrote; `where` names the object.

        Raises:
            UnreadableStateError: damaged, or not such an object.
            InvalidInputError: of another version.
        """
        _check_kind(data, where)
        if crc32(data[_VERSION_AT:]).to_bytes(4, "little") != data[len(_MAGIC) : _VERSION_AT]:
            raise UnreadableStateError("stored labels are damaged: their checksum does not match", where)
        try:
            wire = _WIRE.decode(data[LabelHead.length_in(data) :])
            return cls(wire.source, parse_instant(wire.hour), wire.version, wire.labels)
        except (ValueError, InvalidInputError) as error:
            raise UnreadableStateError(f"stored labels are damaged: {error}", where) from error


@dataclass(frozen=True, slots=True)
class LabelHead:
    """The contents of the first bytes of a stored LabelSet.

    Attributes:
        version: Version of the ground truth file's content.
        hashes: Hashes of the ids, ascending, each once.
    """

    version: str
    hashes: Hashes

    @staticmethod
    def length_in(data: bytes) -> int:
        """How many bytes `of` needs, from the first few."""
        return _HASHES_AT + 8 * int.from_bytes(data[_COUNT_AT:_HASHES_AT], "little")

    @classmethod
    def of(cls, head: bytes, where: str = "") -> Self:
        """As `LabelSet.from_bytes`, but for the checksum, which is over everything."""
        _check_kind(head, where)
        if len(head) < cls.length_in(head):
            raise UnreadableStateError("stored labels are cut off", where)
        hashes = np.frombuffer(head, dtype=STORED, count=(cls.length_in(head) - _HASHES_AT) // 8, offset=_HASHES_AT)
        return cls(head[_VERSION_AT:_COUNT_AT].decode(), hashes.astype(np.uint64))
