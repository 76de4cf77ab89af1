"""Inputs that the fuzzer begins with: capture lines as our tests make them, and what is in such lines."""

import json
import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.captures import csv_capture

TARGETS = ("lines", "json", "numbers", "parquet")

_START = datetime(2026, 3, 1, 14, tzinfo=UTC)

_PAYLOADS = (
    *(
        '{"score": 0.5}',
        '{"a": 1, "b": {"c": [1, 2.50, null, true]}}',
        "[1, 2.5, 3e2]",
        "[[1, 2]]",
        "0.7",
        '"caf\\u00e9"',
    ),
    *('{"instances": [[1, 2]]}', '{"features": [1e5, -0.0, 1E-7]}', '[{"a": 1}, {"a": 2}]', '{"predictions": [0.1]}'),
    *('{"dataframe_split": {"columns": ["a"], "data": [[1]]}}', '{"a": "x\\ny", "\\ud83d\\ude00": "é"}', "[]", "{}"),
)
_NUMBERS = (
    *("0", "1", "-0", "+ 5", "- 7", "0.1", "00.10", "1e308", "1.7976931348623159e308", "4.9e-324", "1e-400", "1E+22"),
    *("2.2250738585072014e-308", "9007199254740993", "123456789012345678901234567890", "0.00001", "9.5367431640625e-7"),
)
_TIMES = ("2026-03-01T14:00:00Z", "2026-03-01T14:00:00.123456Z", "2026-03-01T14:00:00+05:45", "1969-12-31T23:59:59Z")


def seeds(target: str) -> Iterator[bytes]:
    """Inputs of a target, the bytes in front of them included that choose how they are used; always the same ones."""
    drawn = random.Random(target)
    if target == "lines":
        lines = list(capture_lines())
        for how in range(16):
            batch = drawn.randbytes(2) if how & 1 else b""
            yield b"\0" + bytes([how]) + batch + b"".join(drawn.choices(lines, k=1 + how))
        yield from (bytes([0, 2]) + line for line in lines)
    elif target == "json":
        yield from (b"\0" + payload.encode() for payload in _PAYLOADS)
    elif target == "numbers":
        yield from (b"\0" + text.encode() for text in _NUMBERS)
    else:
        yield from (b"\0" + drawn.randbytes(2_000) for _ in range(20))


def write(target: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (folder / f"{number:03}").write_bytes(seed)


def capture_lines() -> Iterator[bytes]:
    """Lines of capture files in all forms that the core reads, and some that it leaves to Python."""
    cells = (*_NUMBERS, "", "Köln", "true", 'quoted "x"', "a" * 40)
    for number, cell in enumerate(cells):
        yield csv_capture(
            _START + timedelta(minutes=7 * number), "0.5", f"{number},{cell}", f"id-{number}" if number % 2 else None
        )
    yield csv_capture(_START, "0.5\n", "1,2\n3,4")
    yield csv_capture(_START, ",".join(_NUMBERS), ",".join(map(str, range(200))))
    for number, payload in enumerate(_PAYLOADS):
        yield _line(("0.5", "CSV"), (payload, "JSON"), _TIMES[number % len(_TIMES)])
        yield _line((payload, "JSON"), (_PAYLOADS[0], "JSON"), _TIMES[0], inferenceId="")
    yield _line((b64encode(b"0.5").decode(), "BASE64"), (b64encode(b"1,2").decode(), "BASE64"), _TIMES[0])
    yield _line(("0.5", "CSV"), ("1", "CSV"), _TIMES[0], invocationSource="ShadowExperiment", inferenceId=None)
    yield b"\n  \n"
    yield b'{"captureData": {}}\n'


def _line(output: Sequence[str], given: Sequence[str], time: str, **metadata: str | None) -> bytes:
    sides = {
        name: {"observedContentType": None, "mode": "INPUT", "data": data, "encoding": encoding}
        for name, (data, encoding) in (("endpointInput", given), ("endpointOutput", output))
    }
    event = {"eventId": "e", "inferenceTime": time, **metadata}
    record = {"captureData": sides, "eventMetadata": event, "eventVersion": "0"}
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"
