"""Bins of numbers: the baseline's deciles, and repeated values by themselves."""

import numpy as np
from numpy.typing import NDArray

from driftline.domain.drift.bins import binned, edges, parts_of
from driftline.domain.drift.rank_map import true_ranks
from driftline.domain.profiles.kll import KllSketch


def counts(current: NDArray[np.float64], baseline: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    first, second = binned(true_ranks([current]), true_ranks([baseline]))
    assert list(first) == list(second)
    return list(first.values()), list(second.values())


def test_distinct_numbers_are_cut_at_the_baselines_deciles() -> None:
    baseline = np.random.default_rng(7).normal(size=1000)
    bounds = edges(true_ranks([baseline]))
    assert np.array_equal(np.nextafter(np.sort(baseline)[99:999:100], np.inf), bounds)
    current = np.random.default_rng(8).normal(size=500)
    first, second = counts(current, baseline)
    assert second == [100.0] * 10
    assert first == np.histogram(current, [-np.inf, *bounds, np.inf])[0].tolist()


def test_small_samples_have_fewer_bins() -> None:
    assert [parts_of(size, 10_000) for size in (5, 20, 50, 124, 125, 5_000)] == [1, 1, 4, 9, 10, 10]
    assert parts_of(10_000, 50) == 4
    baseline = np.arange(1000.0)
    assert counts(baseline[:50], baseline)[1] == [250.0] * 4


def test_few_distinct_values_have_a_bin_each_and_others_for_what_lies_between() -> None:
    baseline = np.repeat([0.0, 1.0], [900, 100])
    first, second = counts(np.repeat([-1.0, 0.0, 0.5, 1.0, 2.0], [1, 70, 2, 24, 3]), baseline)
    assert first == [1.0, 70.0, 2.0, 24.0, 3.0]
    assert second == [0.0, 900.0, 0.0, 100.0, 0.0]


def test_a_constant_is_a_bin_of_its_own() -> None:
    first, second = counts(np.repeat([0.0, 1e-9], [60, 40]), np.zeros(500))
    assert first == [0.0, 60.0, 40.0]
    assert second == [0.0, 500.0, 0.0]


def test_a_frequent_value_is_apart_from_its_neighbours() -> None:
    # Given four fifths zeros and a few numbers on both sides
    others = np.random.default_rng(3).normal(size=400)
    first, second = counts(np.full(200, 1e-6), np.concatenate([np.zeros(1600), others]))
    # When every zero becomes almost zero
    # Then it is not in the bin of the zeros
    assert max(second) == 1600.0
    assert first[second.index(1600.0)] == 0.0


def test_a_handful_of_different_numbers_is_no_set_of_values() -> None:
    # Given a baseline of eight rows: its values will hardly come again
    assert len(edges(true_ranks([np.arange(8.0)]), 2)) == 1


def test_the_rows_of_a_sketch_are_all_counted() -> None:
    sketch = KllSketch.of(np.random.default_rng(1).normal(size=50_000))
    first, second = binned(true_ranks(sketch.levels), true_ranks(sketch.levels))
    assert sum(first.values()) == sum(second.values()) == 50_000.0
    assert max(abs(rows - 5_000.0) for rows in second.values()) < 0.003 * 50_000
