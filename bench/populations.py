"""Populations whose metrics are known exactly, and samples of them: what the coverage of intervals is measured on.

In a sample of records, each row is its record's with a probability of 60 %, and its own otherwise: rows of a record
have a correlation of 0.36, and the population stays as it is.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from driftline.kinds.model_quality.rules import curves
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.multiclass_values import METRICS, metric_values
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, Codes, MulticlassRows, RegressionRows
from driftline.kinds.model_quality.rules.state import State

type Floats = NDArray[np.float64]
type Draw = Callable[[Generator, int], Floats]

RECORD = 20
"""Rows of a record."""

_SHARED = 0.6
_CONSTANT = "_best_constant_classifier"
_NORMAL = NormalDist()
_STEPS = 400
_WHOLE = 10**12
"""Population counts, where a metric is computed from whole numbers."""


@dataclass(frozen=True, slots=True)
class Population:
    """Rows of a model.

    Attributes:
        truths: Each metric of the whole population.
        draw: Some rows of it, in one column or several of shape (rows,) each.
        state: The state of drawn rows.
    """

    name: str
    truths: Mapping[str, float]
    draw: Callable[[Generator, int], tuple[NDArray[np.generic], ...]]
    state: Callable[[tuple[NDArray[np.generic], ...], NDArray[np.uint64], Codes | None], State]

    def sample(self, generator: Generator, rows: int, *, grouped: bool) -> State:
        drawn, records = self.draw(generator, rows), None
        if grouped:
            records = np.arange(rows) // RECORD
            shared = self.draw(generator, int(records[-1]) + 1)
            copied = generator.random(rows) < _SHARED
            drawn = tuple(np.where(copied, theirs[records], own) for own, theirs in zip(drawn, shared, strict=True))
        return self.state(drawn, generator.integers(0, 2**64, rows, dtype=np.uint64), records)


def populations(*, every: bool) -> Iterator[Population]:
    """`every`: also those that make little difference."""
    yield from map(_regression, _ERRORS)
    for share, distance in ((0.5, 1.5), (0.1, 2.0), (0.01, 3.0)):
        yield _binary(share, distance)
    if every:
        yield from (_binary(share, distance) for share in (0.5, 0.1, 0.01) for distance in (1.0, 3.5))
    for classes, right in ((3, 0.6), (10, 0.85), (100, 0.6)):
        yield _multiclass(classes, right, even=True)
    yield _multiclass(10, 0.99, even=False)
    if every:
        yield from (_multiclass(classes, 0.8, even=False) for classes in (3, 10, 100))


_ERRORS: Mapping[str, tuple[Draw, Mapping[str, float]]] = {
    "normal errors": (
        lambda g, n: g.standard_normal(n),
        {"mean": 0.0, "mae": math.sqrt(2 / math.pi), "mse": 1.0, "median": _NORMAL.inv_cdf(0.75)},
    ),
    "lognormal errors, 1": (
        lambda g, n: np.exp(g.standard_normal(n)),
        {"mean": math.exp(0.5), "mae": math.exp(0.5), "mse": math.exp(2), "median": 1.0},
    ),
    "lognormal errors, 1.5": (
        lambda g, n: np.exp(1.5 * g.standard_normal(n)),
        {"mean": math.exp(1.125), "mae": math.exp(1.125), "mse": math.exp(4.5), "median": 1.0},
    ),
    "t3 errors": (
        lambda g, n: g.standard_t(3, n),
        {"mean": 0.0, "mae": 2 * math.sqrt(3) / math.pi, "mse": 3.0, "median": 0.7648923284},
    ),
}
_SPREAD = 0.25
"""Of the logarithm of the ground truth, whose median is 10."""


def _regression(name: str) -> Population:
    """Errors do not depend on the ground truth, so E|e / y| is E|e| E[1 / y]."""
    law, known = _ERRORS[name]
    variance = 100 * math.exp(_SPREAD**2) * (math.exp(_SPREAD**2) - 1)
    truths = {
        "mae": known["mae"],
        "mse": known["mse"],
        "rmse": math.sqrt(known["mse"]),
        "r2": 1 - known["mse"] / variance,
        "mean_error": known["mean"],
        "mean_absolute_percentage_error": known["mae"] / 10 * math.exp(_SPREAD**2 / 2),
        "median_absolute_error": known["median"],
    }

    def draw(generator: Generator, rows: int) -> tuple[Floats, Floats]:
        return law(generator, rows), 10 * np.exp(_SPREAD * generator.standard_normal(rows))

    def state(drawn: tuple[NDArray[np.generic], ...], ids: NDArray[np.uint64], records: Codes | None) -> State:
        error, actual = (each.astype(np.float64) for each in drawn)
        return RegressionState.of(RegressionRows(actual + error, actual, ids, records))

    return Population(name, truths, draw, state)


def _binary(share: float, distance: float) -> Population:
    """Scores of positives are normal, `distance` standard deviations above those of negatives, in steps.

    Probabilities are 20 % too extreme in log odds. As many rows are called positive as there are positives.
    """
    edges = np.linspace(-4.0, 4.0 + distance, _STEPS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.array([[_NORMAL.cdf(edge - mean) for edge in edges] for mean in (0.0, distance)])
    below[:, 0], below[:, -1] = 0.0, 1.0
    negative, positive = np.diff(below[0]) * (1 - share), np.diff(below[1]) * share
    odds = math.log(share / (1 - share)) + distance * middles - distance**2 / 2
    probability = 1 / (1 + np.exp(-1.2 * odds))
    called = np.cumsum((negative + positive)[::-1])[::-1] <= share + 1e-9
    tp, fp = float(positive[called].sum()), float(negative[called].sum())
    truths = _rates(tp, fp, share - tp, 1 - share - fp) | _of_constant(tp + fp, share)
    loss = -(positive @ np.log(probability) + negative @ np.log(1 - probability))
    gaps = np.bincount(
        np.minimum((probability * 10).astype(int), 9), positive - (positive + negative) * probability, minlength=10
    )
    truths |= {
        "auc": curves.roc_area(negative * _WHOLE, positive * _WHOLE),
        "au_prc": _above_nothing(curves.pr_areas, negative, positive),
        "average_precision": _above_nothing(curves.average_precisions, negative, positive),
        "log_loss": float(loss),
        "brier_score": float(positive @ (1 - probability) ** 2 + negative @ probability**2),
        "expected_calibration_error": float(np.abs(gaps).sum()),
    }
    cells = np.cumsum(np.concatenate((negative, positive)))

    def draw(generator: Generator, rows: int) -> tuple[NDArray[np.int64]]:
        return (np.minimum(np.searchsorted(cells, generator.random(rows)), len(cells) - 1),)

    def state(drawn: tuple[NDArray[np.generic], ...], ids: NDArray[np.uint64], records: Codes | None) -> State:
        cell = drawn[0].astype(np.int64)
        step, actual = cell % _STEPS, cell // _STEPS
        names = ("0", "1")
        predicted = Classes(called[step].astype(np.int64), names)
        return BinaryState.of(BinaryRows(Classes(actual, names), ids, predicted, probability[step], records), "1")

    return Population(f"{share:.0%} positives, {distance:g} apart", truths, draw, state)


def _above_nothing(area: Callable[[Floats, Floats], Floats], negative: Floats, positive: Floats) -> float:
    """Of shares as large counts: the curve's points do not count less than one row as none."""
    return float(area(negative[None, :] * _WHOLE, positive[None, :] * _WHOLE)[0])


def _rates(tp: float, fp: float, fn: float, tn: float) -> dict[str, float]:
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    found = {"recall": recall, "precision": tp / (tp + fp), "accuracy": tp + tn, "true_positive_rate": recall}
    found |= {"true_negative_rate": specificity, "false_positive_rate": 1 - specificity}
    found |= {"false_negative_rate": 1 - recall}
    return found | {
        name: (1 + b * b) * tp / ((1 + b * b) * tp + b * b * fn + fp)
        for name, b in (("f0_5", 0.5), ("f1", 1.0), ("f2", 2.0))
    }


def _of_constant(answered: float, share: float) -> dict[str, float]:
    rates = _rates(share, 1 - share, 0.0, 0.0) if answered > 0.5 else dict.fromkeys(("recall", "precision"), 0.0)
    rates |= {} if answered > 0.5 else {"accuracy": 1 - share, "f0_5": 0.0, "f1": 0.0, "f2": 0.0}
    return {name + _CONSTANT: rates[name] for name in ("recall", "precision", "accuracy", "f0_5", "f1", "f2")}


def _multiclass(classes: int, right: float, *, even: bool) -> Population:
    """Wrong answers go to the next two classes, two to one; uneven classes have shares of 1, 1/2, 1/3 and so on."""
    shares = np.ones(classes) if even else 1 / np.arange(1, classes + 1)
    joint = np.diag(shares / shares.sum() * right)
    for step, part in ((1, 2 / 3), (2, 1 / 3)):
        joint[np.arange(classes), (np.arange(classes) + step) % classes] += shares / shares.sum() * (1 - right) * part
    counts = np.round(joint.ravel() * _WHOLE).astype(np.int64)[None, :]
    pairs = np.stack(np.divmod(np.arange(classes**2), classes), axis=1)
    values = metric_values(counts, pairs, classes)[0]
    answer = int(joint.sum(axis=0).argmax())
    of_constant = metric_values(counts, np.stack((pairs[:, 0], np.full(len(pairs), answer)), axis=1), classes)[0]
    truths = dict(zip(METRICS, values.tolist(), strict=True))
    truths |= {name + _CONSTANT: value for name, value in zip(METRICS[:6], of_constant.tolist(), strict=False)}
    labels, cells = tuple(f"{place:03}" for place in range(classes)), np.cumsum(joint.ravel())

    def draw(generator: Generator, rows: int) -> tuple[NDArray[np.int64]]:
        return (np.minimum(np.searchsorted(cells, generator.random(rows)), len(cells) - 1),)

    def state(drawn: tuple[NDArray[np.generic], ...], ids: NDArray[np.uint64], records: Codes | None) -> State:
        actual, predicted = np.divmod(drawn[0].astype(np.int64), classes)
        return MulticlassState.of(MulticlassRows(Classes(predicted, labels), Classes(actual, labels), ids, records))

    return Population(f"{classes} classes, {right:.0%} right{'' if even else ', uneven'}", truths, draw, state)
