"""Named fields are emptied wherever they are in a payload; what cannot be looked through is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.capture.records import Encoding
from driftline.capture.redaction import redactors
from driftline.domain.capture.payloads import NamedRows, Payload, decode_payload
from driftline.domain.errors import InvalidInputError

SECRET = "s3cret"


def redacted(data: Any, *columns: str, encoding: Encoding = "JSON") -> Any:
    """The payload after redaction; JSON as a document."""
    redact = redactors(columns).input
    assert redact is not None
    text = redact(data if isinstance(data, str) else json.dumps(data), encoding)
    return json.loads(text) if encoding == "JSON" and "\n" not in text else text


@pytest.mark.parametrize(
    ("document", "column", "expected"),
    [
        ({"email": SECRET, "a": 1}, "input.email", {"email": None, "a": 1}),
        ({"customer": {"email": SECRET, "a": 1}}, "input.customer.email", {"customer": {"email": None, "a": 1}}),
        ({"customer": {"email": SECRET}}, "input.customer", {"customer": {"email": None}}),
        ({"customer.email": SECRET}, "input.customer.email", {"customer.email": None}),
        ({"a.b": {"c": SECRET}}, 'input["a.b"].c', {"a.b": {"c": None}}),
        ([{"email": SECRET}, {"a": 1}], "input.email", [{"email": None}, {"a": 1}]),
        ({"instances": [{"email": SECRET}]}, "input.email", {"instances": [{"email": None}]}),
        ({"email": [SECRET, SECRET], "a": [1, 2]}, "input.email", {"email": [None, None], "a": [1, 2]}),
        ({"users": [{"email": SECRET}]}, "input.users.email", {"users": [{"email": None}]}),
        ([1, SECRET, 3], "input[1]", [1, None, 3]),
        ([[1, SECRET], [2, SECRET]], "input[1]", [[1, None], [2, None]]),
        ({"instances": [[1, SECRET], [2, SECRET]]}, "input[1]", {"instances": [[1, None], [2, None]]}),
        ({"features": [1, SECRET]}, "input.features[1]", {"features": [1, None]}),
        ({"instances": [{"x": [1, SECRET]}]}, "input.x[1]", {"instances": [{"x": [1, None]}]}),
        ([[1, [SECRET, 2]]], "input[1]", [[1, [None, None]]]),
        (
            {"columns": ["a", "email"], "data": [[1, SECRET], [2, SECRET]]},
            "input.email",
            {"columns": ["a", "email"], "data": [[1, None], [2, None]]},
        ),
        (
            {"data": {"names": ["email", "a"], "ndarray": [[SECRET, 1]]}},
            "input.email",
            {"data": {"names": ["email", "a"], "ndarray": [[None, 1]]}},
        ),
        (
            {"inputs": [{"name": "email", "shape": [2], "datatype": "BYTES", "data": [SECRET, SECRET]}]},
            "input.email",
            {"inputs": [{"name": "email", "shape": [2], "datatype": "BYTES", "data": [None, None]}]},
        ),
        (
            {"inputs": [{"name": "x", "shape": [2, 2], "data": [1, SECRET, 2, SECRET]}]},
            "input.x[1]",
            {"inputs": [{"name": "x", "shape": [2, 2], "data": [1, None, 2, None]}]},
        ),
        (
            {"inputs": [{"name": "x", "shape": [2, 2], "data": [[1, SECRET], [2, SECRET]]}]},
            "input.x[1]",
            {"inputs": [{"name": "x", "shape": [2, 2], "data": [[1, None], [2, None]]}]},
        ),
        ({"a": 1}, "input.email", {"a": 1}),
    ],
)
def test_fields_of_json_are_found_wherever_they_are(document: Any, column: str, expected: Any) -> None:
    assert redacted(document, column) == expected


def test_json_lines_are_redacted_one_by_one() -> None:
    assert redacted('{"email": "s3cret"}\n\n{"email": "s3cret", "a": 1}\n', "input.email") == (
        '{"email":null}\n{"email":null,"a":1}\n'
    )


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("1,s3cret,3\n4,s3cret,6\n", ["input[1]"], "1,,3\n4,,6\n"),
        ("a,email\n1,s3cret\n", ["input.email"], "a,email\n1,\n"),
        ('a,"customer.email"\n1,s3cret\n', ["input.customer.email"], "a,customer.email\n1,\n"),
        ("s3cret\n", ["input[0]"], '""\n'),  # an empty line would be no row
        ('1,"s3cret, and\nmore"\n', ["input[1]"], "1,\n"),
        ("1\n", ["input[7]"], "1\n"),
        ("a,email,b\n1,s3cret,s3cret\n", ["input.email", "input[2]"], "a,email,b\n1,,\n"),
        ("1,s3cret\n", ["input.email", "input[1]"], "1,\n"),
        ("a,email\n1,s3cret\n", ["input[1]"], "a,\n1,\n"),
        ("", ["input.email"], ""),
    ],
)
def test_cells_of_csv_are_found_by_place_or_by_a_header(text: str, columns: list[str], expected: str) -> None:
    assert redacted(text, *columns, encoding="CSV") == expected


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        ("czNjcmV0", "BASE64", "neither CSV nor JSON"),
        ('{"email": "s3cret"', "JSON", "not JSON"),
        ("[" * 200_000, "JSON", "nested too deeply"),
        ("1,s3cret\n", "CSV", "none of the names"),
        ('1,"s3cret\n', "CSV", "cannot be read"),
        ('{"predictions": {"content_type": "text/csv", "data": "1,s3cret"}}', "JSON", "envelope"),
    ],
)
def test_what_cannot_be_looked_through_is_refused_and_not_quoted(data: str, encoding: Encoding, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refused:
        redacted(data, "input.email", encoding=encoding)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("column", ["email", "input", "input.", "input[x]", "input[-1]", "outputs.a", "input.a..b", ""])
def test_names_that_name_no_column_are_refused(column: str) -> None:
    with pytest.raises(InvalidInputError, match="does not name a column"):
        redactors([column])


def test_only_the_side_that_is_named_is_redacted() -> None:
    both = redactors(["input.email"])
    assert (both.input is None, both.output is None) == (False, True)


cells = st.one_of(st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False), st.text("xyz", max_size=3))
shapes = st.sampled_from(["object", "objects", "instances", "columns", "split"])


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4), shapes)
def test_the_reader_finds_the_column_empty_and_the_other_as_it_was(rows: list[tuple[Any, Any]], shape: str) -> None:
    """The oracle is the reader of capture files."""
    if shape == "columns" and len(rows) == 1:
        return
    objects = [{"email": email, "a": a} for email, a in rows]
    document: Any = {
        "object": objects[0],
        "objects": objects,
        "instances": {"instances": objects},
        "columns": {"email": [email for email, _ in rows], "a": [a for _, a in rows]},
        "split": {"columns": ["email", "a"], "data": [list(row) for row in rows]},
    }[shape]
    redact = redactors(["input.email"]).input
    assert redact is not None
    before, after = (
        decode_payload(Payload(text, "JSON")) for text in (json.dumps(document), redact(json.dumps(document), "JSON"))
    )
    assert isinstance(before, NamedRows)
    assert isinstance(after, NamedRows)
    assert len(after.rows) == len(before.rows)
    for one, other in zip(before.rows, after.rows, strict=True):
        emptied = {name: None if name.startswith(".email") else value for name, value in dict(one).items()}
        assert emptied == dict(other)
        assert len(emptied) > sum(value is not None for value in emptied.values())
