"""Has the model behind a surrogate changed? Its answers no longer fit, or the window's explanations are farther from
the baseline's than two fits on halves of the baseline are from each other."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.boosting import Growth
from driftline.domain.explanations.surrogate import (
    FOLDS,
    Answered,
    CrossFit,
    Fidelity,
    Scale,
    cross_fit,
    explanation_distance,
    fidelity,
    fit,
    scaled,
)
from driftline.domain.explanations.trees.tree_shap import tree_shap

type Floats = NDArray[np.float64]

SPLITS = 3
"""How often the baseline is halved."""

EXPLAINED = 300
"""Rows of either side that all fits explain."""

FARTHER = 1.5
"""How many times the largest distance of two halves the smallest distance to the window must be."""

type Outcome = Literal["model_changed", "explanations_changed", "unchanged", "no_verdict"]


@dataclass(frozen=True, slots=True)
class SurrogateChange:
    """The comparison of a window with its baseline.

    Attributes:
        outcome: `no_verdict`: the surrogate of the baseline was never faithful enough, or nothing of the window can be
            fitted well enough while the baseline's surrogate still answers it. `model_changed`: the baseline's
            surrogate was faithful, and does not answer the window any more: the model has changed, or it is asked
            where the baseline has no rows.
        baseline, window: Cross-fitted fidelity of each.
        carried: Fidelity of the baseline's surrogate on the window.
        distances: Of the window's explanations to those of halves of the baseline; empty without a verdict.
        null: Distances of the halves to each other.
        features: By feature: distance to the window, and between halves; means over the splits.
    """

    outcome: Outcome
    scale: Scale
    baseline: Fidelity
    window: Fidelity
    carried: Fidelity
    distances: tuple[float, ...] = ()
    null: tuple[float, ...] = ()
    features: tuple[tuple[str, float, float], ...] = ()


def compare(
    baseline: Answered,
    window: Answered,
    scale: Scale,
    seed: int = 0,
    growth: Growth | None = None,
    now: CrossFit | None = None,
) -> SurrogateChange:
    """Fits on the baseline and on the window, compared on the same rows of both.

    All fits that are compared have equally many rows, because fits on few rows differ more. It costs
    2 * FOLDS + 1 + 3 * SPLITS fits.

    Args:
        now: The cross-fit of the window, if it is there already.

    Raises:
        InvalidInputError: Other features or numbers of outputs, or too few rows to fit.
    """
    _check(baseline, window)
    before, now = cross_fit(baseline, scale, seed, growth), now or cross_fit(window, scale, seed, growth)
    margins = fit(baseline, scale, growth).predict_margin(window.rows)
    carried = fidelity(margins, scaled(window.answers, scale))
    outcome: Outcome = "no_verdict"
    if before.fidelity.enough and not carried.enough:
        outcome = "model_changed"
    if not before.fidelity.enough or not now.fidelity.enough:
        return SurrogateChange(outcome, scale, before.fidelity, now.fidelity, carried)
    distances, null, features = _distances(baseline, window, scale, seed, growth)
    if outcome != "model_changed":
        outcome = "explanations_changed" if min(distances) > FARTHER * max(null) else "unchanged"
    return SurrogateChange(
        outcome, scale, before.fidelity, now.fidelity, carried, tuple(distances), tuple(null), features
    )


def _distances(
    baseline: Answered, window: Answered, scale: Scale, seed: int, growth: Growth | None
) -> tuple[list[float], list[float], tuple[tuple[str, float, float], ...]]:
    generator = Generator(PCG64(seed))
    rows = _explained(baseline, window, generator)
    size = min(len(baseline) // 2, len(window))
    to_window, between = [], []
    apart = np.zeros((2, len(baseline.features)))
    for _ in range(SPLITS):
        order = generator.permutation(len(baseline))
        parts = (
            baseline.chosen(order[:size]),
            baseline.chosen(order[size : 2 * size]),
            window.chosen(generator.permutation(len(window))[:size]),
        )
        first, second, current = (tree_shap(fit(part, scale, growth), rows).values for part in parts)
        between.append(explanation_distance(first, second))
        to_window.append(explanation_distance(first, current))
        apart += np.abs([first - current, first - second]).mean(axis=(1, 3)) / SPLITS
    features = tuple((name, float(a), float(b)) for name, a, b in zip(baseline.features, *apart, strict=True))
    return to_window, between, features


def _explained(baseline: Answered, window: Answered, generator: Generator) -> Floats:
    sides = [each.rows[generator.permutation(len(each))[:EXPLAINED]] for each in (baseline, window)]
    return np.concatenate(sides)


def _check(baseline: Answered, window: Answered) -> None:
    if baseline.features != window.features or baseline.answers.shape[1] != window.answers.shape[1]:
        raise InvalidInputError(
            f"{len(window.features)} features and {window.answers.shape[1]} outputs, "
            f"{len(baseline.features)} and {baseline.answers.shape[1]} in the baseline, or other names",
            where="the window's inputs and answers",
            expected="the same features, in the same order, and as many outputs",
            mend="Make a new baseline with the model that answers now.",
        )
    if min(len(baseline) // 2, len(window)) < 2 * FOLDS:
        raise InvalidInputError(
            f"{len(window)} rows, {len(baseline)} in the baseline",
            where="the window's inputs and answers",
            expected=f"at least {2 * FOLDS} in the window and {4 * FOLDS} in the baseline",
            mend="Widen the window.",
        )
