"""The smallest changes that are found, against windows that are drawn and compared as they are in earnest."""

import numpy as np
import pytest

from driftline.domain.drift.distance import ComparisonMethod
from driftline.domain.drift.linf import categorical_distance, numeric_distance
from driftline.domain.drift.power import (
    Sizes,
    category_by_distance,
    category_by_test,
    shift_by_distance,
    shift_by_test,
)
from driftline.domain.drift.rank_map import true_ranks
from driftline.domain.drift.stability import LEVEL, SMALLEST, categorical_stability, numeric_stability

SIZES = [Sizes(200, 2_000, 30), Sizes(1_000, 2_000, 30)]
DRAWN = 300
SLACK = 0.13
"""Three standard errors of the share among so many windows, and the error of the figure itself."""


@pytest.mark.parametrize("sizes", SIZES)
def test_shifts(sizes: Sizes) -> None:
    random = np.random.default_rng(sizes.window)
    baselines = [true_ranks([random.normal(size=sizes.baseline)]) for _ in range(DRAWN)]

    def by_distance(shift: float, place: int) -> bool:
        current = true_ranks([random.normal(size=sizes.window) + shift])
        return numeric_distance(current, baselines[place], ComparisonMethod.ROBUST, 0.1).drifted

    def by_test(shift: float, place: int) -> bool:
        found = numeric_stability(true_ranks([random.normal(size=sizes.window) + shift]), baselines[place])
        assert found.p_value is not None
        return found.p_value * sizes.features <= LEVEL and found.value > SMALLEST

    for found, finds in ((shift_by_distance(sizes, 0.1), by_distance), (shift_by_test(sizes), by_test)):
        assert np.mean([finds(found.half, place) for place in range(DRAWN)]) == pytest.approx(0.5, abs=SLACK)
        assert np.mean([finds(found.most, place) for place in range(DRAWN)]) == pytest.approx(0.9, abs=SLACK / 1.5)


@pytest.mark.parametrize("sizes", SIZES)
def test_categories(sizes: Sizes) -> None:
    random = np.random.default_rng(sizes.window)

    def drawn(rows: int, share: float) -> dict[str, int]:
        counts = random.multinomial(rows, [share, *[(1 - share) / 4] * 4]).tolist()
        return dict(zip("abcde", counts, strict=True))

    def by_distance(share: float) -> bool:
        pair = drawn(sizes.window, share), drawn(sizes.baseline, 0.2)
        return categorical_distance(*pair, ComparisonMethod.ROBUST, 0.1).drifted

    def by_test(share: float) -> bool:
        found = categorical_stability(drawn(sizes.window, share), drawn(sizes.baseline, 0.2))
        assert found.p_value is not None
        return found.p_value * sizes.features <= LEVEL and found.value > SMALLEST

    for found, finds in ((category_by_distance(sizes, 0.1), by_distance), (category_by_test(sizes), by_test)):
        assert np.mean([finds(found.half) for _ in range(DRAWN)]) == pytest.approx(0.5, abs=SLACK)
        assert np.mean([finds(found.most) for _ in range(DRAWN)]) == pytest.approx(0.9, abs=SLACK / 1.5)


def test_larger_windows_and_fewer_features_find_smaller_changes() -> None:
    halves = [shift_by_test(Sizes(window, 10_000, 30)).half for window in (50, 200, 1_000)]
    assert halves == sorted(halves, reverse=True)
    assert shift_by_test(Sizes(200, 10_000, 1)).half < shift_by_test(Sizes(200, 10_000, 100)).half
    assert shift_by_test(Sizes(200, 10_000, 30)).half < shift_by_distance(Sizes(200, 10_000), 0.1).half
