"""A classifier two-sample test: can a linear rule tell the window's attributions from the baseline's?

"Explanation shift" (Mougan et al., TMLR 2025, arXiv 2303.08081), with an effect of its own: the area under the ROC
curve (AUC) of rows that the rule has not seen. 0.5: no difference.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator

from driftline.domain.inference.areas import area
from driftline.domain.inference.distributions import student_tail
from driftline.kinds.model_explainability.rules.samples import Floats
from driftline.kinds.model_explainability.rules.views import standardised

FOLDS = 5
RIDGE = 0.1
"""Added to the variances of standardised columns: columns that say the same do not make the system singular."""

SHUFFLES = 199
"""From how many random labellings the deviation of the area is taken that chance alone gives."""

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Separation:
    """How well window and baseline can be told apart.

    Attributes:
        auc: Mean of the folds' areas; 0.5 if no column varies.
        interval: 95 %.
        p_value: The probability of such an area, or a larger one, if nothing has changed.
    """

    auc: float
    interval: tuple[float, float]
    p_value: float


def separate(before: Floats, now: Floats, seed: int = 0) -> Separation:
    """The cross-fitted test.

    The rule is Fisher's linear discriminant with a ridge: one linear system for each fold serves the actual labels and
    all shuffled ones, which a logistic regression, no better at telling apart, would have to be fitted to one by one.

    Areas are taken within folds, because scores of different rules do not compare. Folds share training rows, so their
    mean spreads more than independent areas would: its deviation comes from labels shuffled within folds, its p-value
    from Student's t with that deviation, and the interval (DeLong's) is widened alike.

    Args:
        before: Baseline columns, shape (rows, columns); at least 2 * FOLDS rows.
        now: The same of the window.
        seed: Of the folds and the shuffles.
    """
    before, now = standardised(before, now)
    if not before.shape[1]:
        return Separation(0.5, (0.5, 0.5), 1.0)
    generator = Generator(PCG64(seed))
    folds = [
        _Fold(before[first], now[second], generator)
        for first, second in zip(
            np.array_split(generator.permutation(len(before)), FOLDS),
            np.array_split(generator.permutation(len(now)), FOLDS),
            strict=True,
        )
    ]
    values = np.zeros(1 + SHUFFLES)
    variance = 0.0
    for fold in folds:
        scores = fold.scores([each for each in folds if each is not fold])
        levels, at = np.unique(scores[0], return_inverse=True)
        window = fold.labels[0] > 0
        found = area(
            np.bincount(at[~window], minlength=len(levels)).astype(np.float64),
            np.bincount(at[window], minlength=len(levels)).astype(np.float64),
        )
        variance += found.variance / FOLDS**2
        values += np.append(found.value, _areas(scores[1:], fold.labels[1:])) / FOLDS
    auc, shuffled = float(values[0]), values[1:]
    deviation = float(shuffled.std(ddof=1))
    by_chance = math.sqrt(sum(fold.variance for fold in folds)) / FOLDS
    spread = deviation * math.sqrt(1 + 1 / SHUFFLES)
    p_value = student_tail((auc - float(shuffled.mean())) / spread, SHUFFLES - 1) if spread > 0 else 1.0
    error = math.sqrt(variance) * max(1.0, deviation / by_chance)
    return Separation(auc, _interval(auc, error), p_value)


class _Fold:
    """Some rows of both sides, the baseline's first, with sums that training on several folds adds up.

    Attributes:
        labels: 1 for rows of the window: as they are, then shuffled; shape (1 + SHUFFLES, rows).
        variance: Of the area of a fixed rule if nothing has changed (Mann and Whitney).
    """

    def __init__(self, before: Floats, now: Floats, generator: Generator) -> None:
        self.columns = np.concatenate((before, now))
        self.before, self.now = len(before), len(now)
        label = np.repeat([0.0, 1.0], [self.before, self.now])
        self.labels = np.concatenate((label[None], generator.permuted(np.tile(label, (SHUFFLES, 1)), axis=1)))
        self.variance = (self.before + self.now + 1) / (12 * self.before * self.now)
        self.window_sums: Floats = self.labels @ self.columns
        self.sums: Floats = self.columns.sum(axis=0)
        self.products: Floats = self.columns.T @ self.columns

    def scores(self, others: "list[_Fold]") -> Floats:
        """Of its rows, by the rules that the others give for each labelling; shape (1 + SHUFFLES, rows)."""
        before, now = sum(each.before for each in others), sum(each.now for each in others)
        window_sums = np.sum([each.window_sums for each in others], axis=0)
        sums = np.sum([each.sums for each in others], axis=0)
        differences = window_sums / now - (sums - window_sums) / before
        mean = sums / (before + now)
        # The spread of all rows and the spread within the sides give the same direction, and only the first one is
        # the same for all labellings.
        spread = np.sum([each.products for each in others], axis=0) / (before + now) - np.outer(mean, mean)
        spread[np.diag_indices_from(spread)] += RIDGE
        found: Floats = (self.columns @ np.linalg.solve(spread, differences.T)).T
        return found


def _areas(scores: Floats, labels: Floats) -> Floats:
    """One for each labelling: the ranks of the window's rows. Equal scores are ranked by place, which labels ignore."""
    ordered = np.take_along_axis(labels, np.argsort(scores, axis=1), axis=1)
    positives = labels[0].sum()
    negatives = labels.shape[1] - positives
    ranks = ordered @ np.arange(1.0, labels.shape[1] + 1)
    return np.asarray((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def _interval(auc: float, error: float) -> tuple[float, float]:
    """On the scale of log(auc / (1 - auc)), where it stays inside [0, 1] (Pepe 2003, section 5.2.5)."""
    if not 0 < auc < 1 or not error > 0:
        return auc, auc
    centre, width = math.log(auc / (1 - auc)), _Z * error / (auc * (1 - auc))
    return 1 / (1 + math.exp(width - centre)), 1 / (1 + math.exp(-width - centre))
