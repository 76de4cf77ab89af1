"""Largest differences against scipy and against Deequ's published rule."""

from collections.abc import Callable

import numpy as np
import pytest
from datasketches import kll_doubles_sketch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from driftline.domain.drift.distance import (
    C_ALPHA,
    Comparison,
    ComparisonMethod,
    Direction,
    Distance,
    correct,
    interval,
)
from driftline.domain.drift.linf import (
    categorical_distance,
    categorical_shifts,
    most_moved,
    numeric_distance,
    numeric_shifts,
)
from driftline.domain.drift.rank_map import rank_map, true_ranks
from driftline.domain.profiles.kll import KllSketch

numbers = st.lists(st.integers(-6, 6).map(float) | st.floats(-1e6, 1e6), min_size=1, max_size=60)
histograms = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1)


@given(numbers, numbers)
def test_numeric_distance_is_the_two_sample_kolmogorov_smirnov_statistic(
    first: list[float], second: list[float]
) -> None:
    distance = numeric_distance(true_ranks([first]), true_ranks([second]), ComparisonMethod.SIMPLE, 0.1)
    with np.errstate(divide="ignore"):  # in the p-value of single rows, which is not asked for
        expected = ks_2samp(first, second, method="asymp")
    assert distance.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert (distance.n, distance.m) == (len(first), len(second))
    assert distance.value == distance.statistic
    assert distance.drifted == (distance.statistic > 0.1)


def test_distance_of_sketches_is_within_the_sketches_error_of_the_exact_one() -> None:
    random = np.random.default_rng(7)
    first, second = random.normal(size=60_000), random.normal(0.1, 1.1, size=45_000)
    sketched = numeric_distance(
        true_ranks(KllSketch.of(first).levels), true_ranks(KllSketch.of(second).levels), ComparisonMethod.SIMPLE, 0.1
    )
    # Twice the normalised rank error that datasketches promises for k = 2048.
    assert sketched.statistic == pytest.approx(ks_2samp(first, second).statistic, abs=2 * 0.0014)
    assert (sketched.n, sketched.m) == (60_000, 45_000)


@pytest.mark.parametrize(("shift", "direction"), [(3.0, Direction.HIGHER), (-3.0, Direction.LOWER)])
def test_direction_says_where_the_current_values_went(shift: float, direction: Direction) -> None:
    baseline = np.arange(100.0)
    distance = numeric_distance(true_ranks([baseline + shift]), true_ranks([baseline]), ComparisonMethod.SIMPLE, 0.01)
    assert distance.direction is direction
    assert distance.statistic == pytest.approx(0.03)


def test_equal_samples_have_no_distance_and_no_direction() -> None:
    distance = numeric_distance(true_ranks([[1.0, 2.0]]), true_ranks([[2.0, 1.0]]), ComparisonMethod.ROBUST, 0.0)
    assert (distance.statistic, distance.value, distance.direction) == (0.0, 0.0, Direction.NONE)
    assert not distance.drifted


def test_robust_takes_off_deequs_critical_value() -> None:
    # The published rule: max(0, d - 1.8 * sqrt((n + m) / (n * m))).
    assert correct(0.5, 100, 400, ComparisonMethod.ROBUST) == pytest.approx(0.5 - 1.8 * (500 / 40_000) ** 0.5)
    assert correct(0.1, 10, 10, ComparisonMethod.ROBUST) == 0.0
    # c(alpha) = sqrt(-ln(alpha / 2) / 2) at the documented alpha of 0.003
    assert pytest.approx(np.sqrt(-np.log(0.003 / 2) / 2), abs=0.01) == C_ALPHA


@given(histograms, histograms)
def test_categorical_distance_is_the_largest_difference_of_shares(
    first: dict[str, int], second: dict[str, int]
) -> None:
    distance = categorical_distance(first, second, ComparisonMethod.SIMPLE, 0.1)
    n, m = sum(first.values()), sum(second.values())
    expected = max(abs(first.get(key, 0) / n - second.get(key, 0) / m) for key in "abcdef")
    assert distance.statistic == pytest.approx(expected, abs=1e-15)
    assert distance.p_value is None
    assert not distance.lower_is_worse


def test_a_distance_of_exactly_the_threshold_is_no_drift() -> None:
    now, then = (true_ranks([values]) for values in (np.arange(4.0) + 1, np.arange(4.0)))
    distances: list[Callable[[float], Distance]] = [
        lambda threshold: categorical_distance({"a": 3, "b": 1}, {"a": 1, "b": 1}, ComparisonMethod.SIMPLE, threshold),
        lambda threshold: numeric_distance(now, then, ComparisonMethod.SIMPLE, threshold),
    ]
    for distance in distances:
        assert distance(0.0).value == 0.25
        assert not distance(0.25).drifted
        assert distance(np.nextafter(0.25, 0)).drifted


def test_an_unseen_category_counts_with_its_whole_share() -> None:
    distance = categorical_distance({"a": 60, "new": 40}, {"a": 500}, ComparisonMethod.SIMPLE, 0.1)
    assert distance.statistic == pytest.approx(0.4)
    assert (distance.location, distance.direction) == ("a", Direction.LOWER)  # ties: the baseline's categories first


def test_interval_covers_the_true_distance_at_least_as_often_as_it_says() -> None:
    # Given two normal populations whose true distance is known: 2 * Phi(0.25) - 1 at a shift of 0.5
    truth = 0.19741265
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        first, second = random.normal(0.5, 1, size=150), random.normal(size=300)
        low, high = numeric_distance(
            true_ranks([first]), true_ranks([second]), ComparisonMethod.SIMPLE, 0.1
        ).interval or (
            1.0,
            0.0,
        )
        covered += low <= truth <= high
    assert covered >= 190


def test_interval_stays_between_zero_and_one_and_narrows_with_more_rows() -> None:
    assert interval(0.02, 50, 50)[0] == 0.0
    assert interval(0.98, 50, 50)[1] == 1.0
    wide, narrow = interval(0.5, 100, 100), interval(0.5, 10_000, 10_000)
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_interval_of_sketches_is_wider_by_their_error_as_datasketches_states_it() -> None:
    sketch = KllSketch.of(np.random.default_rng(5).normal(size=50_000))
    stated = kll_doubles_sketch.get_normalized_rank_error(2048, as_pmf=False)
    assert true_ranks(sketch.levels).error == pytest.approx(stated, rel=0.01)
    assert true_ranks([[1.0, 2.0]]).error == 0.0
    plain, sketched = interval(0.5, 1e6, 1e6), interval(0.5, 1e6, 1e6, sketch_error=2 * stated)
    assert sketched[1] - plain[1] == pytest.approx(2 * stated)


def test_shares_of_buckets_count_every_row_once_and_tell_what_lies_outside() -> None:
    baseline, current = np.linspace(0.0, 10.0, 101), np.concatenate((np.full(50, -5.0), np.full(50, 10.0)))
    shifts = numeric_shifts(true_ranks([current]), true_ranks([baseline]))
    assert len(shifts) == 12  # ten buckets, below, above
    assert sum(each.baseline for each in shifts) == pytest.approx(1.0)
    assert sum(each.current for each in shifts) == pytest.approx(1.0)
    assert (shifts[0].lower, shifts[0].upper, shifts[0].current) == (None, 0.0, 0.5)
    last = shifts[10]
    assert (last.lower, last.upper, last.current) == (9.0, 10.0, 0.5)  # the last bucket has its upper bound
    assert shifts[11].current == 0.0


def test_a_constant_baseline_has_one_bucket() -> None:
    shifts = numeric_shifts(true_ranks([[3.0, 4.0]]), true_ranks([[3.0, 3.0]]))
    assert [(each.lower, each.upper, each.baseline, each.current) for each in shifts] == [
        (None, 3.0, 0.0, 0.0),
        (3.0, 3.0, 1.0, 0.5),
        (3.0, None, 0.0, 0.5),
    ]


def test_most_moved_are_the_largest_changes_and_only_changes() -> None:
    shifts = categorical_shifts({"a": 5, "b": 3, "c": 2}, {"a": 1, "b": 3, "c": 6})
    assert [each.value for each in most_moved(shifts)] == ["a", "c"]


def test_modes_agree_where_all_values_differ() -> None:
    values = np.random.default_rng(1).normal(size=500)
    for mode in Comparison:
        assert rank_map([values], mode).size == 500
