"""A model of a model: boosted trees fitted to inputs and answers of a model that is not at hand.

Its explanations are only as good as its fidelity, so every figure comes with it, and below FIDELITY there is none.
Two fits to different rows of the same model differ, too: how far, two fits on halves of the baseline show.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.boosting import RULES, Growth, boost
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.planting import Ensemble, planted
from driftline.domain.explanations.trees.tree_shap import tree_shap

type Floats = NDArray[np.float64]
type Scale = Literal["answers", "log-odds"]

FIDELITY = 0.9
"""The smallest R² with which a surrogate may speak for its model."""

FOLDS = 3
"""Each row is answered by a fit that has not seen it."""


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Inputs and answers of a model.

    Attributes:
        features: Names.
        rows: Shape (rows, features), NaN where missing.
        answers: Shape (rows, outputs).
        categorical: Names of the features whose values are codes of categories, whole numbers from 0.
    """

    features: tuple[str, ...]
    rows: Floats
    answers: Floats
    categorical: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.answers)

    def chosen(self, places: NDArray[np.intp]) -> "Answered":
        return Answered(self.features, self.rows[places], self.answers[places], self.categorical)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well a surrogate answers rows that it has not seen, one figure for each output.

    Attributes:
        r2: Share of the answers' variance that it explains, on the scale that it was fitted on; 1 for constant answers
            that it hits, otherwise minus infinity.
        rank_correlation: Spearman's, of its answers and the model's; NaN if one side is constant.
    """

    r2: tuple[float, ...]
    rank_correlation: tuple[float, ...]
    rows: int

    @property
    def enough(self) -> bool:
        return min(self.r2) >= FIDELITY


def scale_of(answers: Floats) -> Scale:
    """Answers that all lie strictly between 0 and 1 are taken for probabilities, and fitted as log-odds."""
    return "log-odds" if answers.size and bool(((answers > 0) & (answers < 1)).all()) else "answers"


def fit(data: Answered, scale: Scale, growth: Growth | None = None) -> Forest:
    """One ensemble for each output, in one forest; the margin is on the given scale.

    Raises:
        InvalidInputError: As `boost`; or log-odds of an answer that is not between 0 and 1.
    """
    targets = scaled(data.answers, scale)
    categorical = _places(data)
    base, trees = [], []
    for output in range(targets.shape[1]):
        mean, grown = boost(data.rows, targets[:, output], categorical, growth, output)
        base.append(mean)
        trees += grown
    link = Link.LOGIT if scale == "log-odds" else Link.IDENTITY
    return planted(Ensemble(np.array(base), RULES, link, 1.0, data.features), trees)


@dataclass(frozen=True, slots=True, eq=False)
class CrossFit:
    """Fits on all rows but a fold's.

    Attributes:
        folds: Rows of each fold.
        forests: The fit that has not seen them.
        fidelity: Of their answers.
    """

    folds: Sequence[NDArray[np.intp]]
    forests: Sequence[Forest]
    fidelity: Fidelity

    def attributions(self, data: Answered) -> Floats:
        """Of each row, by the fit that has not seen it; shape (rows, features, outputs)."""
        found = np.zeros((*data.rows.shape, data.answers.shape[1]))
        for places, forest in zip(self.folds, self.forests, strict=True):
            found[places] = tree_shap(forest, data.rows[places]).values
        return found


def cross_fit(data: Answered, scale: Scale, seed: int = 0, growth: Growth | None = None) -> CrossFit:
    """Fits for every fold.

    Raises:
        InvalidInputError: As `fit`; or fewer rows than two for each fold.
    """
    if len(data) < 2 * FOLDS:
        raise InvalidInputError(
            f"{len(data)} answered rows",
            where="the surrogate's data",
            expected=f"at least {2 * FOLDS}",
            mend="Widen the window.",
        )
    folds = np.array_split(Generator(PCG64(seed)).permutation(len(data)), FOLDS)
    forests, margins = [], np.zeros_like(data.answers)
    for number, places in enumerate(folds):
        others = np.concatenate([each for other, each in enumerate(folds) if other != number])
        forests.append(fit(data.chosen(others), scale, growth))
        margins[places] = forests[-1].predict_margin(data.rows[places])
    return CrossFit(folds, forests, fidelity(margins, scaled(data.answers, scale)))


def fidelity(margins: Floats, targets: Floats) -> Fidelity:
    """Both of shape (rows, outputs), on the scale of the fit."""
    outputs = range(targets.shape[1])
    return Fidelity(
        tuple(_r2(margins[:, each], targets[:, each]) for each in outputs),
        tuple(_rank_correlation(margins[:, each], targets[:, each]) for each in outputs),
        len(targets),
    )


def scaled(answers: Floats, scale: Scale) -> Floats:
    """Raises: InvalidInputError for log-odds of an answer that is not between 0 and 1."""
    if scale == "answers":
        return answers
    if scale_of(answers) != "log-odds":
        raise InvalidInputError(
            "an answer that is not between 0 and 1",
            where="the surrogate's data",
            expected="probabilities, as in the baseline",
            mend="If the model answers other numbers now, make a new baseline.",
        )
    return np.log(answers) - np.log1p(-answers)


def explanation_distance(first: Floats, second: Floats) -> float:
    """How far two explanations of the same rows are apart, 0 to 2: the mean |difference| over their mean size.

    A factor, a sign and a feature that no longer counts are all seen. 0 if both are 0 everywhere.
    """
    size = (np.abs(first).sum() + np.abs(second).sum()) / 2
    return float(np.abs(first - second).sum() / size) if size > 0 else 0.0


def _places(data: Answered) -> Collection[int]:
    return {place for place, name in enumerate(data.features) if name in data.categorical}


def _r2(margins: Floats, targets: Floats) -> float:
    spread = float(((targets - targets.mean()) ** 2).sum())
    missed = float(((targets - margins) ** 2).sum())
    if spread > 1e-24 * float((targets**2).sum()):
        return 1.0 - missed / spread
    return 1.0 if missed <= 1e-18 * max(1.0, float((targets**2).sum())) else -np.inf


def _rank_correlation(first: Floats, second: Floats) -> float:
    ranks = [_ranks(each) for each in (first, second)]
    a, b = (each - each.mean() for each in ranks)
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else float("nan")


def _ranks(values: Floats) -> Floats:
    """Equal values share their mean rank."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Floats = (ends - (counts - 1) / 2)[at]
    return ranks
