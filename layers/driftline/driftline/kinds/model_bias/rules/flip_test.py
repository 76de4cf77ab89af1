"""The flip test (FT): does the model answer members of the group otherwise than their nearest others?

    FT = (#{d: ŷ = 1, neighbours = 0} - #{d: ŷ = 0, neighbours = 1}) / n_d

The neighbours of a row of d are its k nearest rows of a (Euclidean distance of the features as they are; k = 5, or 1
if a has at most 9 rows), and their answer is that of their majority. Sign and k are smclarify's; Amazon's
documentation has the opposite sign.

Ties: rows at the distance of the k-th neighbour share the places that nearer rows leave, each with its part of a vote.
So the order of rows changes nothing. Clarify takes whichever comes first, so its value differs where rows repeat: a
data set captured three times gave it another value than the same data set once. Half of the votes is a 0.

Bound: at most MOST_ROWS rows are compared, above that a sample of them (a seeded choice among the sorted rows). So it
takes at most MOST_ROWS^2 / 4 distances, those of a few members in memory at once.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_bias.rules.tables import Floats

NEIGHBOURS, FEW_NEIGHBOURS, FEW_ROWS = 5, 1, 9
"""Clarify's k; and with so few rows in a, k is smaller."""

MOST_ROWS = 20_000
GROUPS = 256
"""Rows are looked at in so many groups: most groups have no near row."""

_PRODUCT = 200_000
_LARGEST = 1e150
_SEED = 20_261_130
_ROUNDING = 1e-10

type Booleans = NDArray[np.bool_]
type Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Flips:
    """The result.

    Attributes:
        accepted: Members of the group that are accepted though their neighbours are rejected.
        rejected: The other way round.
        rows: Members of the group that were compared.
        sampled: Whether these are a sample.
    """

    accepted: int
    rejected: int
    rows: int
    sampled: bool = False

    @property
    def value(self) -> float:
        return (self.accepted - self.rejected) / self.rows


def flip_test(features: Floats, group: Booleans, predicted: Booleans, most: int = MOST_ROWS) -> Flips:
    """Compares the group with its neighbours.

    Args:
        features: Shape (n, features): numbers, booleans as 0 and 1; without the facet, label and prediction.
        group, predicted: Shape (n,): rows of d, and rows predicted positive.
        most: Rows to compare.

    Raises:
        ValueError: one of the groups is empty, or a feature has no finite value somewhere; in Clarify's words.
    """
    if not group.any():
        raise ValueError("Facet set is empty")
    if group.all():
        raise ValueError("Negated Facet set is empty")
    if not np.isfinite(features).all():
        raise ValueError("Input contains NaN.")
    if np.abs(features).max(initial=0.0) > _LARGEST:
        raise ValueError("Input contains a value too large for distances.")
    sampled = len(features) > most
    if sampled:
        chosen = _sample(features, group, predicted, most)
        features, group, predicted = features[chosen], group[chosen], predicted[chosen]
    answers = _answers(features[~group], predicted[~group], features[group])
    own = predicted[group]
    return Flips(int((own & ~answers).sum()), int((~own & answers).sum()), len(own), sampled)


def _sample(features: Floats, group: Booleans, predicted: Booleans, most: int) -> NDArray[np.int64]:
    """A choice that depends on the rows, not on their order: equal rows are interchangeable.

    Half of the places are for the group and half for the others; what the smaller one leaves is for the larger one.
    """
    order = np.lexsort((predicted, *features.T))
    generator = np.random.default_rng(_SEED)
    chosen = []
    for side in (order[~group[order]], order[group[order]]):
        places = min(len(side), max(most // 2, most - (len(order) - len(side))))
        chosen.append(side[generator.choice(len(side), places, replace=False, shuffle=False)])
    return np.concatenate(chosen)


def _answers(others: Floats, predicted: Booleans, members: Floats) -> Booleans:
    """By member, the majority of its neighbours among the others."""
    k = NEIGHBOURS if len(others) > FEW_ROWS else FEW_NEIGHBOURS
    distinct, place, counts = np.unique(others, axis=0, return_inverse=True, return_counts=True)
    rows = counts.astype(np.float64)
    positives = np.bincount(place.ravel(), weights=predicted, minlength=len(distinct))
    asked, back = np.unique(members, axis=0, return_inverse=True)
    search = _Search.of(distinct)
    found = [
        _majority(some, distinct, rows, positives, k, search.candidates(some, k))
        for some in (asked[start : start + search.block] for start in range(0, len(asked), search.block))
    ]
    return np.concatenate(found)[back.ravel()]


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Finds candidates by rough squared distances: |x - y|^2 - |x|^2 = |y|^2 - 2 x.y, products of small matrices.

    Large ones would be spread over all cores, which takes longer where these are busy.

    Attributes:
        centre: Is subtracted from all rows, so that less is lost by rounding.
        matrices: Rows y and their |y|^2; shape (n, features + 1, GROUPS), the last ones infinitely far.
        largest: The largest |y|^2.
        rough: Room for the distances of a block of members: fresh memory for each block takes ten times as long.
    """

    centre: Floats
    matrices: Floats
    largest: float
    rough: Floats

    @classmethod
    def of(cls, rows: Floats) -> Self:
        centre = rows.mean(axis=0)
        near = rows - centre
        squares = np.square(near).sum(axis=1)
        count = -(-len(rows) // GROUPS)
        padded = np.zeros((count * GROUPS, rows.shape[1] + 1))
        padded[:, -1] = np.inf
        padded[: len(rows), :-1], padded[: len(rows), -1] = near, squares
        matrices = np.ascontiguousarray(padded.reshape(count, GROUPS, -1).transpose(0, 2, 1))
        block = max(1, _PRODUCT // padded[:GROUPS].size)
        return cls(centre, matrices, float(squares.max()), np.empty((count, block, GROUPS)))

    @property
    def block(self) -> int:
        """Members to ask for at once."""
        return int(self.rough.shape[1])

    def candidates(self, asked: Floats, k: int) -> tuple[Places, Places]:
        """(member, row): for each member at least its k nearest distinct rows, and few others."""
        near = asked - self.centre
        rough = self.rough[:, : len(near)]
        np.matmul(np.column_stack((-2.0 * near, np.ones(len(near)))), self.matrices, out=rough)
        nearest = rough.min(axis=0)
        # The k-th nearest group has at least k rows up to its own nearest one.
        limit = np.partition(nearest, k - 1, axis=1)[:, k - 1]
        limit += 2.0 * _ROUNDING * (self.largest + np.square(near).sum(axis=1))
        members, groups = np.nonzero(nearest <= limit[:, None])
        inside = rough[:, members, groups]
        places, pairs = np.nonzero((inside <= limit[members]) & np.isfinite(inside))
        return members[pairs], places * GROUPS + groups[pairs]


def _majority(
    asked: Floats, distinct: Floats, rows: Floats, positives: Floats, k: int, candidates: tuple[Places, Places]
) -> Booleans:
    """The votes of exactly measured candidates."""
    members, places = candidates
    exact = np.zeros(len(members))
    for feature in range(distinct.shape[1]):
        exact += np.square(asked[members, feature] - distinct[places, feature])
    order = np.lexsort((exact, members))
    members, places, exact = members[order], places[order], exact[order]
    here, votes = rows[places], positives[places]
    total = np.cumsum(here)
    first = np.searchsorted(members, np.arange(len(asked)))
    before = total[first] - here[first]
    kth = exact[np.searchsorted(total, before + k)][members]

    def summed(weights: Floats, chosen: Booleans) -> Floats:
        return np.bincount(members, weights=weights * chosen, minlength=len(asked))

    closer, tied = exact < kth, exact == kth
    shared = (k - summed(here, closer)) * summed(votes, tied) / summed(here, tied)
    majority: Booleans = 2.0 * (summed(votes, closer) + shared) > k
    return majority
