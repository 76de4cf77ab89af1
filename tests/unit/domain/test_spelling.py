"""Hints at what somebody probably meant."""

import pytest

from driftline.domain.spelling import did_you_mean
from tests.effort import calls

KNOWN = ("completeness", "coverage", "Age")


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        ("completness", "Did you mean completeness?"),
        ("covrage", "Did you mean coverage?"),
        ("Agee", "Did you mean Age?"),
        ("age", "Did you mean Age?"),
        ("COVERAGE", ""),
        ("latency", ""),
        ("", ""),
    ],
)
def test_the_most_similar_known_name_is_the_hint(found: str, hint: str) -> None:
    assert did_you_mean(found, KNOWN) == hint


def test_nothing_is_known() -> None:
    assert did_you_mean("coverage", ()) == ""


def test_an_endless_name_costs_no_more_than_a_long_one() -> None:
    assert calls(lambda: did_you_mean("ab" * 100_000, KNOWN)) <= 2 * calls(lambda: did_you_mean("ab" * 150, KNOWN))
