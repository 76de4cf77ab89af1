"""What separates the cells of a CSV file."""

import pytest

from driftline.domain.capture.separators import has_decimal_commas, separator_of


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("\n\na;b\n1;2\n", ";"),
        ('"a,x";b\n1;2\n', ";"),
        ('"a;x",b\n1,2\n', ","),
        ("a;b", ";"),
        # One column, whose first text has a semicolon
        ("wait; what\nnothing\n", ","),
        ("a,b;c\n1,2\n", ","),
        ("", ","),
        ("a\n1\n", ","),
    ],
)
def test_the_separator(text: str, separator: str) -> None:
    assert separator_of(text) == separator


@pytest.mark.parametrize(
    ("cells", "found"),
    [(["3,5", "", "-4"], True), (["3", "4"], False), (["3,5", "x"], False), ([], False), (["1,2,3"], False)],
)
def test_decimal_commas(cells: list[str], found: bool) -> None:
    assert has_decimal_commas(cells) == found
