"""Values as text: nothing invisible, nothing endless, honest digits."""

from math import inf, nan

import pytest

from driftline.presentation.text import LONGEST, number, percent, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount", "amount"),
        ("größe 東京", "größe 東京"),
        ("", "(empty text)"),
        ("<b>bold</b>", "<b>bold</b>"),  # the template escapes
        ("a\u202egnp.exe", "a[U+202E]gnp.exe"),
        ("zero\u200bwidth\x00", "zero[U+200B]width[U+0000]"),
        ("two\nlines", "two[U+000A]lines"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_invisible_characters_are_named(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_long_texts_are_cut_and_say_how_long_they_are() -> None:
    text = shown("x" * 10_240)

    assert text == "x" * LONGEST + "… (10,240 characters)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (nan, "–"),
        (inf, "–"),
        (0.0, "0"),
        (0.42968, "0.4297"),
        (-3.0, "\N{MINUS SIGN}3"),
        (2332.4, "2,332"),
        (-0.5, "\N{MINUS SIGN}0.5"),
        (9999.96, "10,000"),
        (51955.0, "51,955"),
        (14074.93, "14,075"),
        (0.0000123, "1.23e\N{MINUS SIGN}5"),
        (2.5e16, "2.5e16"),
    ],
)
def test_numbers_have_four_digits(value: float | None, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1000.0123, "1,000.01"), (51955.34, "51,955.3"), (1234567.8, "1,234,568"), (1000.0, "1,000")],
)
def test_more_digits_where_they_tell_apart(value: float, expected: str) -> None:
    assert number(value, 6) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.816, "81.6 %"), (0.99999, "> 99.9 %"), (0.00001, "< 0.1 %"), (None, "–")],
)
def test_shares_are_never_rounded_to_all_or_nothing(share: float | None, expected: str) -> None:
    assert percent(share) == expected
