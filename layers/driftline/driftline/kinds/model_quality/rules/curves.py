"""ROC and precision-recall curves from counts per score, in the shape of Spark's BinaryClassificationMetrics.

One point per distinct score, descending, that calls all rows with at least this score positive. ROC starts at (0, 0)
and ends at (1, 1); precision-recall starts at recall 0 with the first point's precision. The areas are by trapezoids
over all points. With a positive or a negative missing, its rate is 0 as in Spark, and the areas are undefined.

Files get at most about a thousand points, as Spark's default of numBins = 1000 groups neighbouring scores (SageMaker's
files have one point per score up to 1133, which agrees); the areas do not suffer, they use every score.
"""

import numpy as np

from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.quality import Curves

POINTS = 1000


def curves(negative: Floats, positive: Floats) -> Curves:
    """From rows per ascending score, shape (k,) each; empty curves without rows."""
    if not len(negative):
        return Curves((), (), (), ())
    negative, positive = grouped(negative, positive)
    false_rates, recalls, precisions = _points(negative, positive)
    return Curves(
        (0.0, *false_rates.tolist(), 1.0),
        (0.0, *recalls.tolist(), 1.0),
        (float(precisions[0]), *precisions.tolist()),
        (0.0, *recalls.tolist()),
    )


def roc_area(negative: Floats, positive: Floats) -> float:
    """NaN if a class has no rows."""
    if not negative.sum() or not positive.sum():
        return float("nan")
    false_rates, recalls, _ = _points(negative, positive)
    return _area(np.append(0.0, false_rates), np.append(0.0, recalls))


def pr_area(negative: Floats, positive: Floats) -> float:
    """NaN if there is no positive row."""
    return float(pr_areas(negative[None, :], positive[None, :])[0]) if len(negative) else float("nan")


def average_precisions(negative: Floats, positive: Floats) -> Floats:
    """Sums of precision times the step in recall (scikit-learn's average_precision_score), as `pr_areas` takes them."""
    _, recalls, precisions = _points(negative, positive)
    steps = np.diff(recalls, axis=-1, prepend=0.0)
    return np.where(positive.any(axis=-1), (steps * precisions).sum(axis=-1), np.nan)


def pr_areas(negative: Floats, positive: Floats) -> Floats:
    """Of many counts at once, shape (replicates, k); NaN where there is no positive row."""
    _, recalls, precisions = _points(negative, positive)
    widths = np.diff(recalls, axis=-1, prepend=0.0)
    heights = precisions + np.concatenate((precisions[:, :1], precisions[:, :-1]), axis=1)
    return np.where(positive.any(axis=-1), (widths * heights).sum(axis=-1) / 2, np.nan)


def grouped(negative: Floats, positive: Floats) -> tuple[Floats, Floats]:
    """Neighbouring scores added up as Spark's numBins does: every k/1000 of them, from the highest down."""
    size = len(negative) // POINTS
    if size < 2:  # noqa: PLR2004 - Spark's rule
        return negative, positive
    starts = np.arange(0, len(negative), size)
    return np.add.reduceat(negative[::-1], starts)[::-1], np.add.reduceat(positive[::-1], starts)[::-1]


def _points(negative: Floats, positive: Floats) -> tuple[Floats, Floats, Floats]:
    """False positive rate, recall and precision at every score, descending; the last axis is the scores'.

    Before the first row, which only a resampled count can lack, nothing is called positive: precision 1, as in Spark.
    """
    false_positives, true_positives = np.cumsum(negative[..., ::-1], axis=-1), np.cumsum(positive[..., ::-1], axis=-1)
    false_rates = false_positives / np.maximum(1.0, false_positives[..., -1:])
    recalls = true_positives / np.maximum(1.0, true_positives[..., -1:])
    called = true_positives + false_positives
    return false_rates, recalls, np.where(called > 0, true_positives / np.maximum(1.0, called), 1.0)


def _area(x: Floats, y: Floats) -> float:
    return float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2)
