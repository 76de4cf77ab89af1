"""Universal Binary JSON (draft 12, ubjson.org), read strictly: the format of XGBoost's `.ubj` files.

Every length is compared with the bytes that are left before anything is made of it, so that a damaged or hostile file
costs no more than its own size. Containers with a common type hold numbers only, as XGBoost writes them; a type that
takes no bytes would make a huge list of nothing.
"""

import struct
from typing import Any, Final

import numpy as np

from driftline.domain.errors import InvalidInputError

MAX_DEPTH: Final = 64
MAX_VALUES: Final = 8_000_000
"""Maximum number of values that are no entries of typed arrays: each of them is an object of Python."""

_NUMBERS: Final[dict[int, "np.dtype[Any]"]] = {
    ord("i"): np.dtype(">i1"),
    ord("U"): np.dtype(">u1"),
    ord("I"): np.dtype(">i2"),
    ord("l"): np.dtype(">i4"),
    ord("L"): np.dtype(">i8"),
    ord("d"): np.dtype(">f4"),
    ord("D"): np.dtype(">f8"),
}
_FORMATS: Final = {ord("i"): ">b", ord("U"): ">B", ord("I"): ">h", ord("l"): ">i", ord("L"): ">q"} | {
    ord("d"): ">f",
    ord("D"): ">d",
}
_INTEGERS: Final = frozenset(b"iUIlL")
_CONSTANTS: Final = {ord("Z"): None, ord("T"): True, ord("F"): False}


def decoded(body: bytes) -> object:
    """Dictionaries, lists, texts, numbers, True, False, None; arrays of numpy where an array has a type of numbers.

    Raises:
        InvalidInputError: damaged, cut off, with bytes after its end, deeper than `MAX_DEPTH`.
    """
    reader = _Reader(body)
    value = reader.value(reader.byte(), 0)
    if reader.at != len(body):
        raise reader.damaged("bytes after its end")
    return value


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.at = 0
        self._values = 0

    def damaged(self, what: str) -> InvalidInputError:
        return InvalidInputError(
            f"the model's file is damaged: {what} at byte {self.at:,}",
            expected='a file as XGBoost writes it: booster.save_model("model.ubj")',
            mend="Save the model again, and compare the size of the upload with the file's.",
        )

    def byte(self) -> int:
        if self.at >= len(self._body):
            raise self.damaged("it ends too early")
        self.at += 1
        return self._body[self.at - 1]

    def value(self, marker: int, depth: int) -> object:  # noqa: PLR0911  (one for each marker)
        self._values += 1
        if self._values > MAX_VALUES:
            raise self.damaged(f"more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise self.damaged(f"more than {MAX_DEPTH} levels")
        if marker in _FORMATS:
            return self._number(marker)
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        match marker:
            case 0x53:  # S
                return self._text()
            case 0x43:  # C
                return self._characters(1)
            case 0x48:  # H: a number with as many digits as wanted
                return self._text()
            case 0x5B:  # [
                return self._array(depth)
            case 0x7B:  # {
                return self._object(depth)
            case _:
                raise self.damaged(f"unknown marker {marker:#04x}")

    def _marker(self) -> int:
        """The next byte that says something; `N` does not."""
        while (marker := self.byte()) == ord("N"):
            pass
        return marker

    def _take(self, size: int) -> bytes:
        if size < 0 or size > len(self._body) - self.at:
            raise self.damaged("it ends too early, or a length is wrong")
        self.at += size
        return self._body[self.at - size : self.at]

    def _number(self, marker: int) -> int | float:
        form = _FORMATS[marker]
        number: int | float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return number

    def _length(self, marker: int) -> int:
        if marker not in _INTEGERS:
            raise self.damaged("a length that is not an integer")
        length = int(self._number(marker))
        if length < 0:
            raise self.damaged("a negative length")
        return length

    def _text(self) -> str:
        return self._characters(self._length(self.byte()))

    def _characters(self, size: int) -> str:
        try:
            return self._take(size).decode()
        except UnicodeDecodeError as error:
            raise self.damaged("a text that is not UTF-8") from error

    def _head(self) -> tuple[int | None, int | None, int]:
        """(type, count, the marker after them) of a container; the marker is only read where there is no count."""
        marker = self._marker()
        kind = None
        if marker == ord("$"):
            kind = self.byte()
            if kind not in _NUMBERS:
                raise self.damaged("a container with a type other than numbers")
            marker = self.byte()
            if marker != ord("#"):
                raise self.damaged("a type without a count")
        if marker != ord("#"):
            return None, None, marker
        count = self._length(self.byte())
        if count * (_NUMBERS[kind].itemsize if kind else 1) > len(self._body) - self.at:
            raise self.damaged("it ends too early, or a count is wrong")
        return kind, count, 0

    def _array(self, depth: int) -> object:
        kind, count, marker = self._head()
        if kind is not None and count is not None:
            kind_of_number = _NUMBERS[kind]
            return np.frombuffer(self._take(count * kind_of_number.itemsize), kind_of_number)
        if count is not None:
            return [self.value(self._marker(), depth + 1) for _ in range(count)]
        items = []
        while marker != ord("]"):
            items.append(self.value(marker, depth + 1))
            marker = self._marker()
        return items

    def _object(self, depth: int) -> dict[str, object]:
        kind, count, marker = self._head()
        fields: dict[str, object] = {}
        if count is not None:
            for _ in range(count):
                self._put(fields, self._characters(self._length(self._marker())), kind, depth)
            return fields
        while marker != ord("}"):
            self._put(fields, self._characters(self._length(marker)), None, depth)
            marker = self._marker()
        return fields

    def _put(self, fields: dict[str, object], name: str, kind: int | None, depth: int) -> None:
        if name in fields:
            raise self.damaged(f"the field {name!r} twice")
        fields[name] = self.value(self._marker() if kind is None else kind, depth + 1)
