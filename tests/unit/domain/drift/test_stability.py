"""The drift of a window's features by tests: place and direction, family, effect floor."""

import numpy as np
import pytest

from driftline.domain.drift.distance import Direction
from driftline.domain.drift.rank_map import RankMap, true_ranks
from driftline.domain.drift.stability import (
    LEVEL,
    SMALLEST,
    categorical_stability,
    effective_size,
    in_one_family,
    numeric_stability,
)
from driftline.domain.profiles.kll import KllSketch


def sketched(random: np.random.Generator, rows: int, shift: float = 0.0) -> RankMap:
    return true_ranks(KllSketch.of(random.normal(size=rows) + shift).levels)


def test_a_shift_is_found_with_its_direction_and_place() -> None:
    random = np.random.default_rng(2)
    (found,) = in_one_family([numeric_stability(sketched(random, 500, -0.6), sketched(random, 5_000))])
    assert found.drifted
    assert found.method == "PSI"
    assert found.value > found.threshold == SMALLEST
    assert found.statistic > found.value
    assert found.direction is Direction.LOWER
    assert isinstance(found.location, float)
    assert abs(found.location) < 1.5
    assert found.interval is None
    assert found.p_value is not None
    assert found.p_value <= LEVEL


def test_a_new_category_is_found_and_named() -> None:
    (found,) = in_one_family([categorical_stability({"a": 150, "mobile": 50}, {"a": 900, "b": 100})])
    assert found.drifted
    assert found.location == "mobile"
    assert found.direction is Direction.HIGHER


def test_what_chance_explains_is_no_distance() -> None:
    # Given half of fifty rows where the baseline has a third: PSI 0.1, and not improbable among a hundred features
    quiet = categorical_stability({"a": 25, "b": 25}, {"a": 3_300, "b": 6_700})
    assert quiet.value > SMALLEST
    found = in_one_family([quiet] * 2)
    assert [each.value for each in found] == [0.0, 0.0]
    assert not any(each.drifted for each in found)


def test_what_does_not_matter_is_no_drift_however_certain() -> None:
    random = np.random.default_rng(4)
    (found,) = in_one_family([numeric_stability(sketched(random, 100_000, 0.1), sketched(random, 100_000))])
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert 0.0 < found.value < SMALLEST
    assert not found.drifted


def test_more_features_need_a_smaller_p_value() -> None:
    random = np.random.default_rng(6)
    drifting = categorical_stability({"a": 40, "b": 60}, {"a": 6_000, "b": 4_000})
    quiet = [numeric_stability(sketched(random, 100), sketched(random, 1_000)) for _ in range(30)]
    assert in_one_family([drifting])[0].drifted
    assert in_one_family([drifting, *quiet])[0].p_value == pytest.approx(31 * drifting.p_value)  # type: ignore[operator]


def test_a_rare_flag_that_becomes_frequent_is_found_in_a_small_window() -> None:
    baseline = true_ranks([np.repeat([0.0, 1.0], [990, 10])])
    (found,) = in_one_family([numeric_stability(true_ranks([np.repeat([0.0, 1.0], [45, 5])]), baseline)])
    assert found.drifted


@pytest.mark.parametrize("rows", [20_000, 200_000])
def test_the_error_of_sketches_keeps_the_level(rows: int) -> None:
    # Given samples whose sketches keep one value in ten, or in a hundred
    random = np.random.default_rng(rows)
    baselines = [sketched(random, rows) for _ in range(4)]
    chances = [numeric_stability(sketched(random, rows), baselines[each % 4]).p_value for each in range(120)]
    assert np.mean(np.array(chances) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 / 120)


def test_effective_size() -> None:
    assert effective_size(RankMap(np.arange(1.0, 3.0), np.array([1.0, 500.0]))) == pytest.approx(500)
    assert effective_size(RankMap(np.arange(1.0, 3.0), np.array([1.0, 1e9]), 0.001385)) == pytest.approx(
        23_460, rel=0.01
    )
