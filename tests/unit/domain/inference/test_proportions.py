"""Exact intervals and tests of shares against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from driftline.domain.inference.proportions import clopper_pearson, hypergeometric_tail, more_often


@given(trials=st.integers(1, 100_000), share=st.floats(0, 1))
def test_clopper_pearson(trials: int, share: float) -> None:
    successes = round(trials * share)
    lower, upper = stats.binomtest(successes, trials).proportion_ci(method="exact")
    assert clopper_pearson(successes, trials) == pytest.approx((lower, upper), rel=1e-6, abs=1e-9)


def test_without_trials_there_is_no_interval() -> None:
    assert clopper_pearson(0, 0) is None


@given(data=st.data(), total=st.integers(1, 200_000))
def test_hypergeometric_tail(data: st.DataObject, total: int) -> None:
    marked = data.draw(st.integers(0, total))
    drawn = data.draw(st.integers(0, total))
    least = data.draw(st.integers(-1, min(marked, drawn) + 1))
    expected = stats.hypergeom.sf(least - 1, total, marked, drawn)
    assert hypergeometric_tail(least, marked, drawn, total) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@given(rows=st.integers(1, 2000), before=st.integers(1, 20_000), share=st.floats(0, 1), share_before=st.floats(0, 1))
def test_more_often_is_fishers_exact_test(rows: int, before: int, share: float, share_before: float) -> None:
    hits, hits_before = round(rows * share), round(before * share_before)
    table = [[hits, rows - hits], [hits_before, before - hits_before]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert more_often(hits, rows, hits_before, before) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.2])
def test_a_quiet_window_is_found_no_more_often_than_the_level_says(share: float) -> None:
    generator = np.random.default_rng(20_261_130)
    rows, before = 500, 5000
    draws = zip(generator.binomial(rows, share, 4000), generator.binomial(before, share, 4000), strict=True)
    found = np.mean([more_often(int(now), rows, int(then), before) <= 0.05 for now, then in draws])
    assert found <= 0.06
