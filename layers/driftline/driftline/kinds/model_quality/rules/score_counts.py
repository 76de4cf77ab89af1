"""How many positive and negative rows have each score: all that ROC and precision-recall curves need.

Counts per distinct score, whole and per sample, exact up to LIMIT distinct scores. Beyond it scores are rounded down
to a multiple of 2^-level, with the largest level that gives at most LIMIT distinct ones (at least 14, which is steps
of 0.00006). The grids are nested, so the level and the counts depend on the rows alone: merged parts equal the whole
exactly.

Rounding turns pairs of a positive and a negative row with different scores into ties. The area under the ROC curve
counts a tie as one half, so it errs by at most half the share of tied pairs; `auc_error` says how much that is.
"""

from dataclasses import dataclass
from typing import Self, override

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats, PackedFloats, pack_floats, unpack_floats
from driftline.kinds.model_quality.rules.samples import PARTS

LIMIT = 20_000
EXACT = 64
"""The level of scores that are not rounded."""

_FINEST, _COARSEST = 40, 14

type ScoreCountsWire = tuple[int, PackedFloats, list[tuple[PackedFloats, PackedFloats]]]
type Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCounts:
    """The state.

    Attributes:
        scores: Distinct, ascending, in [0, 1]; shape (k,).
        counts: Rows by part (the whole, then the samples), label (negative, positive), score; shape (PARTS, 2, k).
    """

    level: int
    scores: Floats
    counts: Whole

    @classmethod
    def of(cls, probability: Floats, positive: NDArray[np.bool_], members: NDArray[np.bool_]) -> Self:
        """Of probabilities in [0, 1] and labels of shape (n,), memberships of shape (PARTS, n)."""
        scores, places = np.unique(probability + 0.0, return_inverse=True)
        cells = places * 2 + positive
        counts = np.stack([np.bincount(cells[member], minlength=2 * len(scores)) for member in members])
        return cls(*_limited(EXACT, scores, counts.reshape(len(members), len(scores), 2).transpose(0, 2, 1)))

    @classmethod
    def empty(cls) -> Self:
        return cls(EXACT, np.empty(0), np.zeros((PARTS, 2, 0), dtype=np.int64))

    @property
    def auc_error(self) -> float:
        """The most that the area under the ROC curve can be off because scores were rounded; 0 if they were not."""
        negative, positive = self.counts[0].astype(np.float64)
        pairs = negative.sum() * positive.sum()
        return 0.0 if self.level == EXACT or not pairs else float((negative * positive).sum() / pairs / 2)

    def merge(self, other: Self) -> Self:
        level = min(self.level, other.level)
        ours, theirs = self._at(level), other._at(level)
        scores = np.union1d(ours.scores, theirs.scores)
        counts = np.zeros((PARTS, 2, len(scores)), dtype=np.int64)
        for part in (ours, theirs):
            counts[:, :, np.searchsorted(scores, part.scores)] += part.counts
        return type(self)(*_limited(level, scores, counts))

    def _at(self, level: int) -> Self:
        return self if level == self.level else type(self)(level, *_rounded(level, self.scores, self.counts))

    def to_wire(self) -> ScoreCountsWire:
        counts = self.counts.astype(np.float64)
        packed = [(pack_floats(part[0]), pack_floats(part[1])) for part in counts]
        return self.level, pack_floats(self.scores), packed

    @classmethod
    def from_wire(cls, wire: ScoreCountsWire) -> Self:
        level, scores, packed = wire
        counts = np.array([[unpack_floats(negative), unpack_floats(positive)] for negative, positive in packed])
        return cls(level, unpack_floats(scores), counts.astype(np.int64))

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScoreCounts):
            return NotImplemented
        return (
            self.level == other.level
            and np.array_equal(self.scores, other.scores)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays


def _limited(level: int, scores: Floats, counts: Whole) -> tuple[int, Floats, Whole]:
    if len(scores) <= LIMIT:
        return level, scores, counts
    finer = range(_COARSEST, min(level - 1, _FINEST) + 1)
    level = max((each for each in finer if _steps(each, scores) <= LIMIT), default=_COARSEST)
    return level, *_rounded(level, scores, counts)


def _steps(level: int, scores: Floats) -> int:
    """How many distinct values remain of ascending scores at this level."""
    return 1 + int(np.count_nonzero(np.diff(np.floor(scores * 2.0**level))))


def _rounded(level: int, scores: Floats, counts: Whole) -> tuple[Floats, Whole]:
    if not len(scores):
        return scores, counts
    grid = np.floor(scores * 2.0**level) / 2.0**level
    starts = np.flatnonzero(np.concatenate(([True], np.diff(grid) > 0)))
    return grid[starts], np.add.reduceat(counts, starts, axis=2)
