"""The metrics of a multiclass classification, from the rows of each (actual, predicted) pair."""

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats

METRICS = (
    *("accuracy", "weighted_recall", "weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2"),
    *("macro_f1", "balanced_accuracy"),
)
BETAS = (0.5, 1.0, 2.0)

type Pairs = NDArray[np.int64]
"""Places of the actual and the predicted label, shape (cells, 2)."""


def metric_values(counts: NDArray[np.int64], pairs: Pairs, labels: int) -> Floats:
    """All metrics of each row of counts, shape (replicates, cells), as (replicates, metrics)."""
    right = pairs[:, 0] == pairs[:, 1]
    hits = per_label(counts[:, right], pairs[right, 0], labels)
    actual, answered = per_label(counts, pairs[:, 0], labels), per_label(counts, pairs[:, 1], labels)
    rows = np.maximum(1.0, actual.sum(axis=1, keepdims=True))
    weights = actual / rows
    accuracy = hits.sum(axis=1) / rows[:, 0]
    recall = hits / np.maximum(1.0, actual)
    precision = hits / np.maximum(1.0, answered)
    f_scores = {b: (1 + b * b) * hits / np.maximum(1.0, b * b * actual + answered) for b in BETAS}
    occurring, either = actual > 0, actual + answered > 0
    values = [accuracy, (weights * recall).sum(axis=1), (weights * precision).sum(axis=1)]
    values += [(weights * f_scores[b]).sum(axis=1) for b in BETAS]
    values += [f_scores[1.0].sum(axis=1) / np.maximum(1, either.sum(axis=1))]
    values += [recall.sum(axis=1) / np.maximum(1, occurring.sum(axis=1))]
    return np.stack(values, axis=1)


def per_label(counts: NDArray[np.int64], places: NDArray[np.int64], labels: int) -> Floats:
    """Sums of the cells of each label, shape (replicates, labels); `places`: the label of each cell."""
    sums = np.zeros((len(counts), labels))
    if len(places):
        order = np.argsort(places, kind="stable")
        starts = np.flatnonzero(np.diff(places[order], prepend=-1))
        sums[:, places[order][starts]] = np.add.reduceat(counts[:, order], starts, axis=1)
    return sums
