"""Moments against scipy, and where the usual sums would fail."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from driftline.domain.profiles.moments import Moments


@pytest.mark.parametrize("size", [1, 2, 47, 48, 49, 50, 97, 8191, 8192, 8193, 30_000])
def test_equal_to_scipy(size: int) -> None:
    values = np.random.default_rng(size).lognormal(mean=3, size=size)
    expected = stats.describe(values, ddof=0)

    moments = Moments.of(values)

    assert (moments.count, moments.minimum, moments.maximum) == (expected.nobs, *expected.minmax)
    assert moments.mean == pytest.approx(expected.mean, rel=1e-14)
    assert moments.std_dev == pytest.approx(math.sqrt(expected.variance), rel=1e-12)


def test_a_small_spread_around_a_large_mean_keeps_its_digits() -> None:
    # Given seconds since the epoch, where the squares have 19 digits and the variance has one
    values = 1.7e9 + np.tile([0.0, 1.0, 2.0], 10_000)

    whole = Moments.merge_all(Moments.of(part) for part in np.split(values, 100))

    assert whole.std_dev == pytest.approx(math.sqrt(2 / 3), rel=1e-15)


def test_terms_that_cancel_do_not_swallow_small_ones() -> None:
    assert Moments.of(np.array([1e16, 1.0, -1e16] * 1000)).sum == 1000.0


@pytest.mark.parametrize("spread", [0, 3, 15, 100, 300])
def test_sums_keep_a_hundred_bits_however_different_the_values(spread: int) -> None:
    # Given values whose powers of ten differ by up to twice the spread
    generator = np.random.default_rng(spread)
    values = generator.normal(size=9_000) * 10.0 ** generator.uniform(-spread, min(spread, 150), size=9_000)
    exact = list(map(Fraction, values.tolist()))

    moments = Moments.of(values)

    total, squares = (sum(map(Fraction, pair), Fraction()) for pair in (moments.total, moments.squares))
    assert abs(total - sum(exact)) <= sum((abs(x) for x in exact), Fraction()) / 2**100
    assert abs(squares - sum(x * x for x in exact)) <= sum((x * x for x in exact), Fraction()) / 2**96


def test_nothing_has_no_mean() -> None:
    empty = Moments.of(np.empty(0))

    assert empty == Moments.empty()
    assert (empty.count, empty.sum) == (0, 0.0)
    assert math.isnan(empty.mean)
    assert math.isnan(empty.std_dev)


def test_a_constant_column_has_no_spread() -> None:
    assert Moments.of(np.full(10_001, 0.1)).std_dev == 0.0


def test_sums_beyond_the_range_of_doubles_are_infinite() -> None:
    moments = Moments.of(np.linspace(1e307, 1e308, 100)).merge(Moments.of(np.full(100, 1e308)))

    assert (moments.sum, moments.std_dev, moments.maximum) == (math.inf, math.inf, 1e308)
