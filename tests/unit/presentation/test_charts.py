"""When two figures over time are one course, so that one of them is drawn."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from driftline.presentation.charts import move_together

RECALL = (0.81, 0.78, 0.84, 0.80, 0.79)
RISING = (0.1, 0.2, 0.3, 0.4, 0.5)


def complement(values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(1.0 - value for value in values)


@pytest.mark.parametrize("correlated", [None, 0.97])
class TestOneFollowsFromTheOther:
    def test_equal_in_one_window_and_in_many(self, correlated: float | None) -> None:
        assert move_together(RECALL, RECALL, correlated=correlated)
        assert move_together((0.5,), (0.5,), correlated=correlated)

    def test_complements(self, correlated: float | None) -> None:
        assert move_together(RECALL, complement(RECALL), correlated=correlated)
        assert move_together((0.3,), (0.7,), correlated=correlated)

    def test_constant(self, correlated: float | None) -> None:
        assert move_together((0.1,) * 7, (0.1,) * 7, correlated=correlated)
        assert move_together((0.1,) * 7, (0.9,) * 7, correlated=correlated)
        assert not move_together((0.1,) * 7, (0.2,) * 7, correlated=correlated)

    def test_a_gap_that_both_have_does_not_matter(self, correlated: float | None) -> None:
        assert move_together((0.4, None, 0.6), (0.4, None, 0.6), correlated=correlated)

    def test_a_window_that_only_one_has_does(self, correlated: float | None) -> None:
        assert not move_together((0.4, 0.5, 0.6), (0.4, None, 0.6), correlated=correlated)

    def test_without_a_window_in_common(self, correlated: float | None) -> None:
        assert not move_together((), (), correlated=correlated)
        assert not move_together((None, 0.5), (0.5, None), correlated=correlated)


def test_rounded_figures_are_equal_within_the_tolerance() -> None:
    rounded = tuple(value + 4e-6 for value in RECALL)
    assert not move_together(RECALL, rounded)
    assert move_together(RECALL, rounded, within=1e-5)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2, 1.0])
def test_correlated_as_scipy_says(sign: float, noise: float) -> None:
    # Given a figure of another size that goes up and down with the first, more or less
    random = np.random.default_rng(7)
    first = random.normal(0.8, 0.1, 40)
    second = 300.0 + sign * 1000.0 * (first + noise * random.normal(0.0, 0.1, 40))
    expected = abs(pearsonr(first, second).statistic)
    one, other = first.tolist(), second.tolist()
    assert not move_together(one, other)
    for bound in (expected - 1e-9, 0.97):
        assert move_together(one, other, correlated=bound) == (expected >= bound)
    assert not move_together(one, other, correlated=min(1.0, expected) + 1e-9)


def test_windows_that_only_one_has_are_left_out_of_the_correlation() -> None:
    one = (*RISING, 0.6, None)
    other = (*(10.0 * value for value in RISING), None, 99.0)
    assert move_together(one, other, correlated=0.97)


def test_fewer_than_five_windows_are_not_correlated() -> None:
    other = tuple(10.0 * value for value in RISING)
    assert move_together(RISING, other, correlated=0.97)
    assert not move_together(RISING[:4], other[:4], correlated=0.97)


@pytest.mark.parametrize("constant", [0.1, 0.0, 1e300])
def test_a_constant_figure_is_correlated_with_nothing(constant: float) -> None:
    # Whose mean may be off by a rounding error
    for windows in range(5, 12):
        assert not move_together([constant] * windows, [0.3 * each for each in range(windows)], correlated=0.97)


@pytest.mark.parametrize("unit", [1e-200, 1e200, 1e308])
def test_figures_that_cannot_be_squared_are_not_correlated(unit: float) -> None:
    assert not move_together([unit * value for value in RISING], RECALL, correlated=0.97)
