"""Quantiles and tails against scipy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from driftline.domain.inference.distributions import (
    beta_quantile,
    beta_share,
    chi_square_quantile,
    chi_square_tail,
    normal_quantile,
    normal_tail,
    student_quantile,
    student_tail,
)

POSITIVE = st.floats(0.5, 1e6)
SHARE = st.floats(1e-6, 1 - 1e-6)


@given(value=st.floats(-30, 30))
def test_normal_tail(value: float) -> None:
    assert normal_tail(value) == pytest.approx(stats.norm.sf(value), rel=1e-9, abs=1e-300)


@given(share=SHARE)
def test_normal_quantile(share: float) -> None:
    assert normal_quantile(share) == pytest.approx(stats.norm.ppf(share), rel=1e-9, abs=1e-9)


@given(value=st.floats(0, 1), a=POSITIVE, b=POSITIVE)
def test_beta_share(value: float, a: float, b: float) -> None:
    assert beta_share(value, a, b) == pytest.approx(stats.beta.cdf(value, a, b), rel=1e-7, abs=1e-9)


@given(share=SHARE, a=POSITIVE, b=POSITIVE)
def test_beta_quantile(share: float, a: float, b: float) -> None:
    assert beta_quantile(share, a, b) == pytest.approx(stats.beta.ppf(share, a, b), rel=1e-6, abs=1e-12)


@given(value=st.floats(-50, 50), degrees=st.floats(1, 1e6))
def test_student_tail(value: float, degrees: float) -> None:
    assert student_tail(value, degrees) == pytest.approx(stats.t.sf(value, degrees), rel=1e-6, abs=1e-12)


@given(share=SHARE, degrees=st.floats(1, 1e6))
def test_student_quantile(share: float, degrees: float) -> None:
    assert student_quantile(share, degrees) == pytest.approx(stats.t.ppf(share, degrees), rel=1e-5, abs=1e-5)


def test_infinitely_many_degrees_are_the_normal_distribution() -> None:
    assert student_tail(1.96, float("inf")) == normal_tail(1.96)
    assert student_quantile(0.975, float("inf")) == normal_quantile(0.975)


@given(degrees=st.integers(1, 240), statistic=st.floats(1e-6, 3000))
def test_chi_square_tail(degrees: int, statistic: float) -> None:
    assert chi_square_tail(degrees, statistic) == pytest.approx(stats.chi2.sf(statistic, degrees), rel=1e-9, abs=1e-14)


@given(degrees=st.integers(1, 240), share=st.floats(0.001, 0.99999))
def test_chi_square_quantile(degrees: int, share: float) -> None:
    assert chi_square_quantile(share, degrees) == pytest.approx(stats.chi2.ppf(share, degrees), rel=1e-6, abs=1e-9)


def test_chi_square_tail_at_the_ends() -> None:
    assert chi_square_tail(3, 0.0) == 1.0
    assert chi_square_tail(2, 1e6) == 0.0
