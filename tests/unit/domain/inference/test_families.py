"""Adjusted p-values against scipy's, and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from driftline.domain.inference.families import LEVEL, adjusted
from driftline.domain.inference.proportions import more_often

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(p_values=P_VALUES)
def test_benjamini_hochberg(p_values: list[float]) -> None:
    assert adjusted(p_values) == pytest.approx(stats.false_discovery_control(p_values), rel=1e-12, abs=1e-15)


def test_nothing_is_tested() -> None:
    assert adjusted([]) == []


@given(p_values=P_VALUES, hopeless=st.integers(0, 50))
def test_tests_that_cannot_reach_the_level_cost_the_others_nothing(p_values: list[float], hopeless: int) -> None:
    found = adjusted([*p_values, *[1.0] * hopeless], [*[0.0] * len(p_values), *[1.0] * hopeless])
    assert found[: len(p_values)] == adjusted(p_values)
    assert found[len(p_values) :] == [1.0] * hopeless


def test_a_test_of_two_rows_counts_when_it_could_have_found_something() -> None:
    # Of 20 tests, one can reach 0.01 / 1 but no other can; so one counts.
    assert adjusted([0.004, *[1.0] * 19], [0.004, *[0.5] * 19])[0] == 0.004


@pytest.mark.parametrize("features", [1, 30, 100])
def test_quiet_windows_are_found_no_more_often_than_the_level_says(features: int) -> None:
    """Of counts with a few hits, where Fisher's test is far below its level, and Tarone's rule wins the most back."""
    generator = np.random.default_rng(20_261_130 + features)
    rows, before, windows = 300, 3000, 1500
    shares = generator.uniform(0.0005, 0.05, features)
    found = 0
    for _ in range(windows):
        now, then = generator.binomial(rows, shares), generator.binomial(before, shares)
        totals = (now + then).tolist()
        p_values = [more_often(a, rows, b, before) for a, b in zip(now.tolist(), then.tolist(), strict=True)]
        smallest = [more_often(min(each, rows), rows, each - min(each, rows), before) for each in totals]
        found += min(adjusted(p_values, smallest)) <= LEVEL
    assert stats.binomtest(found, windows).proportion_ci(0.99).low <= LEVEL
