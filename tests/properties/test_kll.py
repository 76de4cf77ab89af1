"""KLL: the weight is exact, ranks stay within the bound that Apache DataSketches states for the same k."""

from collections.abc import Callable
from functools import reduce
from itertools import batched

import msgspec
import numpy as np
import pytest
from datasketches import kll_doubles_sketch
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.profiles.kll import K, KllSketch, KllWire, total_capacity
from driftline.domain.profiles.packing import Floats

BOUND = kll_doubles_sketch.get_normalized_rank_error(K, False)


@st.composite
def columns(draw: st.DrawFn) -> Floats:
    """Up to some thousand values: continuous, rounded, with repeats, constant, sorted."""
    size = draw(st.sampled_from([0, 1, 7, 2049, 2050, 2051, 5000]) | st.integers(0, 20_000))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = draw(
        st.sampled_from(
            [
                generator.normal(size=size),
                np.round(generator.lognormal(sigma=2, size=size), 2),
                generator.integers(0, 4, size=size).astype(np.float64),
                np.full(size, 3.5),
                np.sort(generator.normal(size=size)),
            ]
        )
    )
    return np.asarray(values, dtype=np.float64)


def rank_error(sketch: KllSketch, values: Floats) -> float:
    """The largest error of a rank, as a share of the rows, at every value that occurs."""
    ordered = np.sort(values)
    points = np.unique(ordered)
    errors = (
        sketch.ranks(points) - np.searchsorted(ordered, points, side="right"),
        sketch.ranks(points, inclusive=False) - np.searchsorted(ordered, points, side="left"),
    )
    return float(np.abs(errors).max()) / len(values)


def assert_fits(sketch: KllSketch, values: Floats) -> None:
    assert sketch.weight == len(values)
    assert sum(map(len, sketch.levels)) <= total_capacity(max(1, len(sketch.levels)))
    if len(values):
        assert rank_error(sketch, values) <= BOUND


@given(values=columns())
def test_a_sketch_keeps_weight_and_ranks(values: Floats) -> None:
    assert_fits(KllSketch.of(values), values)


@given(a=columns(), b=columns())
def test_merge_equals_whole_within_the_bound(a: Floats, b: Floats) -> None:
    assert_fits(KllSketch.of(a).merge(KllSketch.of(b)), np.concatenate((a, b)))


@given(a=columns(), b=columns())
def test_merge_is_commutative(a: Floats, b: Floats) -> None:
    one, two = KllSketch.of(a), KllSketch.of(b)

    assert one.merge(two) == two.merge(one)


@given(a=columns(), b=columns(), c=columns())
def test_grouping_matters_only_within_the_bound(a: Floats, b: Floats, c: Floats) -> None:
    one, two, three = KllSketch.of(a), KllSketch.of(b), KllSketch.of(c)
    whole = np.concatenate((a, b, c))

    for grouped in (
        one.merge(two).merge(three),
        one.merge(two.merge(three)),
        KllSketch.merge_all([three, one, two]),
    ):
        assert_fits(grouped, whole)


@given(values=columns())
def test_identity_and_serialisation(values: Floats) -> None:
    sketch = KllSketch.of(values)

    back = KllSketch.from_wire(msgspec.msgpack.decode(msgspec.msgpack.encode(sketch.to_wire()), type=KllWire))

    assert sketch.merge(KllSketch.empty()) == KllSketch.empty().merge(sketch) == sketch
    assert [level.tolist() for level in back.levels] == [level.tolist() for level in sketch.levels]


def _one_by_one(sketches: list[KllSketch]) -> KllSketch:
    return reduce(KllSketch.merge, sketches, KllSketch.empty())


def _by_hours(sketches: list[KllSketch]) -> KllSketch:
    return KllSketch.merge_all([KllSketch.merge_all(hour) for hour in batched(sketches, 84, strict=False)])


@pytest.mark.parametrize("merge", [_one_by_one, KllSketch.merge_all, _by_hours])
def test_thousands_of_merges_stay_within_the_bound(merge: Callable[[list[KllSketch]], KllSketch]) -> None:
    generator = np.random.default_rng(7)
    parts = [generator.normal(loc=i % 5, size=1000) for i in range(2000)]

    merged = merge([KllSketch.of(part) for part in parts])

    assert_fits(merged, np.concatenate(parts))


def test_deep_sketches_merge_within_the_bound() -> None:
    """Files of many rows, whose sketches are compacted before they meet."""
    generator = np.random.default_rng(8)
    parts = [generator.lognormal(size=size) for size in generator.integers(3_000, 60_000, size=100)]

    for merge in (_one_by_one, KllSketch.merge_all):
        assert_fits(merge([KllSketch.of(part) for part in parts]), np.concatenate(parts))
