"""The sketch has Deequ's shape, and Apache DataSketches agrees with its ranks."""

import numpy as np
import pytest
from datasketches import kll_doubles_sketch

from driftline.domain.profiles.kll import K, KllSketch, capacity, total_capacity


def test_capacities_are_deequs() -> None:
    # 2 * (ceil(2048 * 0.64^depth / 2) + 1), worked out by hand
    assert [capacity(height, 4) for height in range(4)] == [540, 842, 1314, 2050]
    assert total_capacity(4) == 540 + 842 + 1314 + 2050


def test_few_values_stay_as_they_came() -> None:
    values = np.random.default_rng(1).normal(size=total_capacity(1))

    sketch = KllSketch.of(values[:1000]).merge(KllSketch.of(values[1000:]))

    assert [level.tolist() for level in sketch.levels] == [values.tolist()]


def test_one_value_more_makes_a_second_level() -> None:
    sketch = KllSketch.of(np.arange(total_capacity(1) + 1.0))

    assert [len(level) for level in sketch.levels] == [1, 1025]
    assert sketch.weight == total_capacity(1) + 1


@pytest.mark.parametrize("rows", [5_000, 100_000, 1_000_003])
def test_a_batch_is_more_exact_than_the_published_bound(rows: int) -> None:
    values = np.random.default_rng(rows).gamma(2.0, size=rows)
    ordered = np.sort(values)
    apache = kll_doubles_sketch(K)
    apache.update(values)
    points = np.quantile(values, np.linspace(0.001, 0.999, 999))

    ranks = KllSketch.of(values).ranks(points) / rows

    truth = np.searchsorted(ordered, points, side="right") / rows
    bound = apache.get_normalized_rank_error(K, False)
    assert np.abs(ranks - truth).max() < bound / 2
    assert np.abs(ranks - [apache.get_rank(point) for point in points.tolist()]).max() < 2 * bound


def test_quantiles_are_retained_values_at_their_rank() -> None:
    sketch = KllSketch.of(np.array([5.0, 1.0, 3.0, 3.0]))

    assert sketch.quantiles([0.0, 0.25, 0.26, 0.75, 0.76, 1.0]).tolist() == [1.0, 1.0, 3.0, 3.0, 5.0, 5.0]
    with pytest.raises(ValueError, match="no quantiles"):
        KllSketch.empty().quantiles([0.5])


def test_ranks_with_and_without_the_value_itself() -> None:
    sketch = KllSketch.of(np.array([1.0, 2.0, 2.0, 4.0]))
    points = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 9.0])

    assert sketch.ranks(points).tolist() == [0, 1, 3, 3, 4, 4]
    assert sketch.ranks(points, inclusive=False).tolist() == [0, 0, 1, 3, 3, 4]
    assert KllSketch.empty().ranks(points).tolist() == [0] * 6


def test_a_constant_column_is_all_in_the_last_bucket() -> None:
    buckets = KllSketch.of(np.full(7, 2.5)).buckets(2.5, 2.5)

    assert [bucket.count for bucket in buckets] == [0] * 9 + [7]
    assert {(bucket.lower, bucket.upper) for bucket in buckets} == {(2.5, 2.5)}


def test_a_range_beyond_doubles_still_has_buckets() -> None:
    buckets = KllSketch.of(np.array([-1.5e308, 0.0, 1.0, 1.5e308])).buckets(-1.5e308, 1.5e308)

    assert [bucket.count for bucket in buckets] == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert all(bucket.lower < bucket.upper for bucket in buckets)


def test_large_sketches_keep_the_weight_in_their_buckets() -> None:
    values = np.random.default_rng(2).exponential(size=250_000)

    buckets = KllSketch.of(values).buckets(float(values.min()), float(values.max()))

    assert sum(bucket.count for bucket in buckets) == pytest.approx(250_000, abs=64)


def test_the_same_values_give_the_same_sketch() -> None:
    values = np.random.default_rng(5).normal(size=20_000)

    one, other = KllSketch.of(values), KllSketch.of(values[::-1], np.sort(values))

    assert one == other
    assert one != KllSketch.of(values[1:])
    assert one.to_wire() == other.to_wire()
