"""Text as Jackson and Java write it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.sagemaker_files.java_json import JsonValue, dumps, java_double

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [  # as Java's Double.toString documents it
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (1e10, "1.0E10"),
        (-2.5e-7, "-2.5E-7"),
        (1e22, "1.0E22"),
        (123456789012345680.0, "1.2345678901234568E17"),
        (2.2250738585072014e-308, "2.2250738585072014E-308"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (float("nan"), '"NaN"'),
        (float("inf"), '"Infinity"'),
        (float("-inf"), '"-Infinity"'),
    ],
)
def test_doubles_in_javas_notation(value: float, text: str) -> None:
    assert java_double(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_reads_back_as_itself_in_javas_grammar(value: float) -> None:
    text = java_double(value)
    assert float(text) == value
    assert re.fullmatch(r"-?(\d{1,7}\.\d+|[1-9]\.\d+E-?\d+)", text)


@given(json_values)
def test_any_value_is_json_that_reads_back_equal(value: object) -> None:
    assert json.loads(dumps(value)) == value  # type: ignore[arg-type]


def test_layout_is_jacksons() -> None:
    value: JsonValue = {"a": [{"b": 1, "c": 2.0}, {"d": None}], "e": [[1.0, 2.0], []], "f": {}, "g": True, "h": 'é"'}
    assert dumps(value) == (
        '{\n  "a" : [ {\n    "b" : 1,\n    "c" : 2.0\n  }, {\n    "d" : null\n  } ],\n'
        '  "e" : [ [ 1.0, 2.0 ], [ ] ],\n  "f" : { },\n  "g" : true,\n  "h" : "é\\""\n}'
    )


def test_no_violations_read_as_sagemakers() -> None:
    assert dumps({"violations": []}) == '{\n  "violations" : [ ]\n}'
