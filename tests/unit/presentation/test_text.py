"""Values as text: nothing invisible, nothing endless, honest digits."""

from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan

import pytest

from driftline.domain.executions.finding import Measure, Side
from driftline.presentation.text import (
    LONGEST,
    count,
    duration,
    figure,
    instant,
    interval,
    joined,
    limit,
    metric_name,
    names,
    number,
    percent,
    shown,
    window,
)

NINE = datetime(2013, 3, 8, 9, tzinfo=UTC)


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
        (inf, "infinite"),
        (-inf, "minus infinite"),
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
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.816, "81.6 %"),
        (0.99999, "> 99.9 %"),
        (0.00001, "< 0.1 %"),
        (-0.25, "\N{MINUS SIGN}25 %"),
        (None, "–"),
        (nan, "–"),
    ],
)
def test_shares_are_never_rounded_to_all_or_nothing(share: float | None, expected: str) -> None:
    assert percent(share) == expected


@pytest.mark.parametrize(
    ("value", "measure", "expected"),
    [(0.642, "share", "64.2 %"), (0.642, "distance", "0.642"), (1e-9, "p_value", "1e−9"), (12.0, "count", "12")],
)
def test_a_figure_looks_like_what_it_is(value: float, measure: Measure, expected: str) -> None:
    assert figure(value, measure) == expected


@pytest.mark.parametrize(
    ("value", "side", "measure", "expected"),
    [
        (0.95, "at_least", "share", "at least 95 %"),
        (38.3, "at_most", "metric", "at most 38.3"),
        (0.1, None, "distance", "0.1"),
        (None, "at_least", "metric", "–"),
    ],
)
def test_a_limit_says_which_side_is_right(
    value: float | None, side: Side | None, measure: Measure, expected: str
) -> None:
    assert limit(value, side, measure) == expected


def test_intervals_have_two_ends() -> None:
    assert interval((0.41372, 0.7261)) == "0.4137 to 0.7261"
    assert interval((0.5, 0.75), "share") == "50 % to 75 %"
    assert interval(None) == "–"


def test_times_are_as_people_say_them_and_utc() -> None:
    assert instant(NINE) == "8 Mar 2013, 09:00 UTC"
    assert instant(NINE.replace(tzinfo=timezone(timedelta(hours=-15)))) == "9 Mar 2013, 00:00 UTC"
    assert instant(None) == "–"


def test_a_window_names_the_second_day_only_if_it_is_another() -> None:
    assert window(NINE, NINE + timedelta(hours=1)) == "8 Mar 2013, 09:00 to 10:00 UTC"
    assert window(NINE, NINE + timedelta(days=1)) == "8 Mar 2013, 09:00 to 9 Mar 2013, 09:00 UTC"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "0 min"), (-5, "0 min"), (59, "59 min"), (60, "1 h"), (200, "3 h 20 min"), (1440, "1 d"), (3180, "2 d 5 h")],
)
def test_durations(minutes: int, expected: str) -> None:
    assert duration(timedelta(minutes=minutes)) == expected


def test_one_and_many() -> None:
    assert [count(each, "violation") for each in (0, 1, 1234)] == ["0 violations", "1 violation", "1,234 violations"]
    assert count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mae", "Mean absolute error"),
        ("median_absolute_error", "Median absolute error"),
        ("true_positive_rate", "True positive rate"),
        ("auc", "AUC"),
        ("au_prc", "Precision-recall AUC"),
        ("r2", "R²"),
        ("f0_5", "F0.5"),
        ("weighted_f0_5", "Weighted F0.5"),
        ("macro_f1", "Macro F1"),
        ("f1_best_constant_classifier", "F1 of the best constant classifier"),
        ("Missing columns", "Missing columns"),
        ("", ""),
    ],
)
def test_metrics_have_names_for_people(name: str, expected: str) -> None:
    assert metric_name(name) == expected


def test_names_in_a_sentence_are_few_and_each_once() -> None:
    assert names(["a"]) == "a"
    assert names(["a", "b", "a"]) == "a and b"
    assert names(list("abcde")) == "a, b, c and 2 more"
    assert joined(["a", "b"], more=2000) == "a, b and 2,000 more"
    assert joined(["a", "b"], more=0) == "a and b"
    assert joined([]) == ""
