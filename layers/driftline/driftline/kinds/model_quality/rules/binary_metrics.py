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
from numpy.typing import NDArray

from driftline.domain.profiles.moments import Moments
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules import bootstrap, curves, intervals
from driftline.kinds.model_quality.rules.binary_state import NOT_POSITIVE, BinaryState
from driftline.kinds.model_quality.rules.intervals import Interval
from driftline.kinds.model_quality.rules.probability_errors import ProbabilityErrors
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.samples import PARTS, standard_deviation
from driftline.kinds.model_quality.rules.score_counts import EXACT, LIMIT, ScoreCounts

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


type Areas = Callable[[Floats, Floats], Floats]
type Metric = Callable[[Outcomes], tuple[float, Interval | None]]


def binary_quality(state: BinaryState) -> Quality:
    outcomes = [Outcomes.of(state, part) for part in range(PARTS)]
    constants = [each.constant() for each in outcomes]

    def described(metric: Metric, parts: list[Outcomes]) -> MetricValue:
        value, interval = metric(parts[0])
        return MetricValue(value, standard_deviation(state.rows, [metric(part)[0] for part in parts[1:]]), interval)

    basic = {"recall": _recall, "precision": _precision, "accuracy": _accuracy}
    rates = {
        "true_positive_rate": _recall,
        "true_negative_rate": _true_negative_rate,
        "false_positive_rate": _false_positive_rate,
        "false_negative_rate": _false_negative_rate,
    }
    f_scores = {"f0_5": _f(0.5), "f1": _f(1.0), "f2": _f(2.0)}
    metrics = {name: described(metric, outcomes) for name, metric in basic.items()}
    metrics |= {name + _CONSTANT: described(_at_least_zero(metric), constants) for name, metric in basic.items()}
    metrics |= {name: described(metric, outcomes) for name, metric in rates.items()}
    if len(state.scores.scores):
        metrics |= {"auc": _auc(state), "au_prc": _au_prc(state)}
    metrics |= {name: described(metric, outcomes) for name, metric in f_scores.items()}
    metrics |= {name + _CONSTANT: described(_at_least_zero(metric), constants) for name, metric in f_scores.items()}
    negative, positive = state.scores.counts[0].astype(np.float64)
    return Quality(
        state.problem,
        state.rows,
        metrics,
        _extras(state.scores, state.errors) if len(negative) else {},
        state.named().matrix(),
        curves.curves(negative, positive) if len(negative) else None,
        tuple(_notes(state, outcomes[0])),
    )


def _share(successes: int, trials: int) -> tuple[float, Interval | None]:
    return (successes / trials if trials else math.nan), intervals.wilson(successes, trials)


def _recall(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.tp, o.tp + o.fn)


def _precision(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.tp, o.tp + o.fp)


def _accuracy(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.tp + o.tn, o.rows)


def _true_negative_rate(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.tn, o.tn + o.fp)


def _false_positive_rate(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.fp, o.tn + o.fp)


def _false_negative_rate(o: Outcomes) -> tuple[float, Interval | None]:
    return _share(o.fn, o.tp + o.fn)


def _f(beta: float) -> Metric:
    def metric(o: Outcomes) -> tuple[float, Interval | None]:
        hits = (1 + beta * beta) * o.tp
        total = hits + beta * beta * o.fn + o.fp
        return (hits / total if total else math.nan), intervals.f_score(o.tp, o.fp, o.fn, beta)

    return metric


def _at_least_zero(metric: Metric) -> Metric:
    """0 instead of undefined where the constant answer is the negative label. Its recall is 0 or 1, without doubt."""

    def constant(o: Outcomes) -> tuple[float, Interval | None]:
        value, interval = metric(o)
        if o.rows and metric is not _accuracy and not o.tp + o.fp:
            return 0.0, (0.0, 0.0)
        return value, (value, value) if metric is _recall and interval else interval

    return constant


def _auc(state: BinaryState) -> MetricValue:
    parts = state.scores.counts.astype(np.float64)
    values = [curves.roc_area(negative, positive) for negative, positive in parts]
    return MetricValue(values[0], standard_deviation(state.rows, values[1:]), intervals.auc(*parts[0]))


def _au_prc(state: BinaryState) -> MetricValue:
    parts = state.scores.counts.astype(np.float64)
    values = [curves.pr_area(negative, positive) for negative, positive in parts]
    return MetricValue(
        values[0], standard_deviation(state.rows, values[1:]), _bootstrapped(state.scores, curves.pr_areas, values[0])
    )


def _average_precision(scores: ScoreCounts) -> MetricValue:
    negative, positive = scores.counts[0].astype(np.float64)
    value = float(curves.average_precisions(negative[None, :], positive[None, :])[0])
    return MetricValue(value, interval=_bootstrapped(scores, curves.average_precisions, value))


def _bootstrapped(scores: ScoreCounts, areas: Areas, value: float) -> Interval | None:
    """Percentile bootstrap, on at most a thousand groups of scores; shifted by what the grouping changes."""
    negative, positive = curves.grouped(*scores.counts[0].astype(np.float64))
    if not positive.sum():
        return None
    cells, groups = np.concatenate((negative, positive)).astype(np.int64), len(negative)

    def metric(drawn: NDArray[np.int64]) -> Floats:
        counts = drawn.astype(np.float64)
        return areas(counts[:, :groups], counts[:, groups:])[:, None]

    found = bootstrap.percentile(cells, metric)
    if found is None:
        return None
    shift = value - float(areas(negative[None, :], positive[None, :])[0])
    lower, upper = float(found[0][0]) + shift, float(found[1][0]) + shift
    return max(0.0, lower), min(1.0, upper)


def _extras(scores: ScoreCounts, errors: ProbabilityErrors) -> dict[str, MetricValue]:
    rows = errors.loss.count
    sums = np.array([each.sum for each in errors.bins])
    squares = np.array([each.squares[0] for each in errors.bins])
    deviations = np.sqrt(np.maximum(0.0, squares - sums * sums / rows)) / rows
    return {
        "average_precision": _average_precision(scores),
        "log_loss": _mean(errors.loss),
        "brier_score": _mean(errors.squared),
        "expected_calibration_error": MetricValue(
            float(np.abs(sums).sum()) / rows, interval=bootstrap.absolute_sum(sums / rows, deviations)
        ),
    }


def _mean(moments: Moments) -> MetricValue:
    return MetricValue(
        moments.mean, interval=intervals.positive_mean(moments.mean, moments.m2 / moments.count, moments.count)
    )


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
