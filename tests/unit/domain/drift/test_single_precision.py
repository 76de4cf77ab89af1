"""Single precision on one side of a comparison."""

import numpy as np
import pytest

from driftline.domain.drift.single_precision import in_one_precision

DECIMALS = [0.1, 0.2, 1e-7, 19.8203125, 33_554_433.0]
SINGLE = [float(np.float32(value)) for value in DECIMALS]


@pytest.mark.parametrize(("one", "other"), [(DECIMALS, SINGLE), (SINGLE, DECIMALS)])
def test_both_sides_have_the_same_values(one: list[float], other: list[float]) -> None:
    left, right = in_one_precision([one, []], [[], other])

    assert list(left[0]) == list(right[1])
    assert list(left[0])[:3] == [0.1, 0.2, 1e-7]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DECIMALS, [0.1, 0.3]),
        (SINGLE, SINGLE),
        # Exact in any precision: no sign of it.
        ([1.0, 2.0, 2.5, 0.125], [0.1, 16_777_217.0]),
        ([], SINGLE[:0]),
        # Beyond its range.
        (SINGLE, [1e300]),
    ],
)
def test_other_values_stay_as_they_are(one: list[float], other: list[float]) -> None:
    assert in_one_precision([one], [other]) == ([one], [other])
