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
        ('{"predictions": [[0.1], [0.9]], "model_version": "7"}', [{"[0]": 0.1, ".model_version": "7"}, {"[0]": 0.9, ".model_version": "7"}]),
        ('{"predictions": [{"score": 0.1}, {"score": 0.9}], "ids": [5, 6], "classes": ["n", "y", "?"], "by": {"name": "m"}}', [
            {".score": 0.1, ".ids": 5, ".classes[0]": "n", ".classes[1]": "y", ".classes[2]": "?", ".by.name": "m"},
            {".score": 0.9, ".ids": 6, ".classes[0]": "n", ".classes[1]": "y", ".classes[2]": "?", ".by.name": "m"},
        ]),
        ('{"predictions": [[0.1], [0.9]], "probabilities": [[0.9, 0.1], [0.1, 0.9]]}', [
            {"[0]": 0.1, ".probabilities[0]": 0.9, ".probabilities[1]": 0.1},
            {"[0]": 0.9, ".probabilities[0]": 0.1, ".probabilities[1]": 0.9},
        ]),
        ('{"signature_name": "serving_default", "instances": [{"a": 1}, {"a": 2}]}', [{".a": 1}, {".a": 2}]),
        ('{"signature_name": "serving_default", "instances": [1, 2]}', [{".instances[0]": 1, ".instances[1]": 2}]),
        ('{"signature_name": "s", "inputs": {"a": [1, 2], "b": [[3, 4], [5, 6]]}}', [{".a": 1, ".b[0]": 3, ".b[1]": 4}, {".a": 2, ".b[0]": 5, ".b[1]": 6}]),
        ('{"dataframe_split": {"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2.5], [3, null]]}, "params": {"k": 1}}', [{".a": 1, ".b": 2.5}, {".a": 3, ".b": None}]),
        ('{"dataframe_records": [{"a": 1}, {"a": 2}], "params": {}}', [{".a": 1}, {".a": 2}]),
        ('{"input_data": {"columns": ["a"], "data": [[1], [2]]}}', [{".a": 1}, {".a": 2}]),
        ('{"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}', [{".a": 1, ".b": 2}, {".a": 3, ".b": 4}]),
        ('{"columns": ["a", "b"], "index": [7], "data": [[1, 2]]}', [{".a": 1, ".b": 2}]),
        ('{"columns": 3, "data": [[1, 2], [3, 4]]}', [{".columns": 3, ".data[0][0]": 1, ".data[0][1]": 2, ".data[1][0]": 3, ".data[1][1]": 4}]),
        ('{"id": "x", "inputs": [{"name": "a", "shape": [2], "datatype": "FP32", "data": [1, 2]}, {"name": "b", "shape": [2, 2], "data": [3, 4, 5, 6]}]}', [{".a": 1, ".b[0]": 3, ".b[1]": 4}, {".a": 2, ".b[0]": 5, ".b[1]": 6}]),
        ('{"model_name": "m", "outputs": [{"name": "p", "shape": [2, 1], "datatype": "BYTES", "data": [["no"], ["yes"]]}]}', [{".p": "no"}, {".p": "yes"}]),
        ('{"inputs": [{"name": "a", "shape": [3], "data": [1, 2]}]}', [{".name": "a", ".shape[0]": 3, ".data[0]": 1, ".data[1]": 2}]),
        ('{"inputs": [{"name": "Ada", "age": 36}]}', [{".name": "Ada", ".age": 36}]),
        ('{"probabilities": {"0": 0.3, "1": 0.7}}', [{".probabilities.0": 0.3, ".probabilities.1": 0.7}]),
        ('{"predictions": {"score": 0.7, "probabilities": [0.3, 0.7]}}', [{".predictions.score": 0.7, ".predictions.probabilities[0]": 0.3, ".predictions.probabilities[1]": 0.7}]),
        ('{"parameters": 3, "b": [1]}', [{".parameters": 3, ".b[0]": 1}]),
        ("[]", [{}]),
        ("{}", [{}]),
    ],
)  # fmt: skip
def test_json(document: str, expected: list[dict[str, object]]) -> None:
    found = rows_of_json(document)

    plain = [{k: str(v) if isinstance(v, float) and v - v != 0 else v for k, v in row.items()} for row in found]
    assert plain == (expected if document != "[]" else [])


@pytest.mark.parametrize(
    "document",
    ["", "{", '{"a": 1', '{"a": 1}\nnonsense', "[1, {}]", '{"columns": ["a"], "data": [[1, 2]]}', '{"a": "\\ud800"}'],
)
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
        ('{"a": 1}', "application/octet-stream", [{".a": 1}]),
        (" [[0.5]]\n", "text/html; charset=utf-8", [{"[0]": 0.5}]),
        ("1,2\n", "application/octet-stream", [["1", "2"]]),
        ("0.5", None, [["0.5"]]),
        ("setosa\nvirginica\n", "text/html", [["setosa"], ["virginica"]]),
        ("new york,1\nlos angeles,2\n", "text/plain", [["new york", "1"], ["los angeles", "2"]]),
    ],
)
def test_base64_goes_by_the_content_type_or_else_by_the_content(
    text: str, content_type: str | None, expected: list[object]
) -> None:
    assert rows(base64(text), "BASE64", content_type) == expected


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (Payload(base64("\x89PNG"), "BASE64", "image/png"), "image/png"),
        (Payload(base64("a b, c d"), "BASE64"), "no content type"),
        (Payload(base64("<p>0.5</p>"), "BASE64", "text/html"), "'text/html' is neither CSV nor JSON"),
        (Payload(base64("Dear model, what is it?"), "BASE64", "text/plain"), "neither CSV nor JSON"),
        (Payload(base64("1,2\n3"), "BASE64", "text/plain"), "neither CSV nor JSON"),
        (Payload(base64('{"a": 1'), "BASE64", "text/html"), "looks like a table but is not JSON"),
        (Payload("k05VTVBZ", "BASE64", "application/x-npy"), "application/x-npy.* preprocessing script"),
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
    named = pair_rows(decode_payload(Payload('{"predictions": [7, 8]}', "JSON")), inputs)
    assert [row["output.predictions[0]"] for _, row in named if isinstance(row, dict)] == [7, 8]


def test_a_list_of_answers_stays_one_row_for_one_input() -> None:
    [(_, row)] = pair_rows(NamedRows(rows_of_json("[0.1, 0.2]")), NamedRows([{".a": 1}]))

    assert row == {"output[0]": 0.1, "output[1]": 0.2, "input.a": 1}


def test_other_counts_do_not_pair_and_both_are_told() -> None:
    with pytest.raises(PayloadError, match="3 output rows for 2 input rows"):
        pair_rows(CsvRows([["1"], ["2"], ["3"]]), CsvRows([["1"], ["2"]]))


def paired(output: str | None, input_: str | None, encoding: str = "JSON") -> list[dict[str, object]]:
    """The rows of a record, by column key."""
    sides = [decode_payload(Payload(text, encoding)) if text else None for text in (output, input_)]
    found: list[dict[str, object]] = []
    for layout, row in pair_rows(*sides):
        if isinstance(layout, CsvLayout):
            found.append(dict(zip(layout.keys, row, strict=True)))
        else:
            assert isinstance(row, dict)
            found.append(row)
    return found


TWO_COLUMNS = [{"input.a": 1, "input.b": 3}, {"input.a": 2, "input.b": 4}]


@pytest.mark.parametrize(
    ("output", "input_", "outputs", "inputs"),
    [
        # An object of lists: one item for each row of the other side; the rest belongs to all rows.
        (
            '{"predictions": [0.1, 0.9], "model_version": "7"}',
            '{"instances": [[1], [2]]}',
            [{"output.predictions[0]": 0.1, "output.model_version": "7"}, {"output.predictions[0]": 0.9, "output.model_version": "7"}],
            [{"input[0]": 1}, {"input[0]": 2}],
        ),
        (
            '{"predictions": [0, 1], "probabilities": [[0.9, 0.1], [0.2, 0.8]]}',
            '{"instances": [[1], [2]]}',
            [
                {"output.predictions": 0, "output.probabilities[0]": 0.9, "output.probabilities[1]": 0.1},
                {"output.predictions": 1, "output.probabilities[0]": 0.2, "output.probabilities[1]": 0.8},
            ],
            [{"input[0]": 1}, {"input[0]": 2}],
        ),
        # The same endpoint with one row: the same columns.
        (
            '{"predictions": [0], "probabilities": [[0.9, 0.1]]}',
            '{"instances": [[1]]}',
            [{"output.predictions": 0, "output.probabilities[0]": 0.9, "output.probabilities[1]": 0.1}],
            [{"input[0]": 1}],
        ),
        ('{"predictions": [0.1], "model_version": "7"}', '{"a": 1}', [{"output.predictions[0]": 0.1, "output.model_version": "7"}], [{"input.a": 1}]),
        # Columns as lists.
        ("[[0.1], [0.9]]", '{"a": [1, 2], "b": [3, 4]}', [{"output[0]": 0.1}, {"output[0]": 0.9}], TWO_COLUMNS),
        ('{"predictions": [0.1, 0.9]}', '{"a": [1, 2], "b": [3, 4]}', [{"output.predictions[0]": 0.1}, {"output.predictions[0]": 0.9}], TWO_COLUMNS),
        ('{"p": [5, 6], "q": [7, 8]}', '{"a": [1, 2], "b": [3, 4]}', [{"output.p": 5, "output.q": 7}, {"output.p": 6, "output.q": 8}], TWO_COLUMNS),
        ("[0.1, 0.9]", '{"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}}', [{"output[0]": 0.1}, {"output[0]": 0.9}], TWO_COLUMNS),
        ("[0.1]", '{"a": [1], "b": [3]}', [{"output[0]": 0.1}], TWO_COLUMNS[:1]),
        (None, '{"a": [1, 2], "b": [3, 4]}', [{}, {}], TWO_COLUMNS),
        # One row of lists: the answer is no list, or one of another length.
        ("0.1", '{"a": [1], "b": [3]}', [{"output[0]": 0.1}], [{"input.a[0]": 1, "input.b[0]": 3}]),
        ("[0.1, 0.2, 0.7]", '{"a": [1], "b": [3]}', [{"output[0]": 0.1, "output[1]": 0.2, "output[2]": 0.7}], [{"input.a": 1, "input.b": 3}]),
        (None, '{"p": {"0": 1, "1": 2}, "q": {"0": 3, "1": 4}}', [{}], [{"input.p.0": 1, "input.p.1": 2, "input.q.0": 3, "input.q.1": 4}]),
        # The best answers to one question are one row.
        (
            '{"id": 3, "predictions": [{"label": "x"}, {"label": "y"}]}',
            '{"a": 1}',
            [{"output.id": 3, "output.predictions[0].label": "x", "output.predictions[1].label": "y"}],
            [{"input.a": 1}],
        ),
    ],
)  # fmt: skip
def test_the_other_side_decides_what_a_row_is(
    output: str | None, input_: str, outputs: list[dict[str, object]], inputs: list[dict[str, object]]
) -> None:
    assert paired(output, input_) == [one | other for one, other in zip(outputs, inputs, strict=True)]


@pytest.mark.parametrize(
    ("output", "input_", "expected"),
    [
        ("0.7", "age,income\n42,50000.5", [{"output[0]": "0.7", "input.age": "42", "input.income": "50000.5"}]),
        ("p\n0.7\n", "age\n42\n", [{"output.p": "0.7", "input.age": "42"}]),
        ("0.7\n0.8", "age\n42\n43", [{"output[0]": "0.7", "input.age": "42"}, {"output[0]": "0.8", "input.age": "43"}]),
        ("0.7,0.8", "age\n42\n43", [{"output[0]": "0.7", "input.age": "42"}, {"output[0]": "0.8", "input.age": "43"}]),
        (None, ",age\n0,42", [{"input._c0": "0", "input.age": "42"}]),
        # Nothing but texts: only the number of rows tells.
        ("0.7", "colour\nred", [{"output[0]": "0.7", "input.colour": "red"}]),
        ("0.7\n0.8", "blue\nred", [{"output[0]": "0.7", "input[0]": "blue"}, {"output[0]": "0.8", "input[0]": "red"}]),
        (None, "blue\nred", [{"input[0]": "blue"}, {"input[0]": "red"}]),
        (
            "0.7",
            "store,2019,2020\n5,1.5,2.5",
            [{"output[0]": "0.7", "input.store": "5", "input.2019": "1.5", "input.2020": "2.5"}],
        ),
        ("0.7", "0,1\n42,50.5", [{"output[0]": "0.7", "input.0": "42", "input.1": "50.5"}]),
        (
            "0.7,0.3",
            "0,1\n42,50.5",
            [
                {"output[0]": "0.7", "input[0]": "0", "input[1]": "1"},
                {"output[0]": "0.3", "input[0]": "42", "input[1]": "50.5"},
            ],
        ),
        # The server answered the header, too.
        ("0.7\n0.8", "age\n42", [{"output[0]": "0.7", "input[0]": "age"}, {"output[0]": "0.8", "input[0]": "42"}]),
    ],
)
def test_a_header_of_csv_is_recognised(output: str | None, input_: str, expected: list[dict[str, object]]) -> None:
    assert paired(output, input_, "CSV") == expected


def test_a_header_that_does_not_help_is_named() -> None:
    with pytest.raises(PayloadError, match=r"3 output rows for 2 input rows.*looks like a header"):
        paired("1\n2\n3", "age\n42", "CSV")
