"""What the limits of a baseline can see, in words, for windows of several sizes."""

from collections.abc import Sequence
from math import log2

from driftline.domain.drift.distance import DriftMethod
from driftline.domain.drift.power import (
    SHARE,
    Found,
    Sizes,
    category_by_distance,
    category_by_test,
    shift_by_distance,
    shift_by_test,
)
from driftline.domain.inference.distributions import beta_quantile
from driftline.domain.inference.proportions import more_often
from driftline.kinds.data_quality.rules.constraints import DistributionConstraints, Switch
from driftline.kinds.data_quality.rules.two_samples import LEVEL, matters
from driftline.presentation.text import percent

WINDOWS = (200, 1_000, 10_000)
"""Rows of a window."""

MISSED = 0.01
"""The share of missing values that a column had, for the statement about more of them."""

_FEWEST = 100
"""Rows of a baseline; a smaller one sees next to nothing, and a warning says so."""


def sensitivity(
    rows: int,
    features: int,
    options: DistributionConstraints,
    method: DriftMethod,
    windows: Sequence[int] = WINDOWS,
) -> tuple[str, ...]:
    """A sentence for each kind of change, about windows whose rows are independent.

    Args:
        rows: Of the baseline.
        features: How many are checked.
        options: Of the constraints.
        windows: Their rows.
    """
    if rows < _FEWEST or not features or not all(windows):
        return ()
    sizes = [Sizes(window, rows, features) for window in windows]
    missing = [_said(each, _missing(missing_values(each, rows, features))) for each in windows]
    sentences = [f"missing values: {'; '.join(missing)}."]
    if options.perform_comparison is Switch.ENABLED:
        drifts = [(each.window, *_drift(each, options, method)) for each in sizes]
        shifts = [_said(window, _shift(shift)) for window, shift, _ in drifts]
        growths = [_said(window, _growth(category)) for window, _, category in drifts]
        sentences += [f"drift of numbers: {'; '.join(shifts)}.", f"drift of categories: {'; '.join(growths)}."]
    return tuple(sentences)


def _said(window: int, found: str) -> str:
    return f"with {window:,} rows a window, {found} in 90 %"


def _shift(found: Found) -> str:
    return f"a shift by {found.half:.2f} standard deviations is found in half of the windows, {found.most:.2f}"


def _growth(found: Found) -> str:
    reached = f"a category of {percent(SHARE)} is found in half of the windows when it reaches {_percent(found.half)}"
    return f"{reached}, {_percent(found.most)}"


def _missing(found: Found) -> str:
    return (
        f"{_percent(found.half)} instead of {percent(MISSED)} is found in half of the windows, {_percent(found.most)}"
    )


def _drift(sizes: Sizes, options: DistributionConstraints, method: DriftMethod) -> tuple[Found, Found]:
    if method is DriftMethod.PSI:
        return shift_by_test(sizes), category_by_test(sizes)
    return (
        shift_by_distance(sizes, options.comparison_threshold),
        category_by_distance(sizes, options.categorical_threshold),
    )


def missing_values(window: int, rows: int, features: int) -> Found:
    """The share of missing values that the exact test finds in a column that lacked 1 %, among as many columns.

    The fewest that are significant and matter are searched for; P(X >= k) of a binomial variable is a beta's.
    """
    before = round(MISSED * rows)
    low, high = 0, window
    for _ in range(int(log2(window)) + 2):
        middle = (low + high) // 2
        chance = more_often(middle, window, before, rows) * features
        if chance <= LEVEL and matters(middle / window, before / rows):
            high = middle
        else:
            low = middle
    return Found(*(beta_quantile(share, high, window - high + 1) for share in (0.5, 0.9)))


def _percent(share: float) -> str:
    return percent(round(share, 2 if share > 0.1 else 3))  # noqa: PLR2004 - two digits
