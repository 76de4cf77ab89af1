"""The middle of a feature's numbers over time, against numpy over all values."""

import numpy as np
import pytest

from driftline.kinds.data_quality.page.distributions import feature_shape
from driftline.presentation.pages.overview.quartiles import course_of, quartiles
from driftline.presentation.shapes import Categories, Masses
from tests.unit.presentation.test_shapes import numbers


@pytest.mark.parametrize("seed", range(3))
def test_quartiles_are_those_of_the_values(seed: int) -> None:
    values = np.random.default_rng(seed).exponential(3, 1900)

    assert quartiles(feature_shape(numbers(values))) == pytest.approx(np.quantile(values, (0.25, 0.5, 0.75)), rel=0.03)


def test_of_few_values_each_quartile_is_one_of_them() -> None:
    values = np.array([1.0] * 30 + [4.0] * 40 + [9.0] * 30)

    expected = np.quantile(values, (0.25, 0.5, 0.75), method="inverted_cdf")
    assert quartiles(feature_shape(numbers(values))) == tuple(expected)
    # Shares are rounded and may add up to a little less than all.
    assert quartiles(Masses((1.0, 2.0), (0.1, 0.5))) == (2.0, 2.0, 2.0)


def test_windows_without_numbers_are_gaps() -> None:
    ones, texts = Masses((1.0,), (1.0,)), Categories(("a",), (1.0,), 0.0)

    found = course_of([ones, None, texts], Masses((2.0,), (1.0,)))

    assert found is not None
    assert (found.median, found.baseline) == ((1.0, None, None), 2.0)
    assert found.lower == found.upper == found.median
    assert course_of([None, texts], ones) is None
