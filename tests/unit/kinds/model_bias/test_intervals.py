"""Intervals: seeded, right where the exact answer is known, stretched to values at an end, with a rule for few rows."""

import math

import numpy as np
import pytest
from scipy import stats

from driftline.kinds.model_bias.rules.draws import PRIOR, drawn
from driftline.kinds.model_bias.rules.intervals import enough_rows, intervals, side_intervals
from driftline.kinds.model_bias.rules.metrics import METRICS
from tests.unit.kinds.model_bias.support import table, tables

TABLE = table((60, 20, 30, 190), (20, 15, 25, 90))
GOLDEN_WINDOW = [25.49429067940599, 23.754337535964144, 15.264304265242831]
GOLDEN_BASELINE = [21.357082611691453, 22.325787494049653, 21.345912178525495]
ALL = [name for name in METRICS if name != "FT"]


def test_the_streams_are_those_of_this_release() -> None:
    sample = drawn(TABLE, 3, "window")

    assert sample.both[1, 1, 1] == pytest.approx(GOLDEN_WINDOW, rel=1e-12)
    assert drawn(TABLE, 3, "baseline").both[1, 1, 1] == pytest.approx(GOLDEN_BASELINE, rel=1e-12)


def test_draws_of_one_part_do_not_depend_on_the_others() -> None:
    alone = drawn(TABLE, 10, "window", frozenset({"predictions"}))

    assert np.array_equal(alone.predictions, drawn(TABLE, 10, "window").predictions)
    assert alone.both is TABLE.both


def test_rates_have_the_beta_distribution_of_jeffreys() -> None:
    sides = METRICS["RD"].sides
    assert sides is not None
    a, d = sides(drawn(TABLE, 20_000, "window"))

    for rate, hits, misses in ((a, 60, 30), (d, 20, 25)):
        assert stats.kstest(rate, stats.beta(hits + PRIOR, misses + PRIOR).cdf).pvalue > 0.001
    found = side_intervals(METRICS["RD"], TABLE)
    assert found is not None
    assert found[1] == pytest.approx(stats.beta(20 + PRIOR, 25 + PRIOR).ppf([0.025, 0.975]), abs=0.01)


def test_every_metric_of_counts_has_an_interval_that_holds_its_value() -> None:
    found = intervals(TABLE, ALL)

    assert set(found) == set(ALL)
    for name, (lower, upper) in found.items():
        assert lower <= METRICS[name].value(TABLE) <= upper
        assert upper - lower > 0
    assert intervals(TABLE, ALL) == found


def test_a_difference_is_as_wide_as_two_rates() -> None:
    lower, upper = intervals(TABLE, ["DPPL"])["DPPL"]
    rates = [(80 / 300, 300), (35 / 150, 150)]
    width = 2 * 1.96 * math.sqrt(sum(rate * (1 - rate) / rows for rate, rows in rates))

    assert upper - lower == pytest.approx(width, rel=0.05)


def test_an_end_and_infinity_belong_to_the_interval() -> None:
    perfect = table((50, 0, 0, 50), (50, 0, 25, 25))

    assert intervals(perfect, ["RD"])["RD"][1] < 0.5
    assert intervals(perfect, ["TE"])["TE"][1] == math.inf


def test_a_divergence_may_be_zero_if_the_difference_may() -> None:
    alike, apart = table((30, 10, 10, 50), (29, 11, 10, 50)), table((60, 10, 20, 10), (10, 20, 10, 60))

    assert intervals(alike, ["KS", "JS"])["KS"][0] == 0.0
    assert intervals(apart, ["KS"])["KS"][0] > 0.2


def test_metrics_without_a_value_have_no_interval() -> None:
    assert intervals(table((3, 1, 1, 3), (0, 0, 0, 0)), ["AD", "GE", "FT"]).keys() == {"GE"}
    assert side_intervals(METRICS["GE"], TABLE) is None
    assert side_intervals(METRICS["AD"], table((3, 1, 1, 3), (0, 0, 0, 0))) is None


def test_a_metric_needs_ten_rows_in_each_count_that_it_divides_by() -> None:
    found = enough_rows(METRICS["RD"], table((60, 20, 30, 190), (4, 15, 3, 90)))

    assert (found.smallest, found.testable, found.observed) == (7, False, False)
    assert found.needed == math.ceil(412 * 10 / 7)
    assert enough_rows(METRICS["AD"], table((60, 20, 30, 190), (4, 15, 3, 90))).observed
    assert enough_rows(METRICS["RD"], table((60, 20, 30, 190), (0, 15, 0, 90))).needed is None


def test_what_is_expected_follows_from_the_baseline() -> None:
    lost = table((60, 20, 30, 190), (0, 0, 45, 105))

    assert not enough_rows(METRICS["DI"], lost).testable
    assert enough_rows(METRICS["DI"], lost, TABLE).testable  # 35 acceptances were to be expected


def test_small_strata_with_few_rows_do_not_count() -> None:
    facet = ["F", "M"] * 100
    label = [1, 1, 0, 0] * 50

    assert enough_rows(METRICS["CDDL"], tables(facet, ["F"], label, None, ["s"] * 195 + ["t"] * 5)).observed
    assert not enough_rows(METRICS["CDDL"], tables(facet, ["F"], label, None, ["s"] * 185 + ["t"] * 15)).observed
    assert enough_rows(METRICS["CDDL"], tables(facet, ["F"], label)).smallest == 0
