"""Explained rows of the baseline and of the window, brought to the same features."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some rows with their attributions.

    Attributes:
        features: Names, in the order of the columns.
        attributions: Shape (rows, features, outputs). Rows with a value that is not finite are not usable.
        values: The inputs, shape (rows, features), NaN where missing; None if only the attributions are known.
        categorical: Names of the features whose values are codes of categories.
    """

    features: tuple[str, ...]
    attributions: Floats
    values: Floats | None = None
    categorical: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        return int(self.attributions.shape[0])

    @property
    def outputs(self) -> int:
        return int(self.attributions.shape[2])

    def check(self, where: str) -> None:
        """Raises: InvalidInputError if shapes and names do not fit together."""
        if self.attributions.ndim != 3:  # noqa: PLR2004 - rows, features, outputs
            raise InvalidInputError(
                f"the attributions have {self.attributions.ndim} dimensions",
                where=where,
                expected="rows, features and outputs",
                mend="Give attributions of one output the shape (rows, features, 1).",
            )
        if self.attributions.shape[1] != len(self.features) or len(set(self.features)) != len(self.features):
            raise InvalidInputError(
                f"{len(self.features)} feature names for {self.attributions.shape[1]} columns of attributions",
                where=where,
                expected="one name for each column, each name once",
                mend="Correct the names.",
            )
        if self.values is not None and self.values.shape != self.attributions.shape[:2]:
            raise InvalidInputError(
                f"inputs of shape {self.values.shape}, attributions of shape {self.attributions.shape}",
                where=where,
                expected="the same rows and features in both",
                mend="Explain exactly the rows whose inputs are given.",
            )

    def usable(self) -> Self:
        """Only the rows whose attributions are all finite. Infinite inputs count as missing."""
        finite = np.isfinite(self.attributions).all(axis=(1, 2))
        values = None if self.values is None else np.where(np.isfinite(self.values), self.values, np.nan)[finite]
        return type(self)(self.features, self.attributions[finite], values, self.categorical)

    def with_features(self, features: Sequence[str]) -> Self:
        """With exactly these features, in this order: one that it lacks has attributions of 0 and no values."""
        place = {name: number for number, name in enumerate(self.features)}
        attributions = np.zeros((self.rows, len(features), self.outputs))
        values = None if self.values is None else np.full((self.rows, len(features)), np.nan)
        for number, name in enumerate(features):
            if name in place:
                attributions[:, number] = self.attributions[:, place[name]]
                if values is not None and self.values is not None:
                    values[:, number] = self.values[:, place[name]]
        return type(self)(tuple(features), attributions, values, self.categorical)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Baseline and window with the same features and outputs.

    Attributes:
        unusable: Rows that were left out, of the baseline and of the window.
        new, missing: Features that only the window has, and that only the baseline has.
    """

    baseline: Sample
    window: Sample
    unusable: tuple[int, int]
    new: frozenset[str]
    missing: frozenset[str]


def aligned(baseline: Sample, window: Sample) -> Pair:
    """Both samples over the union of their features, the baseline's first.

    Raises:
        InvalidInputError: Shapes or names do not fit, or the numbers of outputs differ.
    """
    baseline.check("the baseline's attributions")
    window.check("the window's attributions")
    if baseline.outputs != window.outputs:
        raise InvalidInputError(
            f"{window.outputs} outputs are explained, {baseline.outputs} in the baseline",
            where="the window's attributions",
            expected="the same outputs as in the baseline",
            mend="Make a new baseline with the model that answers now.",
        )
    new = tuple(name for name in window.features if name not in set(baseline.features))
    union = (*baseline.features, *new)
    before, now = baseline.usable(), window.usable()
    return Pair(
        before.with_features(union),
        now.with_features(union),
        (baseline.rows - before.rows, window.rows - now.rows),
        frozenset(new),
        frozenset(baseline.features) - frozenset(window.features),
    )
