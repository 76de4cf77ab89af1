"""Baseline rows chosen from the data, where none are given: the centres of its clusters.

SageMaker Clarify uses k-means, or k-prototypes where there are categories, with 1 to 12 clusters; its details are not
published. Here: numbers are standardised; the centre of a cluster has their means and the most frequent category of
each categorical feature. The distance of a row to a centre is the squared distance of its numbers, plus WEIGHT for
each category that differs (Huang, "Extensions to the k-Means Algorithm for Clustering Large Data Sets with Categorical
Values", 1998). First centres are drawn by k-means++ (Arthur and Vassilvitskii, SODA 2007) from a seeded stream.

Without `num_clusters` it is the smallest number of clusters, up to 12, to which another one would add less than 5 % of
the spread of all rows (the cost with one cluster).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells, Floats, matrix
from driftline.domain.explanations.column_types import ColumnType, column_types, is_missing

MOST_CLUSTERS = 12
MOST_ROWS = 5_000
"""Rows that are clustered: of more, an even sample."""

WEIGHT = 0.5
"""Of a category that differs: Huang's advice, half the mean standard deviation of the numbers, which here is 1."""

_GAIN = 0.05
_ITERATIONS = 50
_STARTS = 3

type Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Baseline rows.

    Attributes:
        rows: The centres, shape (clusters, features); the largest cluster first.
        sizes: Rows in each cluster, of those that were clustered.
    """

    rows: Cells
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Rows as points: standardised numbers (missing ones at the mean), and a code for each category."""

    numbers: Floats
    codes: Codes

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, places: Codes) -> "_Points":
        return _Points(self.numbers[places], self.codes[places])

    def distances(self, centres: "_Points") -> Floats:
        """Shape (rows, centres)."""
        found = np.empty((len(self), len(centres)))
        for place in range(len(centres)):
            apart = self.numbers - centres.numbers[place]
            found[:, place] = np.einsum("ij,ij->i", apart, apart)
            found[:, place] += WEIGHT * (self.codes != centres.codes[place]).sum(axis=1)
        return found

    def centre(self) -> tuple[Floats, Codes]:
        modes = [int(np.bincount(column).argmax()) for column in self.codes.T]
        return self.numbers.mean(axis=0), np.array(modes, dtype=np.int64)


def background(
    rows: Sequence[Sequence[object]] | Cells,
    num_clusters: int | None = None,
    types: Sequence[ColumnType] | None = None,
    seed: int = 0,
) -> Background:
    """Baseline rows for these rows; fewer than `num_clusters` where fewer rows differ.

    Args:
        rows: Shape (rows, features). None, NaN and the empty text are missing: a missing number does not count in the
            means, a missing category is one of its own.
        types: Of the features; None: by `column_types`. Free text counts as a category.

    Raises:
        InvalidInputError: no row, or fewer than one cluster.
    """
    cells = matrix(rows)
    if not cells.size:
        raise InvalidInputError(
            "no row to choose baseline rows from", where="baseline", expected="a data set", mend="Give baseline rows."
        )
    if num_clusters is not None and num_clusters < 1:
        raise InvalidInputError(
            f"{num_clusters} clusters", where="num_clusters", expected="at least 1", mend="Leave it out."
        )
    cells = _even_sample(cells, MOST_ROWS)
    numerical = np.array([each is ColumnType.NUMERICAL for each in types or column_types(cells)])
    points = _points(cells, numerical)
    members = _clustered(points, num_clusters, seed)
    labels, sizes = np.unique(members, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    centres = [_centre(cells[members == labels[place]], numerical) for place in order]
    return Background(matrix(centres), tuple(int(sizes[place]) for place in order))


def _even_sample(cells: Cells, most: int) -> Cells:
    return cells if len(cells) <= most else cells[np.arange(most) * len(cells) // most]


def _points(cells: Cells, numerical: NDArray[np.bool_]) -> _Points:
    numbers = _numbers(cells[:, numerical])
    present = ~np.isnan(numbers)
    count = np.maximum(present.sum(axis=0), 1)
    means = np.where(present, numbers, 0.0).sum(axis=0) / count
    apart = np.where(present, numbers - means, 0.0)
    spread = np.sqrt(np.square(apart).sum(axis=0) / count)
    codes = [_codes(cells[:, place].tolist()) for place in np.flatnonzero(~numerical)]
    columns = np.array(codes, dtype=np.int64).T if codes else np.empty((len(cells), 0), dtype=np.int64)
    return _Points(apart / np.where(spread > 0, spread, 1.0), columns)


def _codes(column: list[object]) -> list[int]:
    """By frequency and first row, so that of equally frequent categories in a cluster the commoner one wins."""
    counts: dict[object, int] = {}
    keys = [None if is_missing(cell) else cell for cell in column]
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    place = {key: number for number, key in enumerate(sorted(counts, key=lambda each: -counts[each]))}
    return [place[key] for key in keys]


def _clustered(points: _Points, num_clusters: int | None, seed: int) -> Codes:
    """The cluster of each row."""
    if num_clusters is not None:
        return _best(points, num_clusters, seed)[0]
    members, cost = _best(points, 1, seed)
    spread = cost
    for clusters in range(2, MOST_CLUSTERS + 1):
        more, lower = _best(points, clusters, seed)
        if cost - lower < _GAIN * spread or not spread:
            break
        members, cost = more, lower
    return members


def _best(points: _Points, clusters: int, seed: int) -> tuple[Codes, float]:
    """The clusters of lowest cost over a few starts."""
    runs = [_run(points, clusters, Generator(PCG64([seed, clusters, start]))) for start in range(_STARTS)]
    return min(runs, key=lambda each: each[1])


def _run(points: _Points, clusters: int, random: Generator) -> tuple[Codes, float]:
    """Lloyd's iterations until no row changes its cluster. A centre that loses all its rows is dropped."""
    centres = _first_centres(points, clusters, random)
    members = np.full(len(points), -1, dtype=np.int64)
    for _ in range(_ITERATIONS):
        before, members = members, points.distances(centres).argmin(axis=1)
        if np.array_equal(before, members):
            break
        found = [points.at(np.flatnonzero(members == label)).centre() for label in np.unique(members)]
        members = np.unique(members, return_inverse=True)[1]
        centres = _Points(np.array([each[0] for each in found]), np.array([each[1] for each in found]))
    return members, float(points.distances(centres).min(axis=1).sum())


def _first_centres(points: _Points, clusters: int, random: Generator) -> _Points:
    """k-means++: each further centre is a row, drawn with its distance to the nearest centre as weight."""
    chosen = [int(random.integers(len(points)))]
    nearest = points.distances(points.at(np.array(chosen)))[:, 0]
    while len(chosen) < min(clusters, len(points)) and nearest.sum() > 0:
        chosen.append(int(random.choice(len(points), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, points.distances(points.at(np.array(chosen[-1:])))[:, 0])
    return points.at(np.array(chosen))


def _centre(cells: Cells, numerical: NDArray[np.bool_]) -> list[object]:
    """The centre of a cluster in the values of the data: means of what is there, most frequent categories."""
    found: list[object] = []
    for place, is_number in enumerate(numerical):
        if is_number:
            numbers = _numbers(cells[:, [place]])[:, 0]
            present = numbers[~np.isnan(numbers)]
            found.append(float(present.mean()) if present.size else float("nan"))
        else:
            column = cells[:, place].tolist()
            codes = _codes(column)
            found.append(column[codes.index(0)])
    return found


def _numbers(cells: Cells) -> Floats:
    """As float64; what is missing is NaN."""
    if cells.dtype != np.object_:
        found: Floats = cells.astype(np.float64)
        return found
    missing = np.array([[is_missing(cell) for cell in row] for row in cells], dtype=np.bool_).reshape(cells.shape)
    return np.where(missing, np.nan, cells).astype(np.float64)
