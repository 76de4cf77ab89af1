"""Every encoding of a payload, and how the rows of both sides become one."""

from base64 import b64encode

import pytest

from driftline.domain.capture.json_rows import PayloadError, rows_of_json
from driftline.domain.capture.pairing import CsvLayout, pair_rows
from driftline.domain.capture.payloads import CsvRows, NamedRows, Payload, decode_payload


def rows(data: str, encoding: str, content_type: str | None = None) -> object:
    return decode_payload(Payload(data, encoding, content_type)).rows


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1,a", [["1", "a"]]),
        ("1,a\n", [["1", "a"]]),
        ("1,a\r\n2,b\r\n", [["1", "a"], ["2", "b"]]),
        ("1,\n,2", [["1", ""], ["", "2"]]),
        ('"a,b","say ""hi"""', [["a,b", 'say "hi"']]),
        ('"two\nlines",2', [["two\nlines", "2"]]),
        ("\n1\n\n2\n", [["1"], ["2"]]),
        ('""', [[""]]),
        ("", []),
        (" 1 , 2", [[" 1 ", " 2"]]),
    ],
)
def test_csv(data: str, expected: list[list[str]]) -> None:
    assert rows(data, "CSV") == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('{"a": 1, "b": {"c": "x", "d": [true, null]}}', [{".a": 1, ".b.c": "x", ".b.d[0]": True, ".b.d[1]": None}]),
        ('{"features": [28, 2.5]}', [{".features[0]": 28, ".features[1]": 2.5}]),
        ("[1, 2]", [{"[0]": 1, "[1]": 2}]),
        ("0.7", [{"[0]": 0.7}]),
        ('[{"a": 1}, {"a": 2}]', [{".a": 1}, {".a": 2}]),
        ("[[1, 2], [3, 4]]", [{"[0]": 1, "[1]": 2}, {"[0]": 3, "[1]": 4}]),
        ('{"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}', [{".features[0]": 1, ".features[1]": 2}, {".features[0]": 3, ".features[1]": 4}]),
        ('{"predictions": [[0.1], [0.9]]}', [{"[0]": 0.1}, {"[0]": 0.9}]),
        ('{"a": 1}\n{"a": 2}\n', [{".a": 1}, {".a": 2}]),
        ('{"a": NaN, "b": -Infinity, "c": 1e400}', [{".a": "nan", ".b": "-inf", ".c": "inf"}]),
        ('{"id": 1, "items": [{"a": 1}, {"a": 2}]}', [{".id": 1, ".items[0].a": 1, ".items[1].a": 2}]),
        ("[]", [{}]),
        ("{}", [{}]),
    ],
)  # fmt: skip
def test_json(document: str, expected: list[dict[str, object]]) -> None:
    found = rows_of_json(document)

    plain = [{k: str(v) if isinstance(v, float) and v - v != 0 else v for k, v in row.items()} for row in found]
    assert plain == (expected if document != "[]" else [])


@pytest.mark.parametrize("document", ["", "{", '{"a": 1', '{"a": 1}\nnonsense', "[1, {}]", '{"a": "\\ud800"}'])
def test_what_is_no_json_says_so(document: str) -> None:
    with pytest.raises(PayloadError):
        rows_of_json(document)


@pytest.mark.parametrize(
    ("text", "content_type", "expected"),
    [
        ("1,a\n2,b", "text/csv", [["1", "a"], ["2", "b"]]),
        ("1,a", "Text/CSV; charset=utf-8", [["1", "a"]]),
        ('{"a": "é"}', "application/json", [{".a": "é"}]),
        ('{"a": 1}\n{"a": 2}', "application/jsonlines", [{".a": 1}, {".a": 2}]),
    ],
)
def test_base64_goes_by_the_observed_content_type(text: str, content_type: str, expected: list[object]) -> None:
    assert rows(base64(text), "BASE64", content_type) == expected


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (Payload(base64("\x89PNG"), "BASE64", "image/png"), "image/png"),
        (Payload(base64("1,2"), "BASE64"), "no content type"),
        (Payload("%%%", "BASE64", "text/csv"), "not BASE64"),
        (Payload("gA==", "BASE64", "text/csv"), "not BASE64 of a UTF-8 text"),
        (Payload("1", "XML"), "'XML' is not CSV"),
        (Payload('"open', "CSV"), "not CSV"),
    ],
)
def test_what_cannot_be_decoded_says_why(payload: Payload, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        decode_payload(payload)


def test_output_columns_come_first() -> None:
    [(layout, cells)] = pair_rows(CsvRows([["0.5"]]), CsvRows([["1", "a"]]))

    assert (layout, cells) == (CsvLayout(1, 2), ["0.5", "1", "a"])
    assert isinstance(layout, CsvLayout)
    assert layout.name == "csv:1+2"
    assert layout.keys == ["output[0]", "input[0]", "input[1]"]


def test_row_i_of_the_output_belongs_to_row_i_of_the_input() -> None:
    paired = pair_rows(NamedRows([{".score": 0.1}, {".score": 0.2}]), NamedRows([{"[0]": 1}, {"[0]": 2}]))

    assert paired == [
        ("json", {"output.score": 0.1, "input[0]": 1}),
        ("json", {"output.score": 0.2, "input[0]": 2}),
    ]


def test_rows_of_other_widths_are_another_layout() -> None:
    paired = pair_rows(CsvRows([["0.5"], ["0.6"]]), CsvRows([["1", "a"], ["2"]]))

    assert [layout for layout, _ in paired] == [CsvLayout(1, 2), CsvLayout(1, 1)]


@pytest.mark.parametrize(
    ("output", "input_", "layout", "keys"),
    [
        (None, CsvRows([["1", "2"]]), "csv:0+2", ["input[0]", "input[1]"]),
        (CsvRows([["1"]]), None, "csv:1+0", ["output[0]"]),
        (None, NamedRows([{".a": 1}]), "json", ["input.a"]),
        (NamedRows([{".a": 1}]), CsvRows([["1"]]), "json+csv:1", ["output.a", "input[0]"]),
        (CsvRows([["1"]]), NamedRows([{".a": 1}]), "csv:1+json", ["output[0]", "input.a"]),
    ],
)
def test_layouts_of_absent_and_mixed_sides(
    output: CsvRows | NamedRows | None, input_: CsvRows | NamedRows | None, layout: str, keys: list[str]
) -> None:
    [(found, row)] = pair_rows(output, input_)

    assert (found.name if isinstance(found, CsvLayout) else found) == layout
    assert (found.keys if isinstance(found, CsvLayout) else list(row)) == keys


def test_a_list_of_answers_is_spread_over_the_rows() -> None:
    inputs = CsvRows([["1"], ["2"]])

    assert pair_rows(CsvRows([["0.1", "0.2"]]), inputs) == pair_rows(CsvRows([["0.1"], ["0.2"]]), inputs)
    named = pair_rows(NamedRows(rows_of_json('{"predictions": [7, 8]}')), inputs)
    assert [row["output.predictions[0]"] for _, row in named if isinstance(row, dict)] == [7, 8]


def test_a_list_of_answers_stays_one_row_for_one_input() -> None:
    [(_, row)] = pair_rows(NamedRows(rows_of_json("[0.1, 0.2]")), NamedRows([{".a": 1}]))

    assert row == {"output[0]": 0.1, "output[1]": 0.2, "input.a": 1}


def test_other_counts_do_not_pair_and_both_are_told() -> None:
    with pytest.raises(PayloadError, match="3 output rows for 2 input rows"):
        pair_rows(CsvRows([["1"], ["2"], ["3"]]), CsvRows([["1"], ["2"]]))
