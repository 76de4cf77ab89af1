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
from driftline.kinds.model_quality.rules.estimates import Estimate
from driftline.kinds.model_quality.rules.multiclass_estimates import constant_estimates, estimates
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.multiclass_values import METRICS, Pairs, metric_values
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.samples import PARTS, standard_deviation

_NAMES, _EXTRAS = METRICS[:6], METRICS[6:]
_CONSTANT = "_best_constant_classifier"


def multiclass_quality(state: MulticlassState) -> Quality:
    labels = state.confusion.labels()
    places = {label: place for place, label in enumerate(labels)}
    cells = sorted(state.confusion.cells.items())  # the bootstrap draws in this order, whichever file came first
    pairs = np.array([(places[a], places[p]) for (a, p), _ in cells], dtype=np.int64).reshape(-1, 2)
    counts = np.array([counts for _, counts in cells], dtype=np.int64).reshape(-1, PARTS).T
    constants = np.array(_constant(state, places), dtype=np.int64)
    answers = [_answering(pairs, constant) for constant in constants]
    if not state.rows:
        metrics = of_constant = {name: MetricValue(math.nan) for name in METRICS}
    else:
        values = _of_parts([pairs] * PARTS, counts, len(labels))
        metrics = _described(values, state.rows, estimates(state, values[0], pairs, counts[0], len(labels)))
        values = _of_parts(answers, counts, len(labels))
        of_constant = _described(values, state.rows, constant_estimates(state, pairs, counts[0], constants[0]))
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


def _of_parts(pairs: list[Pairs], counts: NDArray[np.int64], labels: int) -> Floats:
    """Shape (PARTS, metrics)."""
    return np.concatenate([metric_values(counts[part : part + 1], pairs[part], labels) for part in range(PARTS)])


def _described(values: Floats, rows: int, found: Mapping[str, Estimate | str]) -> dict[str, MetricValue]:
    """Values of the whole, deviations over the samples."""
    return {
        name: MetricValue.of(float(values[0, i]), found.get(name, ""), standard_deviation(rows, values[1:, i]))
        for i, name in enumerate(METRICS)
    }
