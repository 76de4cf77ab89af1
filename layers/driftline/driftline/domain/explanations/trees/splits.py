"""Which rows go left at a split: the comparisons of XGBoost and of LightGBM, to the bit."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray


class Missing(IntEnum):
    """What a split counts as a missing value, in the numbers of LightGBM's `decision_type`."""

    NONE = 0
    """Nothing: NaN is compared as 0."""
    ZERO = 1
    """0 and NaN."""
    NAN = 2


@dataclass(frozen=True, slots=True)
class SplitRules:
    """What differs between libraries.

    Attributes:
        strict: Rows go left where the value is below the threshold, not equal to it.
        single_precision: Values are rounded to 32 bits before the comparison.
        set_goes_left: Categories of the set go left, all others right; else the other way round.
        missing_category_has_side: A missing category goes where `default_left` says; else it belongs to no set.
        first_category: Categories begin with numbers greater than this one; they are cut to integers.
        categories: Categories have to be less than this one.
    """

    strict: bool
    single_precision: bool
    set_goes_left: bool
    missing_category_has_side: bool
    first_category: float
    categories: float


# A category below 0 is not valid, and a bit field of 2^24 is the largest: src/common/categorical.h of XGBoost.
XGBOOST: Final = SplitRules(
    strict=True,
    single_precision=True,
    set_goes_left=False,
    missing_category_has_side=True,
    first_category=float(np.nextafter(0.0, -1.0)),
    categories=2.0**24,
)

# A cast to int cuts -0.5 to 0: Tree::CategoricalDecision in include/LightGBM/tree.h.
LIGHTGBM: Final = SplitRules(
    strict=False,
    single_precision=False,
    set_goes_left=True,
    missing_category_has_side=False,
    first_category=-1.0,
    categories=2.0**31,
)

ZERO: Final = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: smaller numbers are 0 where 0 is missing."""


class Splits(Protocol):
    """The arrays of a forest that a comparison needs."""

    @property
    def threshold(self) -> NDArray[np.float64]: ...
    @property
    def default_left(self) -> NDArray[np.bool_]: ...
    @property
    def missing(self) -> NDArray[np.uint8]: ...
    @property
    def categories(self) -> NDArray[np.int32]: ...
    @property
    def members(self) -> NDArray[np.int64]: ...
    @property
    def rules(self) -> SplitRules: ...


def goes_left(splits: Splits, node: NDArray[np.intp] | int, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(values,): whether each value goes left.

    Args:
        splits: a forest.
        node: (values,) the node that each value is compared at; or one node for all.
        values: (values,) of the node's feature, rounded as the rules say.
    """
    absent = np.isnan(values)
    missing, threshold = splits.missing[node], splits.threshold[node]
    if absent.any():
        values = np.where(absent, 0.0, values)
    left = values < threshold if splits.rules.strict else values <= threshold
    if splits.members.size:
        sets = splits.categories[node]
        if np.any(sets >= 0):
            inside = _inside(splits, sets, values, absent)
            left = np.where(sets >= 0, inside == splits.rules.set_goes_left, left)
            if not splits.rules.missing_category_has_side:
                missing = np.where(sets >= 0, Missing.NONE, missing)
    if np.any(missing == Missing.ZERO):
        lacking = (missing == Missing.ZERO) & (np.abs(values) <= ZERO) | (missing == Missing.NAN) & absent
    else:
        lacking = (missing == Missing.NAN) & absent
    return np.where(lacking, splits.default_left[node], left)


def _inside(
    splits: Splits, sets: NDArray[np.int32], values: NDArray[np.float64], absent: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each value is a category of the set of its node; anything for nodes without a set."""
    valid = (values > splits.rules.first_category) & (values < splits.rules.categories) & ~absent
    pairs = (np.maximum(sets, 0).astype(np.int64) << 32) + np.where(valid, values, 0.0).astype(np.int64)
    found = np.minimum(np.searchsorted(splits.members, pairs), splits.members.size - 1)
    inside: NDArray[np.bool_] = valid & (splits.members[found] == pairs)
    return inside
