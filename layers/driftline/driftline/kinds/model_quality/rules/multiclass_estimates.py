"""Estimates of the metrics of a multiclass classification; or why there is none."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules import bootstrap
from driftline.kinds.model_quality.rules.design import DEGREES, carrying, certainty, limited_effect, too_few
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate, Share
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.multiclass_values import BETAS, METRICS, Pairs, metric_values, per_label

LEAST_OF_A_CLASS = 10
"""With fewer rows of a class, its own recall is too uncertain for a mean over classes."""

_SURE = 3.0
"""Standard deviations between the two most frequent answers, beyond which it is not chance which one is first."""

LEAST_FOR_EACH = 15
"""With fewer rows per class, by the effective number of classes 1 / sum share^2, precision is biased by too much."""

_WEIGHTED = frozenset({"weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2"})
_MEANS = frozenset({"macro_f1", "balanced_accuracy"})


def estimates(
    state: MulticlassState, values: Floats, pairs: Pairs, counts: NDArray[np.int64], labels: int
) -> dict[str, Estimate | str]:
    """Accuracy is a share of the rows; all others are shares at the bootstrap's effective size."""
    effect = _effect(state)
    if isinstance(effect, str):
        return dict.fromkeys(METRICS, effect)
    rows = state.rows / effect
    ends = bootstrap.percentile(counts, lambda drawn: metric_values(drawn, pairs, labels))
    assert ends is not None  # there are rows
    found: dict[str, Estimate | str] = {}
    for i, name in enumerate(METRICS):
        value = float(values[i])
        if name in {"accuracy", "weighted_recall"}:
            found[name] = Share(value * rows, rows)
        else:
            share = bootstrap.effective_share(value, (float(ends[0][i]), float(ends[1][i])), state.rows)
            found[name] = Share(share.hits / effect, share.trials / effect)
    actual = per_label(counts[None, :], pairs[:, 0], labels)[0]
    occurring = actual[actual > 0]
    classes = state.rows**2 / float(actual @ actual)
    if rows < LEAST_FOR_EACH * classes:
        found |= dict.fromkeys(_WEIGHTED, _thin(rows / classes))
    if occurring.min() < LEAST_OF_A_CLASS * effect:
        found |= dict.fromkeys(_MEANS, _rare(occurring.min() / effect))
    elif len(occurring) < labels:
        found["macro_f1"] = "A class is predicted that never occurs, so nothing is known of its F score."
    return found


def constant_estimates(
    state: MulticlassState, pairs: Pairs, counts: NDArray[np.int64], answer: np.int64
) -> dict[str, Estimate | str]:
    """Of the best constant classifier: all follow from the share s of the rows of the class that it repeats.

    Accuracy and weighted recall are s, weighted precision s^2, weighted F_b (1 + b^2) s^2 / (1 + b^2 s). Where chance
    decides which of several answers is the most frequent, the interval spans those of all their classes.
    """
    if state.right.count < state.rows:
        return dict.fromkeys(METRICS, "The rows come together in records, whose answers go together.")
    answers = np.bincount(pairs[:, 1], counts)
    behind = answers[answer] - answers
    possible = np.flatnonzero((answers > 0) & (behind <= _SURE * np.sqrt(answers[answer] + answers)))
    rows = state.rows
    hits = {int(each): int(counts[pairs[:, 0] == each].sum()) for each in (answer, *possible)}
    ends_of_all = [clopper_pearson(each, rows) or (0.0, 1.0) for each in hits.values()]
    value = hits[int(answer)] / rows
    lower, upper = min(low for low, _ in ends_of_all), max(high for _, high in ends_of_all)
    share: Estimate = Share(hits[int(answer)], rows) if len(hits) == 1 else Bounds(value, lower, upper)
    found: dict[str, Estimate | str] = {"accuracy": share, "weighted_recall": share}
    found["weighted_precision"] = Bounds(value**2, lower**2, upper**2)
    for name, beta in zip(("weighted_f0_5", "weighted_f1", "weighted_f2"), BETAS, strict=True):
        ends = [(1 + beta**2) * each**2 / (1 + beta**2 * each) for each in (value, lower, upper)]
        found[name] = Bounds(*ends)
    return found


def _effect(state: MulticlassState) -> float | str:
    """The design effect of accuracy, with what it is itself uncertain by; 1 if each row is a record."""
    records = state.right.count
    if records == state.rows:
        return 1.0
    carry = carrying(state.right, (1, 0), (-1, 1))
    if reason := too_few(records, carry):
        return reason
    accuracy = Fraction(int(state.right.power((1, 0), 1)), state.rows)
    single = float(accuracy * (1 - accuracy)) / state.rows
    variance = records / (records - 1) * float(state.right.power((1, -accuracy), 2)) / state.rows**2
    effect = limited_effect(variance / single if single > 0 else math.inf, state.right, (0, 1))
    return effect / certainty(DEGREES * carry)


def _thin(rows: float) -> str:
    return f"A class has {rows:.1f} independent rows on average: an interval needs {LEAST_FOR_EACH}."


def _rare(rows: float) -> str:
    return f"The rarest class has {rows:.1f} independent rows: an interval needs {LEAST_OF_A_CLASS} of each."
