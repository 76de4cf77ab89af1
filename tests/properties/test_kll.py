"""KLL: the weight is exact, ranks stay within the bound that Apache DataSketches states for the same k."""

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


@pytest.mark.parametrize("one_by_one", [True, False], ids=["one by one", "all at once"])
def test_thousands_of_merges_stay_within_the_bound(one_by_one: bool) -> None:
    generator = np.random.default_rng(7)
    parts = [generator.normal(loc=i % 5, size=1000) for i in range(2000)]
    sketches = [KllSketch.of(part) for part in parts]

    merged = KllSketch.empty()
    if one_by_one:
        for sketch in sketches:
            merged = merged.merge(sketch)
    else:
        merged = KllSketch.merge_all(sketches)

    assert_fits(merged, np.concatenate(parts))
