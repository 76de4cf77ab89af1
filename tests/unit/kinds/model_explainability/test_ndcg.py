"""NDCG: the documentation's example, scikit-learn over random cases with ties, and the cases that are undefined there."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.rules.ndcg import THRESHOLD, ndcg


def of(baseline: list[float], live: list[float]) -> float:
    return ndcg(np.array(baseline, dtype=np.float64), np.array(live, dtype=np.float64))


def test_the_example_of_the_documentation() -> None:
    found = of([0.70, 0.50, 0.05], [0.10, 0.20, 0.70])

    assert found == pytest.approx(0.687639624122622, abs=1e-15)
    assert found < THRESHOLD


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3)), min_size=2, max_size=30), st.floats(0.01, 100))
def test_equal_to_scikit_learn_with_ties(pairs: list[tuple[int, int]], scale: float) -> None:
    baseline = np.array([each[0] for each in pairs]) * scale
    live = np.array([each[1] for each in pairs]) / scale
    assume(baseline.any())

    assert ndcg(baseline, live) == pytest.approx(ndcg_score([baseline], [live]), abs=1e-12)


def test_the_same_ranking_is_one_however_small() -> None:
    assert of([0.7, 0.5, 0.05, 0.01], [0.07, 0.05, 0.005, 0.001]) == 1.0


@pytest.mark.parametrize(
    ("baseline", "live", "expected"),
    [
        ([], [], 1.0),
        ([0.5], [0.0], 1.0),
        ([0.0], [0.5], 1.0),
        ([0.0, 0.0], [0.0, 0.0], 1.0),
        ([0.0, 0.0], [0.1, 0.0], 0.0),
        ([-1.0, -1.0], [2.0, 1.0], 1.0),
        ([-1.0, -2.0], [-1.0, -2.0], 1.0),
        ([-1.0, -2.0], [-2.0, -1.0], 1 / np.log2(3)),
        ([np.inf, 1.0], [2.0, 1.0], 1.0),
        ([np.inf, 1.0], [1.0, 2.0], 1 / np.log2(3)),
        ([1e308, 1e308, 1.0], [np.inf, 2.0, 1.0], 1.0),
    ],
)
def test_what_is_undefined_elsewhere(baseline: list[float], live: list[float], expected: float) -> None:
    assert of(baseline, live) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("baseline", "live"), [([1.0, 2.0], [1.0]), ([np.nan, 1.0], [1.0, 1.0]), ([1.0, 1.0], [np.nan, 1.0])]
)
def test_what_cannot_be_compared(baseline: list[float], live: list[float]) -> None:
    with pytest.raises(InvalidInputError):
        of(baseline, live)
