"""Areas under the ROC curve, and how far chance moves them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve with DeLong's two parts of its variance.

    Attributes:
        of_positives: From the spread of the positives' components; NaN with a single positive row.
        of_negatives: From the negatives'.
    """

    value: float
    of_positives: float
    of_negatives: float
    positives: float
    negatives: float

    @property
    def variance(self) -> float:
        return self.of_positives + self.of_negatives

    @property
    def degrees(self) -> float:
        """Of Student's t, by Welch and Satterthwaite."""
        parts = ((self.of_positives, self.positives), (self.of_negatives, self.negatives))
        spread = sum(part * part / (rows - 1) for part, rows in parts)
        return self.variance**2 / spread if spread > 0 else math.inf


def area(negative: Floats, positive: Floats) -> Area:
    """The area by DeLong, DeLong, Clarke-Pearson (1988), from counts per ascending score.

    A positive's component is the share of negatives below its score (ties count one half), a negative's the share of
    positives above; the variance is var(positives' components) / P + var(negatives') / N, with P-1 and N-1.
    NaN where a class has no row; the variance is NaN where one has a single row.
    """
    negatives, positives = float(negative.sum()), float(positive.sum())
    if not negatives or not positives:
        return Area(math.nan, math.nan, math.nan, positives, negatives)
    below = (np.cumsum(negative) - negative / 2) / negatives
    above = (positives - np.cumsum(positive) + positive / 2) / positives
    value = float(positive @ below / positives)
    of_positives = float(positive @ (below - value) ** 2) / (positives - 1) / positives if positives > 1 else math.nan
    of_negatives = float(negative @ (above - value) ** 2) / (negatives - 1) / negatives if negatives > 1 else math.nan
    return Area(value, of_positives, of_negatives, positives, negatives)
