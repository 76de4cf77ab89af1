"""The counts that the metrics are functions of: two groups by label and prediction, for one entry of a facet.

    a  all other rows            0  negative
    d  the facet's group         1  positive

Each array has the group first; draws of the counts (intervals.py) have one axis more, at the end.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_bias.rules.counts import FacetCounts

type Floats = NDArray[np.float64]
type Figure = Floats | np.float64 | float
"""A number, or one for each draw."""

type Basis = Literal["labels", "predictions", "both"]
"""Which rows a metric needs: labelled ones, predicted ones, or those that have both."""

A, D = 0, 1
NEGATIVE, POSITIVE = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Counts of one entry.

    Attributes:
        labels: Rows with a label, by group and label; shape (2, 2).
        predictions: Rows with a prediction, by group and prediction; shape (2, 2).
        both: Rows with both, by group, label and prediction; shape (2, 2, 2).
        labels_by: `labels` for each stratum, in ascending order of the strata; shape (strata, 2, 2). None without a
            group variable.
        predictions_by: `predictions` for each stratum.
    """

    labels: Floats
    predictions: Floats
    both: Floats
    labels_by: Floats | None = None
    predictions_by: Floats | None = None

    @classmethod
    def of(cls, counts: FacetCounts, group: AbstractSet[str], positives: AbstractSet[str]) -> Self:
        """From the state.

        Rows without a value of the facet are not in its group, as in Clarify. Rows without a label or prediction are
        left out of what needs it; rows without a stratum of what needs that.

        Args:
            group: The facet's group: its values as the state spells them.
            positives: Positive labels and predictions.
        """
        strata = _ascending({cell[3] for cell in counts.cells} - {None})
        place: Mapping[str | None, int] = {name: number for number, name in enumerate(strata)}
        labels, predictions, both = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2, 2))
        labels_by, predictions_by = np.zeros((len(strata), 2, 2)), np.zeros((len(strata), 2, 2))
        for (value, label, prediction, stratum), rows in counts.cells.items():
            side, known, predicted = int(value in group), int(label in positives), int(prediction in positives)
            if label is not None:
                labels[side, known] += rows
                if stratum is not None:
                    labels_by[place[stratum], side, known] += rows
            if prediction is not None:
                predictions[side, predicted] += rows
                if stratum is not None:
                    predictions_by[place[stratum], side, predicted] += rows
            if label is not None and prediction is not None:
                both[side, known, predicted] += rows
        if not strata:
            return cls(labels, predictions, both)
        return cls(labels, predictions, both, labels_by, predictions_by)

    def size(self, basis: Basis) -> tuple[int, int]:
        """Rows of a and of d."""
        table = self.both.sum(axis=2) if basis == "both" else self.labels if basis == "labels" else self.predictions
        sizes = table.sum(axis=1)
        return int(sizes[A]), int(sizes[D])


def _ascending(names: AbstractSet[str | None]) -> list[str]:
    """Numbers by their value, if all are; the order in which Clarify adds the strata up."""
    texts = [name for name in names if name is not None]
    try:
        return sorted(texts, key=lambda name: (float(name), name))
    except ValueError:
        return sorted(texts)
