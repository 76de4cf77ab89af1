"""The chi-square tests against scipy, and Deequ's regrouping by its published rules."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from driftline.domain.drift.chi_squared import LEVEL, chi_squared_distance, goodness_of_fit, homogeneity, in_one_family
from driftline.domain.drift.distance import Comparison, ComparisonMethod

large = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(40, 900), min_size=8)


@given(large, large)
def test_goodness_of_fit_equals_scipys_chisquare(sample: dict[str, int], expected: dict[str, int]) -> None:
    # Given categories that need no regrouping (all expected counts far above 5)
    scale = sum(sample.values()) / sum(expected.values())
    if min(expected.values()) * scale < 5:
        return
    statistic, p_value = goodness_of_fit(sample, expected)
    keys = sorted(expected)
    reference = chisquare([sample[key] for key in keys], [expected[key] * scale for key in keys])
    assert statistic == pytest.approx(reference.statistic, rel=1e-9, abs=1e-12)
    assert p_value == pytest.approx(reference.pvalue, rel=1e-7, abs=1e-14)


@given(large, large)
def test_homogeneity_equals_scipys_contingency_test(first: dict[str, int], second: dict[str, int]) -> None:
    statistic, p_value = homogeneity(first, second)
    keys = sorted(first)
    reference = chi2_contingency([[first[key] for key in keys], [second[key] for key in keys]], correction=False)
    assert statistic == pytest.approx(reference.statistic, rel=1e-9, abs=1e-9)
    assert p_value == pytest.approx(reference.pvalue, rel=1e-7, abs=1e-14)


def test_two_categories_must_both_be_expected_ten_times() -> None:
    assert all(map(isnan, goodness_of_fit({"a": 90, "b": 9}, {"a": 91, "b": 8})))
    assert all(map(isnan, goodness_of_fit({"a": 80, "b": 20}, {"a": 901, "b": 99})))
    statistic, _ = goodness_of_fit({"a": 80, "b": 20}, {"a": 900, "b": 100})
    assert statistic == pytest.approx(100 / 90 + 100 / 10)


def test_of_more_categories_a_fifth_may_be_expected_fewer_than_five_times() -> None:
    # Given five categories of which one is small: a fifth, so it is tested as it is
    expected = {"a": 30, "b": 30, "c": 20, "d": 16, "e": 4}
    assert goodness_of_fit(expected, expected) == (0.0, 1.0)
    kept = goodness_of_fit({**expected, "e": 2, "a": 32}, expected)[0]
    assert kept == pytest.approx(4 / 30 + 4 / 4)
    # When there are two small ones, then the smallest joins the second smallest
    two_small = {"a": 33, "b": 30, "c": 30, "d": 4, "e": 3}
    merged = goodness_of_fit({**two_small, "d": 6, "e": 1}, two_small)[0]
    assert merged == pytest.approx(0.0)  # 4 + 3 expected, 6 + 1 seen


def test_sagemakers_test_leaves_new_categories_out_and_the_corrected_one_counts_them() -> None:
    baseline, current = {"a": 500, "b": 500}, {"a": 50, "b": 50, "new": 100}
    assert goodness_of_fit(current, baseline) == (0.0, 1.0)
    statistic, p_value = homogeneity(current, baseline)
    assert statistic > 100
    assert p_value < 1e-20


def test_a_window_with_one_category_is_not_tested_by_sagemaker() -> None:
    baseline = {"a": 500, "b": 500}
    assert all(map(isnan, goodness_of_fit({"a": 100}, baseline)))
    assert homogeneity({"a": 100}, baseline)[1] < 1e-15


@pytest.mark.parametrize("mode", Comparison)
def test_robust_decides_by_a_small_p_value_and_simple_by_a_large_statistic(mode: Comparison) -> None:
    baseline, moved, same = {"a": 500, "b": 500}, {"a": 80, "b": 20}, {"a": 50, "b": 50}
    drifted = chi_squared_distance(moved, baseline, ComparisonMethod.ROBUST, 0.1, mode)
    assert drifted.drifted
    assert drifted.value == drifted.p_value
    assert drifted.lower_is_worse
    quiet = chi_squared_distance(same, baseline, ComparisonMethod.ROBUST, 0.1, mode)
    assert (quiet.drifted, quiet.value) == (False, 1.0)
    simple = chi_squared_distance(moved, baseline, ComparisonMethod.SIMPLE, 3.84, mode)
    assert simple.drifted
    assert simple.value == simple.statistic > 3.84


@pytest.mark.parametrize("method", ComparisonMethod)
def test_without_two_categories_nothing_drifts(method: ComparisonMethod) -> None:
    distance = chi_squared_distance({"a": 10}, {"a": 1000}, method, 0.1, Comparison.DRIFTLINE)
    assert isnan(distance.value)
    assert not distance.drifted


def test_the_features_of_a_window_are_tested_together() -> None:
    """Three of thirty unchanged features have a p-value below 0.1; together they are quiet."""
    alike = {"a": 500, "b": 500}
    quiet = [
        chi_squared_distance({"a": 50 + place, "b": 50 - place}, alike, ComparisonMethod.ROBUST, 0.1, mode)
        for place in range(-14, 15, 2)
        for mode in (Comparison.DRIFTLINE,)
    ]
    assert sum(each.drifted for each in quiet) >= 3
    moved = chi_squared_distance({"a": 80, "b": 20}, alike, ComparisonMethod.ROBUST, 0.1, Comparison.DRIFTLINE)
    *others, last = in_one_family([*quiet, moved])
    assert not any(each.drifted for each in others)
    assert (last.drifted, last.threshold) == (True, LEVEL)
    assert last.value == pytest.approx(moved.value * (len(quiet) + 1))


def test_a_feature_without_a_test_does_not_count() -> None:
    alone = chi_squared_distance({"a": 3}, {"a": 900}, ComparisonMethod.ROBUST, 0.1, Comparison.DRIFTLINE)
    moved = chi_squared_distance(
        {"a": 80, "b": 20}, {"a": 500, "b": 500}, ComparisonMethod.ROBUST, 0.1, Comparison.DRIFTLINE
    )
    without, with_one = in_one_family([alone, moved])
    assert isnan(without.value)
    assert with_one.value == moved.value
