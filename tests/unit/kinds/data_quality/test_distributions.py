"""Baseline and window over the same bins, against numpy over the same values."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.drift.rank_map import true_ranks
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.page.distributions import distribution_of
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, parse_statistics
from driftline.presentation.distributions import LARGEST, MOST_BARS, Retained, bin_edges


def feature(values: list[str]) -> FeatureStatistics:
    return statistics_of(len(values), [("x", ColumnProfile.of(texts_to_columns(values)))]).features[0]


def numbers(values: np.ndarray) -> FeatureStatistics:
    return feature([repr(value) for value in values.tolist()])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_bins_hold_the_shares_that_numpy_counts(rng: np.random.Generator) -> None:
    then, now = rng.normal(0, 1, 900), rng.normal(0.5, 1.2, 700)

    bins = distribution_of(numbers(now), numbers(then)).bins

    assert bins is not None
    assert bins.baseline is not None
    assert bins.current is not None
    for values, shares, side in ((then, bins.baseline, 0), (now, bins.current, 1)):
        edges = np.array(bins.edges)
        inside = [np.mean((values >= low) & (values < high)) for low, high in itertools.pairwise(edges)]
        assert shares == pytest.approx(inside)
        assert bins.below[side] + sum(shares) + bins.above[side] == pytest.approx(1.0)


def test_a_far_outlier_does_not_flatten_the_picture(rng: np.random.Generator) -> None:
    values = np.append(rng.normal(0, 1, 999), 1e6)

    bins = distribution_of(numbers(values), numbers(values)).bins

    assert bins is not None
    assert bins.edges[-1] < 10
    assert bins.above[1] == pytest.approx(np.mean(values >= bins.edges[-1]))


def test_the_largest_value_is_in_a_bin(rng: np.random.Generator) -> None:
    values = np.concatenate(([0.0, 30.0], rng.uniform(0, 30, 500)))

    bins = distribution_of(numbers(values), None).bins

    assert bins is not None
    assert bins.current is not None
    assert bins.above == (0.0, 0.0)
    assert sum(bins.current) == pytest.approx(1.0)


def test_few_distinct_numbers_get_bars() -> None:
    bars = distribution_of(numbers(np.array([0.0, 1.0, 1.0, 2.0])), numbers(np.array([0.0, 1.0]))).bars

    assert bars is not None
    assert bars.values == ("0", "1", "2")
    assert bars.baseline == (0.5, 0.5, 0.0)
    assert bars.current == (0.25, 0.5, 0.25)


def test_categories_of_both_sides_most_frequent_first() -> None:
    bars = distribution_of(feature(["a", "b", "b", "new"]), feature(["a", "a", "b", "gone"])).bars

    assert bars is not None
    assert bars.values == ("a", "b", "gone", "new")
    assert bars.baseline == (0.5, 0.25, 0.25, 0.0)
    assert bars.current == (0.25, 0.5, 0.0, 0.25)
    assert bars.rest is None


def test_rare_categories_are_added_up() -> None:
    values = [f"v{i}" for i in range(MOST_BARS + 6)] + ["v0"] * 10

    bars = distribution_of(feature(values), None).bars

    assert bars is not None
    assert bars.current is not None
    assert bars.rest is not None
    assert len(bars.values) == MOST_BARS
    assert (bars.rest[0], bars.rest[2]) == (0, 6)
    assert bars.rest[1] == pytest.approx(6 / len(values))
    assert sum(bars.current) + bars.rest[1] == pytest.approx(1.0)


def test_quantiles_are_those_of_the_values(rng: np.random.Generator) -> None:
    values = rng.gamma(2, 3, 797)

    quantiles = distribution_of(numbers(values), None).quantiles

    assert quantiles is not None
    assert quantiles.current is not None
    expected = np.quantile(values, quantiles.probabilities, method="inverted_cdf")
    assert quantiles.current == pytest.approx(expected)
    assert quantiles.baseline is None


def test_buckets_serve_where_a_file_has_no_sketch() -> None:
    buckets = ", ".join(
        f'{{"lower_bound": {i}, "upper_bound": {i + 1}, "count": {count}}}' for i, count in enumerate((4, 0, 4, 2))
    )
    body = (
        '{"dataset": {"item_count": 10}, "features": [{"name": "x", "inferred_type": "Fractional", '
        '"numerical_statistics": {"common": {"num_present": 10, "num_missing": 0}, '
        f'"distribution": {{"kll": {{"buckets": [{buckets}]}}}}}}}}]}}'
    )

    distribution = distribution_of(parse_statistics(body).features[0], None)

    assert distribution.bins is not None
    assert distribution.bins.current is not None
    middle = [
        share for edge, share in zip(distribution.bins.edges, distribution.bins.current, strict=False) if 1 <= edge < 2
    ]
    assert sum(middle) == pytest.approx(0.0)
    assert sum(distribution.bins.current) == pytest.approx(1.0)


def test_a_text_in_place_of_numbers_is_drawn_alone(rng: np.random.Generator) -> None:
    distribution = distribution_of(feature(["a", "b"]), numbers(rng.normal(0, 1, 100)))

    assert distribution.bars is not None
    assert distribution.bars.baseline is None


def test_nothing_to_draw() -> None:
    distribution = distribution_of(feature(["", ""]), None)

    assert (distribution.bars, distribution.bins, distribution.quantiles) == (None, None, None)


drawable = st.floats(-LARGEST, LARGEST)


@given(st.lists(drawable, min_size=1, max_size=60), st.lists(drawable, max_size=60))
@example([-LARGEST, LARGEST], [0.0])
@example([1e17 + 16 * i for i in range(40)], [])
@example([5e-324 * i for i in range(40)], [1.0])
@example([7.0] * 40, [])
def test_any_numbers_have_bins_that_hold_every_row(now: list[float], then: list[float]) -> None:
    sides = [Retained(true_ranks([values])) for values in (now, then) if values]

    edges = bin_edges(sides)

    assert 2 <= len(edges) <= 45
    assert np.all(np.isfinite(edges))
    assert np.all(np.diff(edges) > 0)
    for side in sides:
        below, above = side.shares_below(edges[:1])[0], 1 - side.shares_below(edges[-1:])[0]
        assert 0 <= below <= 0.02
        assert -1e-12 <= above <= 0.02


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1e-9, 3e-9), (1e12, 1e12 + 5), (-7.3, 1e9)])
def test_about_thirty_bins_of_a_round_width(low: float, high: float) -> None:
    edges = bin_edges([Retained(true_ranks([np.linspace(low, high, 100)]))])

    assert 12 <= len(edges) <= 34
    assert np.allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-3)


def test_infinities_of_a_file_are_left_out() -> None:
    body = (
        '{"dataset": {"item_count": 3}, "features": [{"name": "x", "inferred_type": "Fractional", '
        '"numerical_statistics": {"common": {"num_present": 3, "num_missing": 0}, "max": "Infinity", '
        '"distribution": {"kll": {"buckets": [], "sketch": {"data": [[1.5, "Infinity", "-Infinity", 1e301]]}}}}}]}'
    )

    bars = distribution_of(parse_statistics(body).features[0], None).bars

    assert bars is not None
    assert bars.values == ("1.5",)
