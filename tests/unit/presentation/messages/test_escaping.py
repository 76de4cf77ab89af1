"""Texts made harmless: what is removed, where they are cut, what a link is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.presentation.messages.escaping import (
    clean,
    fit,
    markdown_escape,
    one_line,
    slack_escape,
    units,
    web_link,
)
from tests.messages import hostile


class TestClean:
    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("plain größer 数 👩‍💻", "plain größer 数 👩‍💻"),
            ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
            ("\x1b[31mred\x1b[0m\x00", "[31mred[0m"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("half \ud83d.", "half �."),
            ("zero\u200bwidth\ufeff\U000e0041", "zerowidth"),
            ("a\tb", "a b"),
        ],
    )
    def test_what_stays(self, text: str, cleaned: str) -> None:
        assert clean(text) == cleaned

    @given(hostile)
    def test_twice_is_once_and_utf_8_carries_it(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)
        clean(text).encode()
        assert "\n" not in one_line(text)


class TestFit:
    def test_a_text_that_fits_is_whole(self) -> None:
        assert fit("abc", 3) == "abc"

    def test_one_that_does_not_is_cut_visibly(self) -> None:
        assert fit("abcd", 3) == "ab…"

    def test_an_escape_is_never_cut(self) -> None:
        assert fit("a&&&", 10, slack_escape) == "a&amp;…"

    @given(hostile, st.integers(1, 300))
    def test_never_longer_than_the_limit(self, text: str, limit: int) -> None:
        assert units(fit(text, limit)) <= limit
        assert units(fit(text, limit, slack_escape)) <= limit


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "escaped"),
        [
            ("data_quality of flights-eta is 4.2", "data_quality of flights-eta is 4.2"),
            ("_slanted_ a_b_", r"\_slanted\_ a_b\_"),
            ("[x](https://e.example)", r"\[x\](https://e.example)"),
            ("- item", r"\- item"),
            ("1. item", r"1\. item"),
            ("<at>all</at> &lt;", r"\<at\>all\</at\> \&lt;"),
        ],
    )
    def test_what_acts_is_escaped_and_names_stay_readable(self, text: str, escaped: str) -> None:
        assert markdown_escape(text) == escaped


class TestLinks:
    @pytest.mark.parametrize(
        ("link", "url"),
        [
            ("https://a.example/r?x=1&y=%20", "https://a.example/r?x=1&y=%20"),
            ('https://a.example/<b>|"', "https://a.example/%3Cb%3E%7C%22"),
            ("http://a.example", "http://a.example"),
            ("javascript:alert(1)", None),
            ("s3://bucket/key", None),
            ("https://", None),
            ("https://[half", None),
            ("https://a.example/\u202e", None),
            ("https://a.example/" + "x" * 2900, None),
            (None, None),
        ],
    )
    def test_only_what_a_browser_opens(self, link: str | None, url: str | None) -> None:
        assert web_link(link) == url
