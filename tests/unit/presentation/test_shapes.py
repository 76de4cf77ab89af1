"""Distributions in a few hundred bytes, against numpy over all values."""

import numpy as np
import pytest

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.page.distributions import feature_shape
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, parse_statistics
from driftline.presentation.shapes import (
    BINS,
    CATEGORIES,
    LONGEST,
    PROBABILITIES,
    Categories,
    Masses,
    Quantiles,
    kept_name,
)


def feature(values: list[str]) -> FeatureStatistics:
    return statistics_of(len(values), [("x", ColumnProfile.of(texts_to_columns(values)))]).features[0]


def numbers(values: np.ndarray) -> FeatureStatistics:
    return feature([repr(value) for value in values.tolist()])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", ["normal", "exponential", "integers"])
def test_shares_of_any_bins_are_those_of_the_values(draw: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {
        "normal": rng.normal(50, 9, 1900),
        "exponential": rng.exponential(3, 1900),
        "integers": rng.integers(0, 80, 1900).astype(float),
    }[draw]

    shape = feature_shape(numbers(values))

    assert isinstance(shape, Quantiles)
    keys = np.unique(np.linspace(values.min() - 1, values.max() + 1, 57).round())
    expected = np.array([np.mean(values < key) for key in keys])
    assert np.abs(shape.shares_below(keys) - expected).max() < 1.5 * np.diff(PROBABILITIES).max()
    assert shape.shares_below(np.array([values.min(), values.max() + 1e-3])) == pytest.approx([0.0, 1.0], abs=1e-6)


def test_a_value_that_most_rows_have_keeps_its_share() -> None:
    values = np.concatenate((np.zeros(900), np.random.default_rng(1).exponential(2, 300)))

    shape = feature_shape(numbers(values))

    assert isinstance(shape, Quantiles)
    at_zero = shape.shares_below(np.array([1e-9]))[0] - shape.shares_below(np.array([0.0]))[0]
    assert at_zero == pytest.approx(0.75, abs=np.diff(PROBABILITIES).max())


def test_the_largest_numbers_there_are() -> None:
    shape = Quantiles(tuple(np.linspace(-1.7e308, -1e308, 20).tolist() + np.linspace(0.0, 1.7e308, 21).tolist()))

    shares = shape.shares_below(np.array([-1.79e308, -1.1e308, 1e308, 1.79e308]))

    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert np.all(np.diff(shares) > 0)


@pytest.mark.parametrize("rows", [3, 200])
def test_a_record_holds_no_number_that_json_cannot_say(rows: int) -> None:
    levels = ", ".join(str(value) for value in [*range(rows - 1), "1.7976931348623157e308"])
    body = (
        '{"dataset": {"item_count": 3}, "features": [{"name": "x", "inferred_type": "Fractional", '
        '"numerical_statistics": {"common": {"num_present": 3, "num_missing": 0}, '
        f'"distribution": {{"kll": {{"buckets": [], "sketch": {{"data": [[{levels}]]}}}}}}}}}}]}}'
    )

    shape = feature_shape(parse_statistics(body).features[0])

    assert shape is not None
    assert not isinstance(shape, Categories)
    assert np.isfinite(shape.values).all()
    assert np.abs(shape.values).max() < 1.79e308


def test_few_distinct_numbers_are_kept_as_they_are() -> None:
    shape = feature_shape(numbers(np.array([0.0, 1.0, 1.0, 7.0])))

    assert shape == Masses((0.0, 1.0, 7.0), (0.25, 0.5, 0.25))
    assert shape.shares_below(np.array([0.0, 0.5, 1.0, 7.0, 8.0])).tolist() == [0.0, 0.25, 0.25, 0.75, 1.0]


def test_buckets_serve_where_there_is_no_sketch() -> None:
    buckets = ", ".join(f'{{"lower_bound": {i}, "upper_bound": {i + 1}, "count": {i + 1}}}' for i in range(4))
    body = (
        '{"dataset": {"item_count": 10}, "features": [{"name": "x", "inferred_type": "Fractional", '
        '"numerical_statistics": {"common": {"num_present": 10, "num_missing": 0}, '
        f'"distribution": {{"kll": {{"buckets": [{buckets}]}}}}}}}}]}}'
    )

    shape = feature_shape(parse_statistics(body).features[0])

    assert isinstance(shape, Quantiles)
    assert shape.shares_below(np.array([1.0, 2.0, 3.0, 4.1])) == pytest.approx([0.1, 0.3, 0.6, 1.0], abs=0.01)


def test_the_most_frequent_categories_are_kept_and_the_others_added_up() -> None:
    values = [f"v{i:02}" for i in range(CATEGORIES + 6)] + ["v29"] * 10

    shape = feature_shape(feature(values))

    assert isinstance(shape, Categories)
    assert shape.names[:2] == ("v29", "v00")
    assert len(shape.names) == CATEGORIES
    assert shape.rest == pytest.approx(6 / len(values))
    assert sum(shape.shares) + shape.rest == pytest.approx(1.0, abs=1e-4)


def test_nothing_to_draw() -> None:
    assert feature_shape(None) is None
    assert feature_shape(feature(["", ""])) is None


def test_a_record_of_a_feature_is_small() -> None:
    shape = feature_shape(numbers(np.random.default_rng(1).normal(1e5, 1e4, 2000)))

    assert isinstance(shape, Quantiles)
    assert len(shape.values) == BINS + 1
    assert max(len(repr(value)) for value in shape.values) <= 8


def test_long_names_stay_different_and_the_same_everywhere() -> None:
    one, other = "x" * 10_000 + "1", "x" * 10_000 + "2"

    assert kept_name("short") == "short"
    assert len(kept_name(one)) <= LONGEST
    assert kept_name(one) == kept_name("x" * 10_000 + "1")
    assert kept_name(one) != kept_name(other)
    assert len(kept_name("\ud800" * 300)) <= LONGEST
