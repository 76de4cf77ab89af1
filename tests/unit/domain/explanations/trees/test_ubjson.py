"""The examples of ubjson.org (draft 12), and what a strict reader refuses."""

import struct

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees import ubjson
from driftline.domain.explanations.trees.ubjson import decoded


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"Z", None), (b"T", True), (b"F", False), (b"i\xff", -1), (b"U\xff", 255), (b"I\x01\x00", 256),
        (b"l\x00\x01\x00\x00", 65_536), (b"L" + struct.pack(">q", -(2**40)), -(2**40)),
        (b"d" + struct.pack(">f", 1.5), 1.5), (b"D" + struct.pack(">d", 3.14), 3.14), (b"Ca", "a"),
        (b"HU\x043.14", "3.14"), (b"Si\x05hello", "hello"), (b"Si\0", ""), ("Si\2ü".encode(), "ü"),
        (b"[]", []), (b"{}", {}), (b"[Ti\1[Z]]", [True, 1, [None]]), (b"[#i\2TF", [True, False]), (b"[NTNFN]", [True, False]),
        (b"{i\4userS i".replace(b"S i", b"Si\3bob") + b"}", {"user": "bob"}), (b"{#i\1i\1aT", {"a": True}),
        (b"{$U#i\2i\1a\1i\1b\2", {"a": 1, "b": 2}), (b"[[][{}]]", [[], [{}]]),
    ],
)  # fmt: skip
def test_values(body: bytes, value: object) -> None:
    assert decoded(body) == value


@pytest.mark.parametrize(
    ("marker", "kind"), [("i", "i1"), ("U", "u1"), ("I", "i2"), ("l", "i4"), ("L", "i8"), ("d", "f4"), ("D", "f8")]
)
def test_arrays_of_numbers(marker: str, kind: str) -> None:
    numbers = np.array([0, 1, 100], f">{kind}")
    found = decoded(b"[$" + marker.encode() + b"#U\3" + numbers.tobytes())
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [0, 1, 100]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "ends too early"), (b"TT", "bytes after its end"), (b"x", "unknown marker"), (b"[T", "ends too early"),
        (b"Si\xff", "negative length"), (b"Sd\0\0\0\0", "not an integer"), (b"Si\5ab", "ends too early"),
        (b"Si\2\xff\xff", "UTF-8"), (b"[$T#i\5", "other than numbers"), (b"[$[#i\1", "other than numbers"),
        (b"[$Ui\1", "type without a count"), (b"[$U#L\x7f\xff\xff\xff\xff\xff\xff\xff", "count is wrong"),
        (b"[#l\x7f\xff\xff\xff", "count is wrong"), (b"[$D#i\2\0\0\0\0\0\0\0\0", "count is wrong"), (b"{i\1aTi\1aF}", "twice"),
        (b"[" * 100, "64 levels"), (b"{i\1a" * 100, "64 levels"), (b"[#i\1" * 100, "64 levels"), (b"N", "unknown marker"),
    ],
)  # fmt: skip
def test_damages(body: bytes, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        decoded(body)


def test_small_values_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ubjson, "MAX_VALUES", 1_000)
    with pytest.raises(InvalidInputError, match="more than 1,000 values"):
        decoded(b"[" + b"Z" * 2_000 + b"]")
