"""Tests of two histograms against scipy's, and their level by simulation."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency, fisher_exact

from driftline.domain.drift.homogeneity import Group, compare_histograms, raw_stability_index, stability_index

frequent = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(40, 900), min_size=8)


def compared(first: dict[str, int], second: dict[str, int]) -> float:
    return compare_histograms(first, second, sum(first.values()), sum(second.values())).p_value


@given(frequent, frequent)
def test_frequent_values_are_tested_by_chi_square_and_by_likelihood(
    first: dict[str, int], second: dict[str, int]
) -> None:
    table = [[each[key] for key in sorted(first)] for each in (first, second)]
    chances = [chi2_contingency(table, correction=False, lambda_=kind).pvalue for kind in ("pearson", "log-likelihood")]
    assert compared(first, second) == pytest.approx(max(chances), rel=1e-7, abs=1e-14)


def test_a_rare_value_is_tested_exactly() -> None:
    # Given a value that three rows of the baseline have, and fifteen of the window
    first, second = {"a": 185, "b": 15}, {"a": 9_997, "b": 3}
    expected = fisher_exact([[15, 185], [3, 9_997]], alternative="greater").pvalue
    # Then its p-value is doubled, as there might have been groups to test
    assert compared(first, second) == pytest.approx(2 * expected, rel=1e-9)


def test_the_smallest_of_several_rare_values_is_multiplied_by_their_number() -> None:
    first = {"a": 100, "b": 90, "c": 6, "d": 4}
    second = {"a": 5_000, "b": 4_990, "c": 2, "d": 8}
    expected = fisher_exact([[6, 194], [2, 9_998]], alternative="greater").pvalue
    assert compared(first, second) == pytest.approx(2 * 2 * expected, rel=1e-9)


def test_values_that_only_one_side_has_count() -> None:
    assert compared({"a": 160, "new": 40}, {"a": 1_000}) < 1e-10
    assert compared({"a": 200}, {"a": 800, "gone": 200}) < 1e-10
    assert compared({"new": 50}, {"old": 1_000}) < 1e-10


def test_equal_shares_are_no_difference() -> None:
    assert compared({"a": 30, "b": 70}, {"a": 300, "b": 700}) == 1.0
    assert compared({"a": 10}, {"a": 10}) == 1.0
    assert compared({"a": 1}, {"b": 1}) == 1.0


def test_counts_of_sketches_weigh_less() -> None:
    first, second = {"a": 4_700, "b": 5_300}, {"a": 5_000, "b": 5_000}
    table = [list(first.values()), list(second.values())]
    statistic = chi2_contingency(table, correction=False).statistic
    halved = compare_histograms(first, second, 5_000, 5_000).p_value
    assert halved == pytest.approx(chi2.sf(statistic / 2, 1), rel=2e-3)


def test_stability_index_by_hand() -> None:
    groups = (Group(("a",), 60, 500), Group(("b",), 40, 500))
    p, q = 60.5 / 101, 500.5 / 1001
    by_hand = (p - q) * log(p / q) + (q - p) * log((1 - p) / (1 - q))
    assert raw_stability_index(groups) == pytest.approx(by_hand)
    assert stability_index(groups) == pytest.approx(by_hand - (1 / 100 + 1 / 1000))
    assert stability_index(groups[:1]) == 0.0


def test_without_a_change_the_corrected_index_is_zero_on_average() -> None:
    random = np.random.default_rng(11)
    shares = np.full(10, 0.1)
    tables = zip(random.multinomial(500, shares, 600), random.multinomial(2_000, shares, 600), strict=True)
    raw = [raw_stability_index([Group((), *rows) for rows in zip(*table, strict=True)]) for table in tables]
    assert np.mean(raw) == pytest.approx(9 * (1 / 500 + 1 / 2_000), rel=0.06)


@pytest.mark.parametrize("shares", [[0.97, 0.03], [0.9, 0.1], [0.8, 0.1, 0.05, 0.03, 0.01, 0.01], [0.1] * 10])
@pytest.mark.parametrize(("n", "m"), [(50, 1_000), (200, 1_000), (1_000, 1_000), (200, 10_000)])
def test_level_holds(shares: list[float], n: int, m: int) -> None:
    # Given windows and baselines of one distribution
    random = np.random.default_rng(5)
    windows, baselines = random.multinomial(n, shares, 3_000), random.multinomial(m, shares, 3_000)
    chances = np.array(
        [
            compared(dict(enumerate(a)), dict(enumerate(b)))  # type: ignore[arg-type]
            for a, b in zip(windows.tolist(), baselines.tolist(), strict=True)
        ]
    )
    # Then p-values are small as seldom as they say, up to three standard errors
    for level in (0.05, 0.01):
        assert np.mean(chances <= level) <= level + 3 * np.sqrt(level / len(chances))
