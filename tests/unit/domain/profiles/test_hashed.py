"""Counts of hashed texts, against a Counter, and against the count-min sketch of Apache DataSketches."""

from collections import Counter

import pytest
from datasketches import count_min_sketch
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.profiles.distinct import hashes_of_texts
from driftline.domain.profiles.hashed import COUNTERS, HashedCounts

CATEGORIES = [f"category {number}" for number in range(120)]
OTHERS = {f"text {number}": 1 + number % 7 for number in range(50_000)}


def hashed(texts: dict[str, int]) -> HashedCounts:
    return HashedCounts.of(hashes_of_texts(texts), texts.values())


@given(st.lists(st.text(max_size=3), max_size=200), st.sets(st.text(max_size=3), max_size=20))
def test_never_fewer_than_there_are(rows: list[str], wanted: set[str]) -> None:
    counted = Counter(rows)

    found = hashed(counted).at_most(wanted)

    assert counted.total() >= found >= sum(counted[each] for each in wanted)


def test_texts_that_share_no_counter_are_counted_exactly() -> None:
    texts = {"mobile": 605, "cellular": 3}
    counters = {int(each) % COUNTERS for each in hashes_of_texts(texts)}
    assert len(counters) == 2

    assert {each: hashed(texts).at_most([each]) for each in texts} == texts


def test_others_are_mistaken_for_categories_as_rarely_as_in_another_sketch() -> None:
    """Rows of none of the categories that are taken for one: about 120 / 4,096, 3 %, in both sketches."""
    rows = sum(OTHERS.values())
    theirs = count_min_sketch(1, COUNTERS)
    for text, count in OTHERS.items():
        theirs.update(text, count)

    ours = hashed(OTHERS).at_most(CATEGORIES) / rows

    expected = len(CATEGORIES) / COUNTERS
    assert ours == pytest.approx(expected, rel=0.2)
    assert sum(theirs.get_estimate(each) for each in CATEGORIES) / rows == pytest.approx(expected, rel=0.2)
