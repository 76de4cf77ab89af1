"""Global values, and sums that merge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.aggregation import Aggregation, AttributionSums, global_values, top_features

PHI = np.array([[[1.0, -1.0], [0.5, 0.0]], [[-3.0, 1.0], [0.5, 2.0]], [[-1.0, 3.0], [2.0, -2.0]]])
"""Three rows, two features, two outputs."""


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Aggregation.MEAN_ABS, [[5 / 3, 5 / 3], [1.0, 4 / 3]]),
        (Aggregation.MEDIAN, [[-1.0, 1.0], [0.5, 0.0]]),
        (Aggregation.MEAN_SQ, [[11 / 3, 11 / 3], [1.5, 8 / 3]]),
    ],
)
def test_global_values(method: Aggregation, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(global_values(PHI, method), expected)


@given(st.integers(0, 8), st.integers(1, 8), st.integers(0, 1000))
def test_merged_sums_are_those_of_all_rows(first: int, second: int, seed: int) -> None:
    attributions = np.random.default_rng(seed).normal(size=(first + second, 3, 2))
    merged = AttributionSums.of(attributions[:first]).merge(AttributionSums.of(attributions[first:]))

    for method in (Aggregation.MEAN_ABS, Aggregation.MEAN_SQ):
        np.testing.assert_allclose(merged.values(method), global_values(attributions, method), rtol=1e-12)
    np.testing.assert_allclose(merged.means, attributions.mean(axis=0), atol=1e-12)


def test_sums_of_other_features_do_not_merge() -> None:
    with pytest.raises(InvalidInputError, match="after those of"):
        AttributionSums.of(PHI).merge(AttributionSums.of(PHI[:, :1]))


@pytest.mark.parametrize("method", Aggregation)
def test_no_rows_have_no_values(method: Aggregation) -> None:
    with pytest.raises(InvalidInputError, match="no row"):
        global_values(PHI[:0], method)


def test_the_median_is_not_in_sums() -> None:
    assert [each for each in Aggregation if not each.merges] == [Aggregation.MEDIAN]
    with pytest.raises(InvalidInputError, match="median"):
        AttributionSums.of(PHI).values(Aggregation.MEDIAN)


def test_top_features() -> None:
    assert top_features(np.array([[0.1], [-0.7], [0.1], [0.3]]), 3) == (1, 3, 0)
