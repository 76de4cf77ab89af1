"""Global values: the attributions of many rows as one number for each feature and output.

Clarify's `agg_method`: `mean_abs` (its default), the mean of |φ|; `median`, the median of φ; `mean_sq`, the mean of φ².
The means merge, the median needs the rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Floats = NDArray[np.float64]


class Aggregation(StrEnum):
    MEAN_ABS = "mean_abs"
    MEDIAN = "median"
    MEAN_SQ = "mean_sq"

    @property
    def merges(self) -> bool:
        """Whether `AttributionSums` have it."""
        return self is not Aggregation.MEDIAN


@dataclass(frozen=True, slots=True, eq=False)
class AttributionSums:
    """Sums over rows: `of(a).merge(of(b))` is `of(a and b)`, up to the rounding of sums.

    Attributes:
        rows: Number of rows.
        absolute, squares, plain: Sums of |φ|, φ² and φ, shape (features, outputs).
    """

    rows: int
    absolute: Floats
    squares: Floats
    plain: Floats

    @classmethod
    def of(cls, attributions: Floats) -> Self:
        """Of attributions of shape (rows, features, outputs)."""
        return cls(
            len(attributions),
            np.abs(attributions).sum(axis=0),
            np.square(attributions).sum(axis=0),
            attributions.sum(axis=0),
        )

    def merge(self, other: Self) -> Self:
        """With the sums of other rows.

        Raises:
            InvalidInputError: other features or outputs.
        """
        if self.absolute.shape != other.absolute.shape:
            raise InvalidInputError(
                f"attributions of shape {other.absolute.shape} after those of {self.absolute.shape}",
                expected="the same features and outputs",
                mend="Explain all rows with the same model and features_to_explain.",
            )
        return type(self)(
            self.rows + other.rows,
            self.absolute + other.absolute,
            self.squares + other.squares,
            self.plain + other.plain,
        )

    def values(self, method: Aggregation) -> Floats:
        """Global values, shape (features, outputs).

        Raises:
            InvalidInputError: no row, or a method that does not merge.
        """
        _check_rows(self.rows)
        match method:
            case Aggregation.MEAN_ABS:
                return self.absolute / self.rows
            case Aggregation.MEAN_SQ:
                return self.squares / self.rows
        raise InvalidInputError(
            "the median does not follow from sums", where="agg_method", expected="mean_abs or mean_sq", mend=""
        )

    @property
    def means(self) -> Floats:
        """The mean contribution with its sign, shape (features, outputs).

        Raises:
            InvalidInputError: no row.
        """
        _check_rows(self.rows)
        return self.plain / self.rows


def global_values(attributions: Floats, method: Aggregation = Aggregation.MEAN_ABS) -> Floats:
    """Global values, shape (features, outputs), of attributions of shape (rows, features, outputs).

    Raises:
        InvalidInputError: no row.
    """
    if method.merges:
        return AttributionSums.of(attributions).values(method)
    _check_rows(len(attributions))
    found: Floats = np.median(attributions, axis=0)
    return found


def top_features(values: Floats, most: int) -> tuple[int, ...]:
    """Places of the features with the largest global values, the largest first; equal ones in the order of features.

    Args:
        values: Shape (features, outputs). The mean magnitude over the outputs counts.
    """
    magnitudes = np.abs(values).mean(axis=1)
    return tuple(int(place) for place in np.argsort(-magnitudes, kind="stable")[:most])


def _check_rows(rows: int) -> None:
    if not rows:
        raise InvalidInputError(
            "no row has attributions", expected="at least one explained row", mend="Explain some rows first."
        )
