"""Which lines the core reads, which it leaves to Python line by line, and which files it does not read at all."""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import pytest

from driftline.adapters.native.core import CORE
from driftline.domain.capture.tables import CHUNK_CELLS
from tests.parsers import compared, needs_core
from tests.places import REPOSITORY

pytestmark = needs_core

SAMPLES = REPOSITORY.parent / "shared" / "data"


def line(
    output: str, given: str, encoding: str = "CSV", *, time: str = "2026-03-01T12:00:00Z", **more: object
) -> bytes:
    sides = {
        name: {"observedContentType": more.get("type"), "data": data, "encoding": encoding}
        for name, data in (("endpointInput", given), ("endpointOutput", output))
    }
    event = {"eventId": "event", "inferenceTime": time, **{key: value for key, value in more.items() if key != "type"}}
    return json.dumps({"captureData": sides, "eventMetadata": event}).encode() + b"\n"


def in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def left_to_python(lines: bytes) -> list[int] | None:
    assert CORE is not None
    return CORE.Capture(True, CHUNK_CELLS).read(lines)


READ = {
    "CSV": line("0.5", "1,2,a"),
    "a line end behind the row": line("0.5\n", "1,2\n"),
    "escapes and all of UTF-8": line("0.5", 'tab\there,\u00e9\U0001f600,\\,"'.removesuffix('"')),
    "several rows of CSV": line("0.1\n0.2", "1,x\n2,y\n"),
    "a JSON object": line('{"score": 1e-7}', '{"a": "5", "b": null, "c": [1, {"d": true}]}', "JSON"),
    "JSON lists": line("[0.5]", '{"features": [1, 2]}', "JSON"),
    "JSON with a list of rows": line('{"predictions": [[1], [2]]}', '[{"a": 1}, {"a": 2}]', "JSON"),
    "BASE64 of CSV": line(in_base64("0.5"), in_base64("1,2"), "BASE64", type="Text/CSV; charset=utf-8"),
    "BASE64 of JSON without a type": line(in_base64('{"a": 1}'), in_base64("[[1, 2]]"), "BASE64"),
    "an inferenceId": line("0.5", "1", inferenceId="id"),
    "UTC by its offset": line("0.5", "1", time="2026-03-01T12:00:00.25+00:00"),
}
LEFT = {
    "quotes": line("0.5", '"a,b",1'),
    "a header": line("score\n0.5", "a,b\n1,2"),
    "as many lists as rows": line("[0.1, 0.2]", "[[1], [2]]", "JSON"),
    "columns of several rows": line('{"a": [1, 2], "b": [3, 4]}', "[[1], [2]]", "JSON"),
    "a number beyond doubles": line('{"a": 1e400}', '{"b": 1}', "JSON"),
    "two values with one name": line('{"a": 1, "a": 2}', '{"b": 1}', "JSON"),
    "an offset": line("0.5", "1", time="2026-03-01T12:00:00+01:00"),
    "no time": line("0.5", "1", time=""),
    "a shadow variant": line("0.5", "1", invocationSource="ShadowExperiment"),
    "another encoding": line("0.5", "1", "XML"),
}
REFUSED = {
    "no JSON": b"{\n",
    "no record": b"{}\n",
    "another type": line("0.5", "1", eventId=5),
    "a lone surrogate": line("0.5", "\ud800"),
    "bytes that are not UTF-8": line("0.5", "?").replace(b"?", b"\xc0\xaf"),
    "a key that occurs twice": line("0.5", "1").replace(b'"eventId"', b'"eventId": "a", "eventId"'),
    "deep nesting": line("0.5", "1", more="?").replace(b'"?"', b"[" * 1_000 + b"]" * 1_000),
}


@pytest.mark.parametrize("name", READ)
def test_the_core_reads(name: str) -> None:
    assert left_to_python(READ[name]) == []
    assert compared([READ[name]]) == "native"


@pytest.mark.parametrize("name", LEFT)
def test_a_line_is_left_to_python(name: str) -> None:
    lines = READ["CSV"] + LEFT[name] + READ["CSV"]
    assert left_to_python(lines) == [1]
    assert compared([lines]) == "native"


@pytest.mark.parametrize("name", REFUSED)
def test_a_batch_is_left_to_python(name: str) -> None:
    lines = READ["CSV"] + REFUSED[name] + READ["a JSON object"]
    assert left_to_python(lines) is None
    assert compared([lines]) == "native"


def explained() -> bytes:
    envelope = {
        "version": "1.0",
        "predictions": {"content_type": "text/csv", "data": "0.5\n"},
        "explanations": {"kernel_shap": [[{"feature_header": "a", "attributions": [{"attribution": [0.1]}]}]]},
    }
    return line(json.dumps(envelope), '{"a": 1}', "JSON")


ALONE: dict[str, Sequence[bytes]] = {
    "attributions": [READ["CSV"], explained()],
    "nine layouts": [line("0", ",".join("1" * width)) for width in range(1, 10)],
    "wide rows by name": [line('{"a": 1}', json.dumps(dict.fromkeys(map(str, range(600)), 1)), "JSON")],
    "wide layouts": [line("0", ",".join("1" * 300)), line("0", ",".join("1" * 301))],
    "too many columns": [line("0", "1"), line('{"a": 1}', json.dumps({f"n{at}": 1 for at in range(5_000)}), "JSON")],
    "a row with too many columns": [line("0", ",".join("1" * 5_000)), line("0", "1")],
}


@pytest.mark.parametrize("name", ALONE)
def test_a_file_is_read_by_python_alone(name: str) -> None:
    assert compared(ALONE[name]) == "python"


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*capture*.jsonl")), ids=lambda path: path.name)
def test_real_files_give_the_same(path: Path) -> None:
    assert compared([path.read_bytes()]) == "native"


def test_a_row_that_does_not_fit_its_layout_is_an_error() -> None:
    assert CORE is not None
    capture = CORE.Capture(True, CHUNK_CELLS)
    capture.read(b"")
    with pytest.raises(ValueError, match="a cell for each column"):
        capture.add(0, 1_772_366_400, (1, 2), "event", None, "2026-03-01T12:00:00Z", 0, ["1", "2"])


def test_records_are_finished_once() -> None:
    assert CORE is not None
    capture = CORE.Capture(True, CHUNK_CELLS)
    capture.finish("key", "value", capture.columns())
    with pytest.raises(ValueError, match="not kept"):
        capture.finish("key", "value", [])
