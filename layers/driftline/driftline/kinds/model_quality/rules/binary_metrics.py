"""Metrics of a binary classification, in SageMaker's order. Positive is the positive label; all else is negative.

    recall = true_positive_rate  = TP / (TP + FN)      false_negative_rate = FN / (TP + FN)
    true_negative_rate           = TN / (TN + FP)      false_positive_rate = FP / (TN + FP)
    precision = TP / (TP + FP)                         accuracy = (TP + TN) / n
    f_b       = (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP)

(A tutorial's formula for recall, TN / (TN + FN), is the negative predictive value.) A metric whose denominator is zero
is undefined: it is "NaN" in statistics.json and never a violation.

`*_best_constant_classifier`: the metrics of always answering the label that the model answered most often (on a tie
the negative one). It answers nothing positive if that is the negative label: then recall, precision and f are 0.

Driftline's own: average_precision, log_loss, brier_score, expected_calibration_error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from driftline.kinds.model_quality.rules import curves
from driftline.kinds.model_quality.rules.areas import areas
from driftline.kinds.model_quality.rules.binary_estimates import (
    ACCURACY,
    FALSE_NEGATIVE_RATE,
    FALSE_POSITIVE_RATE,
    PRECISION,
    RECALL,
    TRUE_NEGATIVE_RATE,
    constant_estimates,
    f_share,
    share,
)
from driftline.kinds.model_quality.rules.binary_state import NOT_POSITIVE, BinaryState
from driftline.kinds.model_quality.rules.estimates import Estimate
from driftline.kinds.model_quality.rules.probability_metrics import probability_metrics
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.samples import PARTS, standard_deviation
from driftline.kinds.model_quality.rules.score_counts import EXACT, LIMIT

_CONSTANT = "_best_constant_classifier"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Rows by actual and predicted label."""

    tp: int
    fp: int
    fn: int
    tn: int

    @classmethod
    def of(cls, state: BinaryState, part: int) -> Self:
        sums = {(a, p): 0 for a in (True, False) for p in (True, False)}
        for (actual, predicted), rows in state.confusion.counts(part).items():
            sums[actual == state.positive_label, predicted == state.positive_label] += rows
        return cls(sums[True, True], sums[False, True], sums[True, False], sums[False, False])

    @property
    def rows(self) -> int:
        return self.tp + self.fp + self.fn + self.tn

    def constant(self) -> Self:
        """What always answering the most frequent answer would give."""
        positives, negatives = self.tp + self.fn, self.fp + self.tn
        if self.tp + self.fp > self.fn + self.tn:
            return type(self)(positives, negatives, 0, 0)
        return type(self)(0, 0, positives, negatives)


type Metric = Callable[[Outcomes], float]


def binary_quality(state: BinaryState) -> Quality:
    outcomes = [Outcomes.of(state, part) for part in range(PARTS)]
    constants = [each.constant() for each in outcomes]
    whole = outcomes[0]

    def described(metric: Metric, parts: list[Outcomes], found: Estimate | str) -> MetricValue:
        values = [metric(part) for part in parts]
        return MetricValue.of(values[0], found, standard_deviation(state.rows, values[1:]))

    basic = {"recall": (_recall, RECALL), "precision": (_precision, PRECISION), "accuracy": (_accuracy, ACCURACY)}
    rates = {
        "true_positive_rate": (_recall, RECALL),
        "true_negative_rate": (_true_negative_rate, TRUE_NEGATIVE_RATE),
        "false_positive_rate": (_false_positive_rate, FALSE_POSITIVE_RATE),
        "false_negative_rate": (_false_negative_rate, FALSE_NEGATIVE_RATE),
    }
    betas = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}
    shares = {name: described(metric, outcomes, share(state, ratio)) for name, (metric, ratio) in basic.items()}
    of_constant = constant_estimates(state, betas)
    metrics = shares | {
        name + _CONSTANT: described(_at_least_zero(metric), constants, of_constant[name])
        for name, (metric, _) in basic.items()
    }
    metrics |= {name: described(metric, outcomes, share(state, ratio)) for name, (metric, ratio) in rates.items()}
    if len(state.scores.scores):
        metrics |= areas(state)
    counts = whole.tp, whole.fp, whole.fn
    metrics |= {name: described(_f(b), outcomes, f_share(state, counts, b)) for name, b in betas.items()}
    metrics |= {
        name + _CONSTANT: described(_at_least_zero(_f(b)), constants, of_constant[name]) for name, b in betas.items()
    }
    negative, positive = state.scores.counts[0].astype(np.float64)
    return Quality(
        state.problem,
        state.rows,
        metrics,
        probability_metrics(state) if len(negative) else {},
        state.named().matrix(),
        curves.curves(negative, positive) if len(negative) else None,
        tuple(_notes(state, whole)),
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _recall(o: Outcomes) -> float:
    return _ratio(o.tp, o.tp + o.fn)


def _precision(o: Outcomes) -> float:
    return _ratio(o.tp, o.tp + o.fp)


def _accuracy(o: Outcomes) -> float:
    return _ratio(o.tp + o.tn, o.rows)


def _true_negative_rate(o: Outcomes) -> float:
    return _ratio(o.tn, o.tn + o.fp)


def _false_positive_rate(o: Outcomes) -> float:
    return _ratio(o.fp, o.tn + o.fp)


def _false_negative_rate(o: Outcomes) -> float:
    return _ratio(o.fn, o.tp + o.fn)


def _f(beta: float) -> Metric:
    def metric(o: Outcomes) -> float:
        hits = (1 + beta * beta) * o.tp
        total = hits + beta * beta * o.fn + o.fp
        return hits / total if total else math.nan

    return metric


def _at_least_zero(metric: Metric) -> Metric:
    """0 instead of undefined where the constant answer is the negative label."""

    def constant(o: Outcomes) -> float:
        return 0.0 if o.rows and metric is not _accuracy and not o.tp + o.fp else metric(o)

    return constant


def _notes(state: BinaryState, outcomes: Outcomes) -> list[str]:
    notes = []
    others = [label for label in state.confusion.labels() if label not in {state.positive_label, NOT_POSITIVE}]
    if len(others) > 1:
        names = ", ".join(map(repr, others))
        notes.append(f"{names} are all counted as negative; {state.positive_label!r} as positive.")
    if state.rows and not outcomes.tp + outcomes.fn:
        notes.append(f"No row has the ground truth {state.positive_label!r}: recall, auc and au_prc are undefined.")
    if state.rows and not outcomes.fp + outcomes.tn:
        notes.append(
            f"Every row has the ground truth {state.positive_label!r}: rates of negatives and auc are undefined."
        )
    if state.rows and not outcomes.tp + outcomes.fp:
        notes.append(f"No row is predicted {state.positive_label!r}: precision is undefined.")
    if state.scores.level != EXACT:
        notes.append(
            f"More than {LIMIT} distinct scores: counted in steps of 2^-{state.scores.level}; auc is off by at most "
            f"{state.scores.auc_error:.1e}."
        )
    return notes
