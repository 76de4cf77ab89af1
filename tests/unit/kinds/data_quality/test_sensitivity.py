"""What limits can see, in words."""

import pytest
from scipy.stats import binom, fisher_exact

from driftline.domain.drift.distance import DriftMethod
from driftline.kinds.data_quality.rules.constraints import Switch
from driftline.kinds.data_quality.rules.sensitivity import missing_values, sensitivity
from driftline.kinds.data_quality.rules.suggestion import SUGGESTED_CONFIG
from driftline.kinds.data_quality.rules.two_samples import LEVEL

OPTIONS = SUGGESTED_CONFIG.distribution_constraints


@pytest.mark.parametrize("window", [200, 1_000, 10_000])
def test_missing_values_by_scipys_exact_test(window: int) -> None:
    rows, features = 10_000, 30
    fewest = next(
        missing
        for missing in range(window)
        if fisher_exact([[missing, window - missing], [100, rows - 100]], alternative="greater").pvalue * features
        <= LEVEL
        and missing / window >= 0.015
    )
    found = missing_values(window, rows, features)
    assert binom.sf(fewest - 1, window, found.half) == pytest.approx(0.5, abs=1e-6)
    assert binom.sf(fewest - 1, window, found.most) == pytest.approx(0.9, abs=1e-6)


def test_a_sentence_for_each_kind_of_change() -> None:
    missing, numbers, categories = sensitivity(10_000, 30, OPTIONS, DriftMethod.DISTANCE)
    assert missing.startswith(
        "missing values: with 200 rows a window, 4.8 % instead of 1 % is found in half of the windows, 7 % in 90 %; "
        "with 1,000 rows a window, "
    )
    assert numbers.startswith("drift of numbers: with 200 rows a window, a shift by 0.5")
    assert categories.startswith("drift of categories: with 200 rows a window, a category of 20 % is found in half")


def test_nothing_is_said_of_drift_that_is_not_checked_or_of_a_handful_of_rows() -> None:
    off = OPTIONS.model_copy(update={"perform_comparison": Switch.DISABLED})
    assert len(sensitivity(10_000, 30, off, DriftMethod.DISTANCE)) == 1
    assert sensitivity(60, 30, OPTIONS, DriftMethod.DISTANCE) == ()
