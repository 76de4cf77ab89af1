"""Estimates against scipy: their intervals, and two samples compared."""

import math

import msgspec
import numpy as np
import pytest
from scipy import stats

from driftline.domain.executions.finding import Side
from driftline.kinds.model_quality.rules.estimates import (
    Bounds,
    Estimate,
    Mean,
    Share,
    centre,
    interval,
    worse_by_chance,
)

_STORED = msgspec.json.Decoder(dict[str, Estimate])


def test_a_share_has_clopper_and_pearsons_interval() -> None:
    for hits, trials in ((0, 5), (3, 17), (995, 1000), (12, 12)):
        expected = stats.binomtest(hits, trials).proportion_ci(method="exact")
        assert interval(Share(hits, trials)) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_mean_has_students_interval_on_its_scale() -> None:
    spread = stats.t.ppf(0.975, 7) * 0.2
    assert interval(Mean(1.0, 0.2, 7)) == pytest.approx((1 - spread, 1 + spread))
    assert interval(Mean(1.0, 0.2, 7, "log")) == pytest.approx((math.exp(1 - spread), math.exp(1 + spread)))
    assert interval(Mean(1.0, 0.2, 7, "logit")) == pytest.approx((_logistic(1 - spread), _logistic(1 + spread)))
    assert interval(Mean(1.0, 0.2, 7, "complement")) == pytest.approx(
        (1 - math.exp(spread - 1), 1 - math.exp(-spread - 1))
    )


def test_two_shares_are_compared_by_fishers_exact_test() -> None:
    expected = stats.fisher_exact([[40, 10], [470, 30]], alternative="less").pvalue
    assert worse_by_chance(Share(40, 50), Share(470, 500), "at_least") == pytest.approx(expected, rel=1e-9)
    expected = stats.fisher_exact([[40, 10], [470, 30]], alternative="greater").pvalue
    assert worse_by_chance(Share(40, 50), Share(470, 500), "at_most") == pytest.approx(expected, rel=1e-9)


def test_an_effective_size_is_never_rounded_to_a_smaller_p_value() -> None:
    whole = worse_by_chance(Share(40, 50), Share(470, 500), "at_least")
    assert worse_by_chance(Share(40.3, 50.4), Share(470.4, 500.4), "at_least") >= whole


def test_two_means_are_compared_by_welchs_test() -> None:
    generator = np.random.default_rng(1)
    now, before = generator.normal(1, 2, 12), generator.normal(0, 1, 30)
    estimates = [Mean(x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x) - 1) for x in (now, before)]
    expected = stats.ttest_ind(now, before, equal_var=False, alternative="greater").pvalue
    assert worse_by_chance(estimates[0], estimates[1], "at_most") == pytest.approx(expected, rel=1e-9)
    assert worse_by_chance(estimates[0], estimates[1], "at_least") == pytest.approx(1 - expected, rel=1e-9)


def test_intervals_are_compared_by_the_halves_that_face_each_other() -> None:
    now, before = Bounds(0.7, 0.5, 0.76), Bounds(0.9, 0.82, 0.92)
    expected = stats.norm.sf(0.2 / math.hypot(0.06, 0.08) * stats.norm.ppf(0.975))
    assert worse_by_chance(now, before, "at_least") == pytest.approx(expected)
    assert worse_by_chance(now, before, "at_most") > 0.97


def test_estimates_without_noise_differ_or_do_not() -> None:
    assert worse_by_chance(Bounds(1, 1, 1), Bounds(1, 1, 1), "at_least") == 1.0
    assert worse_by_chance(Bounds(0.9, 0.9, 0.9), Bounds(1, 1, 1), "at_least") == 0.0
    assert worse_by_chance(Mean(1.0, 0.0, 5), Mean(0.0, 0.0, 5), "at_most") == 0.0


@pytest.mark.parametrize("side", ["at_least", "at_most"])
@pytest.mark.parametrize("kind", ["shares", "means", "mixed"])
def test_two_samples_of_one_population_are_rarely_far_apart(kind: str, side: Side) -> None:
    """At most 1 % of pairs have a p-value of at most 1 %; 3,000 pairs, so that 0.55 % is three standard errors."""
    generator = np.random.default_rng(3)
    rare = 0
    for _ in range(3000):
        first, second = generator.binomial(200, 0.9) / 200, generator.binomial(2000, 0.9) / 2000
        estimates: list[Estimate] = [Share(first * 200, 200), Share(second * 2000, 2000)]
        if kind == "means":
            samples = [generator.normal(0, 1, rows) for rows in (40, 400)]
            estimates = [Mean(x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x) - 1) for x in samples]
        elif kind == "mixed":
            low, high = interval(estimates[0])
            estimates[0] = Bounds(first, low, high)
        rare += worse_by_chance(estimates[0], estimates[1], side) <= 0.01
    assert rare / 3000 < 0.01 + 0.0055


def test_estimates_are_stored_as_they_are() -> None:
    estimates: dict[str, Estimate] = {"a": Share(1.5, 3), "b": Mean(0.1, 0.2, 5, "log"), "c": Bounds(1, 0, 2)}
    assert _STORED.decode(msgspec.json.encode(estimates)) == estimates
    assert [centre(each) for each in estimates.values()] == pytest.approx([0.5, math.exp(0.1), 1])


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
