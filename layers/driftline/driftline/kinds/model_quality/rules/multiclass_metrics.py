"""Metrics of a multiclass classification, in SageMaker's order. Weights are the shares of the actual labels.

    accuracy           = rows predicted right / n
    weighted_recall    = sum_c share_c recall_c           (the same number as accuracy)
    weighted_precision = sum_c share_c precision_c
    weighted_f_b       = sum_c share_c f_b,c

A class that is never predicted has precision and f 0, as in Spark and scikit-learn (zero_division=0). Classes that are
predicted and never occur have weight 0. `*_best_constant_classifier`: always answering the label that the model
answered most often (on a tie the first in the matrix).

Driftline's own: macro_f1 (every label that occurs or is predicted counts the same), balanced_accuracy (mean recall of
the labels that occur).
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules import bootstrap, intervals
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.samples import PARTS, standard_deviation

_NAMES = ("accuracy", "weighted_recall", "weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2")
_EXTRAS = ("macro_f1", "balanced_accuracy")
_BETAS = (0.5, 1.0, 2.0)
_CONSTANT = "_best_constant_classifier"

type Pairs = NDArray[np.int64]


def multiclass_quality(state: MulticlassState) -> Quality:
    labels = state.confusion.labels()
    places = {label: place for place, label in enumerate(labels)}
    cells = sorted(state.confusion.cells.items())  # the bootstrap draws in this order, whichever file came first
    pairs = np.array([(places[a], places[p]) for (a, p), _ in cells], dtype=np.int64).reshape(-1, 2)
    counts = np.array([counts for _, counts in cells], dtype=np.int64).reshape(-1, PARTS).T
    metrics = _described(pairs, counts, state.rows, len(labels))
    constants = np.array(_constant(state, places), dtype=np.int64)
    of_constant = _described(_answering(pairs, constants[0]), counts, state.rows, len(labels), constants)
    return Quality(
        state.problem,
        state.rows,
        {name: metrics[name] for name in _NAMES} | {name + _CONSTANT: of_constant[name] for name in _NAMES},
        {name: metrics[name] for name in _EXTRAS},
        state.confusion.matrix(),
    )


def _constant(state: MulticlassState, places: Mapping[str, int]) -> list[int]:
    """Of each part, the place of the label that is predicted most often."""
    found = []
    for part in range(PARTS):
        answers = dict.fromkeys(places.values(), 0)
        for (_, predicted), rows in state.confusion.counts(part).items():
            answers[places[predicted]] += rows
        found.append(max(answers, key=lambda place: answers[place], default=0))
    return found


def _answering(pairs: Pairs, label: np.int64) -> Pairs:
    return np.stack((pairs[:, 0], np.full(len(pairs), label)), axis=1)


def _described(
    pairs: Pairs, counts: NDArray[np.int64], rows: int, labels: int, constants: NDArray[np.int64] | None = None
) -> dict[str, MetricValue]:
    """Values of the whole, deviations over the samples, intervals: Wilson's for accuracy, else bootstrapped."""
    names = (*_NAMES, *_EXTRAS)
    if not rows:
        return {name: MetricValue(math.nan) for name in names}
    values = np.concatenate(
        [
            _values(counts[part : part + 1], pairs if constants is None else _answering(pairs, constants[part]), labels)
            for part in range(PARTS)
        ]
    )
    resampled = bootstrap.percentile(counts[0], lambda drawn: _values(drawn, pairs, labels))
    assert resampled is not None  # there are rows
    lower, upper = resampled
    described = {}
    for i, name in enumerate(names):
        value = float(values[0, i])
        share = name in {"accuracy", "weighted_recall"}
        interval = intervals.wilson(value * rows, rows) if share else (float(lower[i]), float(upper[i]))
        described[name] = MetricValue(value, standard_deviation(rows, values[1:, i]), interval)
    return described


def _values(counts: NDArray[np.int64], pairs: Pairs, labels: int) -> Floats:
    """All metrics of each row of counts, shape (replicates, cells), as (replicates, metrics)."""
    right = pairs[:, 0] == pairs[:, 1]
    hits = _per_label(counts[:, right], pairs[right, 0], labels)
    actual, answered = _per_label(counts, pairs[:, 0], labels), _per_label(counts, pairs[:, 1], labels)
    rows = np.maximum(1.0, actual.sum(axis=1, keepdims=True))
    weights = actual / rows
    accuracy = hits.sum(axis=1) / rows[:, 0]
    recall = hits / np.maximum(1.0, actual)
    precision = hits / np.maximum(1.0, answered)
    f_scores = {b: (1 + b * b) * hits / np.maximum(1.0, b * b * actual + answered) for b in _BETAS}
    occurring, either = actual > 0, actual + answered > 0
    values = [accuracy, (weights * recall).sum(axis=1), (weights * precision).sum(axis=1)]
    values += [(weights * f_scores[b]).sum(axis=1) for b in _BETAS]
    values += [f_scores[1.0].sum(axis=1) / np.maximum(1, either.sum(axis=1))]
    values += [recall.sum(axis=1) / np.maximum(1, occurring.sum(axis=1))]
    return np.stack(values, axis=1)


def _per_label(counts: NDArray[np.int64], places: NDArray[np.int64], labels: int) -> Floats:
    """Sums of the cells of each label, shape (replicates, labels); `places`: the label of each cell."""
    sums = np.zeros((len(counts), labels))
    if len(places):
        order = np.argsort(places, kind="stable")
        starts = np.flatnonzero(np.diff(places[order], prepend=-1))
        sums[:, places[order][starts]] = np.add.reduceat(counts[:, order], starts, axis=1)
    return sums
