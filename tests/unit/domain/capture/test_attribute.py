"""Attributes that are JMESPath expressions: what fails on a row costs that row alone, what always fails is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.capture.attribute import check_expression, compiled, pick, why_it_fails
from driftline.domain.errors import InvalidInputError
from tests.fuzz import examples

MIXED = {"scores": [0.5, "high", None, {"of": 1}], "name": "x", "n": 3}


class TestOnARow:
    @pytest.mark.parametrize(
        ("expression", "why"),
        [
            ("scores[?@ > `1`] | [0]", "'>' not supported"),
            ("scores[::0]", "slice step cannot be zero"),
            ("max(scores)", "In function max()"),
            ("max(absent)", "In function max()"),
            ("sort_by(scores, &of)", "In function sort_by()"),
            ("price(usd)", "Unknown function"),
        ],
    )
    def test_one_that_fails_finds_nothing_and_says_why(self, expression: str, why: str) -> None:
        assert pick(expression, MIXED) is None
        assert why in (why_it_fails(expression, MIXED) or "")

    def test_the_next_row_is_read(self) -> None:
        assert [pick("max(scores)", row) for row in (MIXED, {"scores": [0.25, 0.75]})] == [None, 0.75]

    @pytest.mark.parametrize("attribute", ["scores[9]", "absent.deeper", "emp-rate", "7"])
    def test_one_that_just_finds_nothing_does_not_fail(self, attribute: str) -> None:
        assert pick(attribute, MIXED) is None
        assert why_it_fails(attribute, MIXED) is None

    def test_a_column_may_be_named_like_a_function(self) -> None:
        assert pick("price(usd)", [3.5], ["price(usd)"]) == 3.5

    def test_a_document_that_is_nested_too_deeply_finds_nothing(self) -> None:
        document: object = 1
        for _ in range(5000):
            document = [document]
        assert pick("[*].a" + "[]" * 400, [document]) in (None, [])

    @settings(max_examples=examples(200), deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            max_leaves=12,
        ),
        st.sampled_from(
            [
                "a[?@ > `1`]",
                "sort(a)",
                "max_by(a, &b)",
                "a[?b < c]",
                "sum(*)",
                "join(',', a)",
                "a | [0]",
                "abs(a)",
                "[]",
            ]
        ),
    )
    def test_no_row_raises(self, value: object, expression: str) -> None:
        pick(expression, {"a": value, "b": 1, "c": "x"})


class TestInSettings:
    @pytest.mark.parametrize(
        ("expression", "why"),
        [
            ("scores[::0]", "the step of a slice cannot be 0"),
            ("a[0].scores[?x > `1`][::0] | [0]", "the step of a slice cannot be 0"),
            ("price(usd)", r"there is no function price\(\)"),
            ("max(scores, other)", r"max\(\) takes 1 argument, not 2"),
            ("not_null()", r"not_null\(\) takes 1 or more arguments, not 0"),
            ("(" * 3000 + "a" + ")" * 3000, "nested too deeply"),
            ("scores[", "no JMESPath expression"),
        ],
        ids=["slice", "slice inside", "function", "arguments", "too few", "depth", "syntax"],
    )
    def test_what_always_fails_is_refused(self, expression: str, why: str) -> None:
        with pytest.raises(InvalidInputError, match=why):
            check_expression(expression)

    @pytest.mark.parametrize(
        "attribute", ["0", "emp-rate", "max(scores)", "not_null(a, b, c)", "scores[::-1] | [0]", "map(&b, @)", "a.b[0]"]
    )
    def test_what_may_find_something_is_taken(self, attribute: str) -> None:
        check_expression(attribute)

    def test_a_name_is_no_expression(self) -> None:
        assert compiled("emp-rate") is None
