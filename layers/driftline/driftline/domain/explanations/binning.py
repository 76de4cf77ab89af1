"""Columns → small numbers: quantiles of numbers, categories in the order of their mean target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

BINS = 128
"""For each feature, the last one for missing values."""

MISSING = BINS - 1

_PRIOR = 10.0
"""Rows with the mean target that each category gets in addition: few rows do not put it at an end."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Of one feature.

    Attributes:
        edges: Numbers: bin b holds values above edges[b - 1] up to edges[b], the last one all above.
        categories: Categories: codes in their order, a bin each, the rarest together in the last one; None: numbers.
    """

    edges: Floats
    categories: Floats | None = None

    def of(self, column: Floats) -> NDArray[np.intp]:
        """The bin of each value. Categories that are not in a bin of their own count as missing."""
        if self.categories is None:
            found = np.searchsorted(self.edges, column, side="left")
        else:
            order = np.argsort(self.categories)
            at = np.minimum(np.searchsorted(self.categories[order], np.nan_to_num(column)), len(order) - 1)
            found = order[at] if len(order) else np.full(len(column), MISSING)
            found = np.where(self.categories[found] == column, found, MISSING) if len(order) else found
        return np.where(np.isnan(column), MISSING, found).astype(np.intp)


def number_bins(column: Floats) -> Bins:
    """A bin for each value if there are few; otherwise about equally many rows in each."""
    known = np.unique(column[~np.isnan(column)])
    if len(known) >= MISSING:
        shares = np.arange(1, MISSING) / MISSING
        known = np.unique(np.quantile(column[~np.isnan(column)], shares, method="inverted_cdf"))
        return Bins(known)
    # Between two values, so that a value that is nearly the same falls into the same bin.
    return Bins(known[:-1] + np.diff(known) / 2)


def category_bins(column: Floats, target: Floats) -> Bins:
    """Categories by their mean target, as Fisher (1958) orders them for squared loss; the most frequent ones."""
    known = ~np.isnan(column)
    codes, at, counts = np.unique(column[known], return_inverse=True, return_counts=True)
    means = (np.bincount(at, target[known], len(codes)) + _PRIOR * target.mean()) / (counts + _PRIOR)
    frequent = np.sort(np.argsort(-counts, kind="stable")[:MISSING])
    return Bins(np.zeros(0), codes[frequent][np.argsort(means[frequent], kind="stable")])
