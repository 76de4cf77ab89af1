"""The counts that the metrics are functions of: two groups by label and prediction, for one entry of a facet.

    a  all other rows            0  negative
    d  the facet's group         1  positive

Each array has the group first; draws of the counts (intervals.py) have one axis more, at the end.
"""

from collections.abc import Mapping, Sequence
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

    def size(self, basis: Basis) -> tuple[int, int]:
        """Rows of a and of d."""
        table = self.both.sum(axis=2) if basis == "both" else self.labels if basis == "labels" else self.predictions
        sizes = table.sum(axis=1)
        return int(sizes[A]), int(sizes[D])


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated:
    """A facet's counts, of which tables of many groups are made: each looks at the cells of its group alone.

    Rows without a value of the facet are in no group, but among the others, as in Clarify. Rows without a label or
    prediction are left out of what needs it; rows without a stratum of what needs that.

    Attributes:
        cells: By group: stratum, label, prediction and rows of its cells; NONE for what is missing.
        strata: Number of strata.
        total: All rows.
    """

    cells: Mapping[str | None, NDArray[np.int64]]
    strata: int
    total: "_Sums"

    @classmethod
    def of(cls, counts: FacetCounts, positives: AbstractSet[str]) -> Self:
        """From the state, and what is positive in labels and predictions."""
        strata = _ascending({cell[3] for cell in counts.cells} - {None})
        place: Mapping[str | None, int] = {None: NONE} | {name: number for number, name in enumerate(strata)}
        found: dict[str | None, list[tuple[int, int, int, int]]] = {}
        for (group, label, prediction, stratum), rows in counts.cells.items():
            outcomes = (NONE if each is None else int(each in positives) for each in (label, prediction))
            found.setdefault(group, []).append((place[stratum], *outcomes, rows))  # type: ignore[arg-type]
        cells = {group: np.array(each, dtype=np.int64) for group, each in found.items()}
        return cls(cells, len(strata), _Sums.of(list(cells.values()), len(strata)))

    def tables(self, group: AbstractSet[str]) -> Tables:
        """Of a group: its values as the state spells them."""
        members = [cells for value, cells in self.cells.items() if value in group]
        inside, total = _Sums.of(members, self.strata), self.total

        def sides(of_all: Floats, of_group: Floats, axis: int) -> Floats:
            return np.stack((of_all - of_group, of_group), axis=axis)

        by = (
            (sides(total.labels_by, inside.labels_by, 1), sides(total.predictions_by, inside.predictions_by, 1))
            if self.strata
            else (None, None)
        )
        return Tables(
            sides(total.labels, inside.labels, 0),
            sides(total.predictions, inside.predictions, 0),
            sides(total.both, inside.both, 0),
            *by,
        )


NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Rows by label, by prediction, by both, and by stratum."""

    labels: Floats
    predictions: Floats
    both: Floats
    labels_by: Floats
    predictions_by: Floats

    @classmethod
    def of(cls, parts: Sequence[NDArray[np.int64]], strata: int) -> Self:
        cells = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)
        stratum, label, prediction, rows = cells.T
        return cls(
            _summed(rows, (label, 2)),
            _summed(rows, (prediction, 2)),
            _summed(rows, (label, 2), (prediction, 2)),
            _summed(rows, (stratum, strata), (label, 2)),
            _summed(rows, (stratum, strata), (prediction, 2)),
        )


def _summed(rows: NDArray[np.int64], *axes: tuple[NDArray[np.int64], int]) -> Floats:
    """Rows by these codes; those of which one is missing are left out."""
    found = np.zeros([size for _, size in axes])
    known = np.all([codes != NONE for codes, _ in axes], axis=0)
    np.add.at(found, tuple(codes[known] for codes, _ in axes), rows[known])
    return found


def _ascending(names: AbstractSet[str | None]) -> list[str]:
    """Numbers by their value, if all are; the order in which Clarify adds the strata up."""
    texts = [name for name in names if name is not None]
    try:
        return sorted(texts, key=lambda name: (float(name), name))
    except ValueError:
        return sorted(texts)
