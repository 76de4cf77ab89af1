"""Packed numbers come back bit for bit, in few bytes where they can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.profiles import packing
from driftline.domain.profiles.packing import pack_floats, unpack_floats


@pytest.mark.parametrize(
    ("values", "decimals", "width"),
    [
        ([0.0, 1.0, 127.0], 0, 1),
        ([-128.0], 0, 2),
        ([32_767.0], 0, 2),
        ([2_147_483_647.0, -1.0], 0, 4),
        ([12.35, 0.1, 3.0], 2, 2),
        ([0.0158], 4, 2),
        ([1.0] * 20 + [0.5], 1, 1),
        ([1 / 3], -1, 8),
        ([1e300, 1.0], -1, 8),
        ([5e-324], -1, 8),
        ([], -1, 8),
    ],
)
def test_the_narrowest_form_that_loses_nothing(values: list[float], decimals: int, width: int) -> None:
    packed = pack_floats(np.array(values))

    assert packed[:2] == (decimals, width)
    assert len(packed[2]) == width * len(values)
    assert unpack_floats(packed).tolist() == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6).map(lambda i: i / 100)))
def test_any_finite_numbers_come_back(values: list[float]) -> None:
    numbers = np.array(values, dtype=np.float64) + 0.0

    assert unpack_floats(pack_floats(numbers)).tobytes() == numbers.tobytes()


@pytest.mark.parametrize("packed", [(0, 3, b"abc"), (10, 1, b"a"), (-1, 4, b"abcd"), (0, 2, b"abc"), (-1, 8, b"abc")])
def test_what_cannot_be_a_packing_is_refused(packed: tuple[int, int, bytes]) -> None:
    with pytest.raises(ValueError, match=r"packing|buffer"):
        unpack_floats(packed)


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.integers(-(2**31) - 2, 2**31 + 2).flatmap(lambda whole: st.integers(0, 9).map(lambda e: whole / 10**e)),
        min_size=1,
        max_size=16,
    )
)
def test_few_values_have_the_decimals_that_many_have(values: list[float]) -> None:
    with np.errstate(over="ignore"):
        assert packing._decimals_of_few(values) == packing._decimals(np.array(values), 0)
