"""What is wrong with an input: whole files, single values, times and names, as they have been seen or made on purpose.

Each is generic: it changes a good file of any entry point, so that one list serves captures, labels, baselines,
documents, scripts, state and events.
"""

import gzip
import io
import json
import pickle
import zipfile
import zlib
from collections.abc import Callable, Mapping
from random import Random

type Change = Callable[[bytes], bytes]
"""A good file → a bad one."""

_DEEP = 100_000
_LONG = 1_000_000


class _Exploit:
    """Does something when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("/tmp/driftline-was-unpickled", "w"))


def _zipped(good: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../data.jsonl"), good)
    return made.getvalue()


def _wrong_checksum(good: bytes) -> bytes:
    packed = bytearray(gzip.compress(good, mtime=0))
    packed[-8] ^= 0xFF
    return bytes(packed)


def _in_the_middle(piece: bytes) -> Change:
    return lambda good: good[: len(good) // 2] + piece + good[len(good) // 2 :]


BODIES: Mapping[str, Change] = {
    "empty": lambda _: b"",
    "blank lines only": lambda _: b" \n\n\t\n",
    "NUL bytes only": lambda _: bytes(4096),
    "random bytes": lambda _: Random(14).randbytes(5000),
    "a pickle": lambda _: pickle.dumps(_Exploit()),
    "a zip archive": _zipped,
    "an HTML page": lambda _: b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>\n",
    "an image": lambda _: b"\x89PNG\r\n\x1a\n" + Random(15).randbytes(200),
    "cut off": lambda good: good[: len(good) * 2 // 3 - 7],
    "garbage behind": lambda good: good + b"}}}garbage\n",
    "garbage before": lambda good: b"garbage{{{\n" + good,
    "a NUL byte inside": _in_the_middle(b"\x00"),
    "not UTF-8 inside": _in_the_middle(b"\xff\xfe\xfa"),
    "an escape sequence inside": _in_the_middle(b"\x1b[2J\x1b]0;owned\x07"),
    "UTF-16": lambda good: good.decode(errors="replace").encode("utf-16"),
    "byte order mark": lambda good: b"\xef\xbb\xbf" + good,
    "carriage returns": lambda good: good.replace(b"\n", b"\r\n"),
    "carriage returns alone": lambda good: good.replace(b"\n", b"\r"),
    "U+2028 as line end": lambda good: good.replace(b"\n", b"\xe2\x80\xa8"),
    "gzip": lambda good: gzip.compress(good, mtime=0),
    "gzip, cut off": lambda good: gzip.compress(good * 9, mtime=0)[:-12],
    "gzip, wrong checksum": _wrong_checksum,
    "gzip in gzip": lambda good: gzip.compress(gzip.compress(good, mtime=0), mtime=0),
    "zlib": zlib.compress,
    "brackets, 100,000 deep": lambda _: b"[" * _DEEP + b"]" * _DEEP,
    "objects, 100,000 deep": lambda _: b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "one line of 1 MB": lambda _: b"x" * _LONG,
    "100,000 commas": lambda _: b"," * 100_000,
}
"""Whole files."""

VALUES: Mapping[str, bytes] = {
    "null": b"null",
    "a list": b"[1, [2], {}]",
    "an object": b'{"a": {"b": [1]}}',
    "an empty text": b'""',
    "a text of 1 MB": b'"' + b"x" * _LONG + b'"',
    "a number of 5,000 digits": b"9" * 5000,
    "1e999": b"1e999",
    "NaN": b"NaN",
    "-Infinity": b"-Infinity",
    "minus zero": b"-0.0",
    "2^63": b"9223372036854775808",
    "a lone surrogate": b'"\\ud800"',
    "a NUL in a text": b'"a\\u0000b"',
    "markup": b'"<script>alert(1)</script>"',
    "a formula": b'"=HYPERLINK(\\"http://example.org\\")"',
    "an escape sequence": b'"\\u001b[2Jx"',
    "right-to-left override": '"\u202egpj.exe"'.encode(),
    "a path": b'"../../../../etc/passwd"',
    "500 names": json.dumps({f"n{at}": at for at in range(500)}).encode(),
    "lists, 5,000 deep": b"[" * 5000 + b"]" * 5000,
    "the same name twice": b'{"a": 1, "a": 2}',
}
"""Single values, as JSON, or what some programs write for it."""

TIMES: Mapping[str, str] = {
    "year 0001": "0001-01-01T00:00:00Z",
    "year 0001, east of Greenwich": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59Z",
    "1 January 1900": "1900-01-01T00:00:00Z",
    "30 February": "2026-02-30T10:00:00Z",
    "25 o'clock": "2026-03-01T25:00:00Z",
    "no time zone": "2026-03-01T14:00:00",
    "seconds since 1970": "1772373600",
    "words": "yesterday",
    "no text": "",
}
"""Times where a good one is 2026-03-01T14:00:00Z."""

NAMES: Mapping[str, str] = {
    ".DS_Store": ".DS_Store",
    "a line feed": "a\nb.jsonl",
    "an escape sequence": "\x1b[2Ja.jsonl",
    "spaces and a plus": "a b+c%20d.jsonl",
    "not ASCII": "größe-数据.jsonl",
    "right-to-left override": "\u202elnosj.a",
    "markup": "<img src=x onerror=alert(1)>.jsonl",
    "two points": "..",
    "a query": "a?versionId=1&x=#y.jsonl",
    "900 letters": "n" * 900 + ".jsonl",
    "an office lock file": "~$a.jsonl",
    "a temporary file": "a.jsonl.tmp",
}
"""Last part of a key."""
