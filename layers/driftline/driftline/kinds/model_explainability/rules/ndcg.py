"""NDCG of two rankings of features: does the live one still begin with what mattered in the baseline?

SageMaker's measure of attribution drift. Each feature's gain is its global value in the baseline; features are ranked
by their live values; a gain at rank i (from 1) is divided by log2(i + 1), so that early ranks count more:

    DCG = Σ gain / log2(i + 1)        NDCG = DCG of the live ranking / DCG of the baseline's own ranking

Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 20 (2002). Ties in the live
ranking share the mean gain of the tied features (McSherry and Najork, ECIR 2008), as in scikit-learn's `ndcg_score`.
Only ranks count: attributions that all shrink to a third give 1.0.

Where SageMaker and scikit-learn leave it undefined:

* no feature, or one: 1.0, there is one ranking;
* all baseline values are 0: 1.0 if the live ones are 0, too, otherwise 0.0;
* negative baseline values (the median can be): gains are the distances to the smallest value;
* an infinite baseline value: it is all that counts.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Floats = NDArray[np.float64]

THRESHOLD = 0.9
"""SageMaker's: a violation below."""


def ndcg(baseline: Floats, live: Floats) -> float:
    """From 0 to 1; 1 if the live ranking is the baseline's.

    Args:
        baseline, live: Global values of the same features, shape (features,).

    Raises:
        InvalidInputError: other shapes, or a value is NaN.
    """
    if baseline.shape != live.shape or baseline.ndim != 1:
        raise InvalidInputError(
            f"global values of shape {live.shape} with a baseline of shape {baseline.shape}",
            expected="one value of each feature in both",
            mend="Compare the same features in the same order.",
        )
    if np.isnan(baseline).any() or np.isnan(live).any():
        raise InvalidInputError(
            "a global value is not a number", expected="numbers", mend="Leave the feature out, or set it to 0."
        )
    if len(baseline) <= 1:
        return 1.0
    gains = _gains(baseline)
    ideal = float(np.sort(gains)[::-1] @ _discounts(len(gains)))
    if ideal == 0.0:
        return 0.0 if live.any() and not baseline.any() else 1.0
    return min(1.0, _dcg(gains, live) / ideal)


def _gains(baseline: Floats) -> Floats:
    """Not negative; at most 1, so that sums stay finite."""
    if np.isinf(baseline).any():
        return np.where(baseline == baseline.max(), 1.0, 0.0)
    gains = baseline - min(0.0, float(baseline.min()))
    largest = float(gains.max())
    found: Floats = gains / largest if largest > 0.0 else gains
    return found


def _dcg(gains: Floats, live: Floats) -> float:
    """With the mean gain of each group of ties at each of its ranks."""
    _, group, sizes = np.unique(-live, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=gains) / sizes
    last = np.cumsum(sizes)
    cumulated = np.concatenate([[0.0], np.cumsum(_discounts(len(live)))])
    return float(means @ (cumulated[last] - cumulated[last - sizes]))


def _discounts(count: int) -> Floats:
    found: Floats = 1.0 / np.log2(np.arange(count) + 2.0)
    return found
