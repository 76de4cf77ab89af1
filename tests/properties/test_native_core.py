"""The native core gives what Python gives, byte for byte, whatever the lines are."""

import json
import struct
from base64 import b64encode
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.parsers import compared, needs_core

pytestmark = needs_core

_NEAR_NUMBERS = [
    *("", "0", "-0", "+7", "- 3", " 5", "007", "1.", ".5", "1_000", "0x1", "nan", "inf", "Infinity", "true", "false"),
    *("1e400", "-1e400", "1e-400", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e+5", "1E05"),
    *("2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623159e308"),
    *("9007199254740993", "9007199254740992", "123456789012345678901234567890", "0.1", "0.30000000000000004", "1e22"),
    *(
        "1e23",
        "8.5e22",
        "179769313486231580793728971405301e276",
        "5e-324",
        "-0.0",
        "1e",
        "e5",
        "1e+",
        "--1",
        "٣",
        "1\u00a0",
    ),
]


def _double(bits: int) -> str:
    return repr(struct.unpack("d", struct.pack("Q", bits))[0])


_cells = st.one_of(
    st.sampled_from(_NEAR_NUMBERS),
    st.integers(-200, 200).map(str),
    st.integers(0, 2**64 - 1).map(_double),
    st.floats(-1e6, 1e6).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.from_regex(r"[-+]? ?[0-9]{1,25}(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,3})?", fullmatch=True).filter(str.isascii),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0\r\n,"'), max_size=12),
)
_plain = st.lists(_cells, min_size=1, max_size=4).map(",".join)
_csv = st.one_of(
    _plain,
    _plain.map(lambda row: row + "\n"),
    st.lists(_plain, min_size=2, max_size=3).map("\n".join),
    st.sampled_from(['"a,b",1', '"a""b"', '"open', "a,b\n1,2\n3,4", "\n", "", "x\r\n", "1,2\r3,4", '""']),
)
_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        st.sampled_from(["5", "1.5", "-0", "true", "null", ""]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "é", "a.b", "A", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)
_keys = st.sampled_from(
    ["a", "b", "A", "a.b", "score", "instances", "inputs", "predictions", "outputs", "columns", "data", "params", "é\n"]
)
_documents = st.one_of(_values, st.dictionaries(_keys, _values, max_size=4))
_json = st.one_of(
    _documents.map(json.dumps),
    _documents.map(lambda document: json.dumps(document, ensure_ascii=False, indent=1)),
    st.lists(_documents.map(json.dumps), min_size=2, max_size=3).map("\n".join),
    st.sampled_from(
        ['{"a": 1, "a": 2}', "[1, 2", "{}", "[]", "[[]]", '{"a": 01}', '{"a": 1.}', '{"a": 1e400}', '{"a": -0}', "1 2"]
    ),
    st.from_regex(
        r'\{"a": ?-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?, "b": [0-9]\.[0-9]{1,3}\}', fullmatch=True
    ),
)
_payloads = st.one_of(
    st.tuples(st.just("CSV"), _csv),
    st.tuples(st.just("JSON"), _json),
    st.tuples(st.just("BASE64"), st.one_of(_csv, _json).map(lambda text: b64encode(text.encode()).decode())),
    st.tuples(st.sampled_from(["XML", ""]), _plain),
)
_times = st.sampled_from(
    [
        *("2026-03-01T12:00:00Z", "2026-03-01T12:04:59.999999Z", "2026-03-01T12:05:00.5Z", "2026-03-01T13:59:59Z"),
        *("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00+01:00", "2026-03-01 12:00:00Z", "2026-02-30T00:00:00Z"),
        *("1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2199-12-31T23:59:59Z"),
        *("2200-01-01T00:00:00Z", "2026-03-01T12:00:60Z", "2026-03-01T24:00:00Z", "2026-03-01", "", "now"),
        *("2024-02-29T01:02:03Z", "2026-03-01T12:00:00.1234567Z", "2026-03-01T12:00:00", "2026-03-01T12:00:00z"),
    ]
)
_usual_times = st.sampled_from(["2026-03-01T12:00:00Z", "2026-03-01T12:01:30.25Z", "2026-03-01T12:07:00Z"])
_ids = st.one_of(st.none(), st.sampled_from(["", "id-1", "ü", 'a"b', "x,y"]), st.text("abc-1", min_size=1, max_size=20))


def _side(payload: tuple[str, str] | None) -> dict[str, object] | None:
    return payload and {"observedContentType": None, "mode": "INPUT", "encoding": payload[0], "data": payload[1]}


@st.composite
def _records(draw: st.DrawFn, payloads: st.SearchStrategy[tuple[str, str]], times: st.SearchStrategy[str]) -> bytes:
    event: dict[str, object] = {"eventId": draw(st.sampled_from(["", "e-1", "e-2", "é"])), "inferenceTime": draw(times)}
    inference = draw(_ids)
    if inference is not None:
        event["inferenceId"] = inference
    captured = {"endpointInput": _side(draw(payloads)), "endpointOutput": _side(draw(payloads))}
    line = {"captureData": captured, "eventMetadata": event, "eventVersion": "0"}
    return json.dumps(line, ensure_ascii=draw(st.booleans())).encode()


@st.composite
def _unusual(draw: st.DrawFn) -> bytes:
    """A record with something that few have, or no record at all."""
    line = json.loads(draw(_records(_payloads, _times)))
    change: Callable[[], object] = draw(
        st.sampled_from(
            [
                lambda: line["eventMetadata"].update(invocationSource="ShadowExperiment"),
                lambda: line["eventMetadata"].update(invocationSource="x", inferenceId=None),
                lambda: line["eventMetadata"].update(eventId=None),
                lambda: line["eventMetadata"].pop("eventId"),
                lambda: line["eventMetadata"].update(inferenceTime=5),
                lambda: line["captureData"].update(endpointInput=None),
                lambda: line["captureData"].update(endpointOutput=None),
                lambda: line["captureData"].pop("endpointOutput"),
                lambda: line["captureData"].update(batchTransformOutput=line["captureData"].pop("endpointOutput")),
                lambda: line["captureData"]["endpointInput"].update(observedContentType=5),
                lambda: line["captureData"]["endpointInput"].update(encoding=None),
                lambda: line["captureData"]["endpointInput"].pop("data"),
                lambda: line.update(more=[[{"x": [1.5e3, -0.0, "\n\u2028"]}]], other={"captureData": 1}),
                lambda: line.pop("captureData"),
            ]
        )
    )
    change()
    return json.dumps(line).encode()


def _line(output: bytes, given_: bytes = b'"data":"1"', more: bytes = b"") -> bytes:
    return (
        b'{"captureData":{"endpointInput":{%s,"encoding":"CSV"},"endpointOutput":{"data":%s,"encoding":"CSV"}},'
        b'"eventMetadata":{"inferenceTime":"2026-03-01T12:00:00Z"}%s}' % (given_, output, more)
    )


_broken = st.sampled_from(
    [
        *(b"", b"  \t", b"{", b"null", b"[]", b"\xff\xfe", b'{"captureData": {}}', b"{}{}", b"\x00", b"[" * 2_000),
        *(_line(b'"\\ud800"'), _line(b'"\xc0\x80"'), _line(b'"\xed\xa0\x80"'), _line(b'"a\tb"'), _line(b'"\\x41"')),
        *(_line(b'"\\u00e9\\ud83d\\ude00\\/\\b"'), _line(b'"\\u0000"'), _line(b'"3"', b'"data":"1","data":"2"')),
        *(_line(b'"3"', more=more) for more in (b',"n":01', b',"n":1e999', b',"n":-', b',"n":tru', b" \r", b",")),
        _line(b'"3"') + b" {}",
        _line(b'"3"', more=b',"n":' + b"[" * 200 + b"]" * 200),
    ]
)
_lines = st.one_of(
    _records(st.tuples(st.just("CSV"), _plain), _usual_times),
    _records(st.tuples(st.just("CSV"), _plain), _usual_times),
    _records(st.tuples(st.just("JSON"), _json), _usual_times),
    _records(_payloads, _times),
    _unusual(),
    _broken,
)


@given(
    st.lists(st.lists(_lines, max_size=8).map(b"\n".join), min_size=1, max_size=3), st.sampled_from([1, 7, 40, 750_000])
)
def test_every_mixture_of_lines_gives_the_same(bodies: list[bytes], chunk_cells: int) -> None:
    compared(bodies, chunk_cells)


@given(st.lists(st.lists(_cells, min_size=2, max_size=2), min_size=1, max_size=200))
def test_cells_that_are_nearly_numbers_are_what_they_are_in_python(rows: list[list[str]]) -> None:
    lines = [
        json.dumps(
            {
                "captureData": {
                    "endpointInput": {"data": given_, "encoding": "CSV"},
                    "endpointOutput": {"data": f"x,{output}", "encoding": "CSV"},
                },
                "eventMetadata": {"eventId": f"{at}", "inferenceTime": "2026-03-01T12:00:00Z"},
            }
        ).encode()
        for at, (output, given_) in enumerate(rows)
    ]
    compared([b"\n".join(lines)])
