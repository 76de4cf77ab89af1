"""The flip test (FT): does the model answer members of the group otherwise than their nearest others?

    FT = (#{d: ŷ = 1, neighbours = 0} - #{d: ŷ = 0, neighbours = 1}) / n_d

The neighbours of a row of d are its k nearest rows of a (Euclidean distance of the features as they are; k = 5, or 1
if a has at most 9 rows), and their answer is that of their majority. Sign and k are smclarify's; Amazon's
documentation has the opposite sign.

Ties: rows at the distance of the k-th neighbour share the places that nearer rows leave, each with its part of a vote.
So the order of rows changes nothing. Clarify takes whichever comes first, so its value differs where rows repeat: a
data set captured three times gave it another value than the same data set once. Half of the votes is a 0.

Bound: at most MOST_ROWS rows are compared, above that a sample of them (a seeded choice among the sorted rows). So it
takes at most MOST_ROWS^2 / 4 distances, of which some two million are in memory at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_bias.rules.tables import Floats

NEIGHBOURS, FEW_NEIGHBOURS, FEW_ROWS = 5, 1, 9
"""Clarify's k; and with so few rows in a, k is smaller."""

MOST_ROWS = 20_000
_AT_ONCE = 2_000_000
_SEED = 20_261_130
_ROUNDING = 1e-10

type Booleans = NDArray[np.bool_]


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
    distinct, place, rows = np.unique(others, axis=0, return_inverse=True, return_counts=True)
    positives = np.bincount(place.ravel(), weights=predicted, minlength=len(distinct))
    asked, back = np.unique(members, axis=0, return_inverse=True)
    found = np.empty(len(asked), dtype=np.bool_)
    centre = distinct.mean(axis=0)
    near, norms = distinct - centre, np.square(distinct - centre).sum(axis=1)
    block = max(1, _AT_ONCE // len(distinct))
    for start in range(0, len(asked), block):
        some = asked[start : start + block]
        found[start : start + block] = _majority(
            some, some - centre, distinct, near, norms, rows.astype(np.float64), positives, k
        )
    return found[back.ravel()]


def _majority(
    asked: Floats,
    centred: Floats,
    distinct: Floats,
    near: Floats,
    norms: Floats,
    rows: Floats,
    positives: Floats,
    k: int,
) -> Booleans:
    """Candidates by squared distances that are off by rounding; these alone are measured exactly."""
    own = np.square(centred).sum(axis=1)
    rough = norms - 2.0 * (centred @ near.T)  # less the member's own square, which is the same for all
    places = min(k, len(distinct)) - 1
    # k distinct rows are at least k rows: the k-th neighbour is no farther than the k-th distinct one.
    margin = _ROUNDING * (norms.max() + own)
    limit = np.partition(rough, places, axis=1)[:, places] + 2.0 * margin
    found = np.empty(len(asked), dtype=np.bool_)
    members, candidates = np.nonzero(rough <= limit[:, None])
    exact = np.zeros(len(members))
    for feature in range(distinct.shape[1]):
        exact += np.square(asked[members, feature] - distinct[candidates, feature])
    order = np.lexsort((exact, members))
    members, candidates, exact = members[order], candidates[order], exact[order]
    ends = np.searchsorted(members, np.arange(len(asked) + 1))
    for member in range(len(asked)):
        these = slice(ends[member], ends[member + 1])
        found[member] = _vote(exact[these], rows[candidates[these]], positives[candidates[these]], k)
    return found


def _vote(distances: Floats, rows: Floats, positives: Floats, k: int) -> bool:
    """Of candidates in ascending order of their distance."""
    nearest = distances[int(np.searchsorted(np.cumsum(rows), k))]
    closer, tied = distances < nearest, distances == nearest
    votes = positives[closer].sum() + (k - rows[closer].sum()) * positives[tied].sum() / rows[tied].sum()
    return bool(2.0 * votes > k)
