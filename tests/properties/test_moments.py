"""Moments: counts and bounds are exact, sums are exact in practice, so the cut does not show."""

import math
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.profiles.moments import Moments, MomentsWire
from tests.properties.samples import finite

numbers = st.lists(finite, max_size=120)
prices = st.lists(st.integers(-(10**9), 10**9).map(lambda cents: cents / 100), min_size=1, max_size=150)


def _of(values: list[float]) -> Moments:
    return Moments.of(np.array(values, dtype=np.float64))


@given(a=numbers, b=numbers)
def test_merge_equals_whole(a: list[float], b: list[float]) -> None:
    merged, whole = _of(a).merge(_of(b)), _of(a + b)
    magnitude = math.fsum(map(abs, a + b))

    assert (merged.count, merged.minimum, merged.maximum) == (whole.count, whole.minimum, whole.maximum)
    assert abs(merged.sum - whole.sum) <= 1e-30 * magnitude + math.ulp(whole.sum)
    assert merged.m2 == pytest.approx(whole.m2, rel=1e-15, abs=1e-28 * magnitude**2)


@given(values=prices, cut=st.integers(0, 150))
def test_the_cut_does_not_show_in_a_single_bit(values: list[float], cut: int) -> None:
    a, b = _of(values[:cut]), _of(values[cut:])

    merged, whole = a.merge(b), _of(values[::-1])

    assert (merged.sum, merged.mean, merged.std_dev) == (whole.sum, whole.mean, whole.std_dev)


@given(a=numbers, b=numbers, c=numbers)
def test_order_and_grouping_do_not_matter(a: list[float], b: list[float], c: list[float]) -> None:
    one, two, three = _of(a), _of(b), _of(c)
    left, right = one.merge(two).merge(three), one.merge(two.merge(three))

    assert one.merge(two) == two.merge(one)
    assert (left.count, left.minimum, left.maximum) == (right.count, right.minimum, right.maximum)
    assert left.sum == pytest.approx(right.sum, rel=1e-15, abs=1e-30 * math.fsum(map(abs, a + b + c)))


@given(a=numbers)
def test_identity_and_serialisation(a: list[float]) -> None:
    whole = _of(a)

    encoded = msgspec.msgpack.encode(whole.to_wire())

    assert whole.merge(Moments.empty()) == Moments.empty().merge(whole) == whole
    assert Moments.from_wire(msgspec.msgpack.decode(encoded, type=MomentsWire)) == whole


@given(values=st.lists(finite, min_size=1, max_size=200))
def test_the_sum_is_the_rounded_true_sum(values: list[float]) -> None:
    exact = sum(map(Fraction, values), Fraction(0))

    assert abs(Fraction(_of(values).sum) - exact) <= Fraction(math.ulp(float(exact))) / 2 + Fraction(
        1e-30 * math.fsum(map(abs, values))
    )
