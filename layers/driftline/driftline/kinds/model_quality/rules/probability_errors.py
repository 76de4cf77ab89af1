"""How far probabilities are from what happened: sums for log loss, Brier score and calibration error.

With p the probability of the positive label and y = 1 for a positive row, else 0:

    loss         -ln(p) if y else -ln(1 - p)      p kept within [EPSILON, 1 - EPSILON], as scikit-learn does
    squared      (p - y)^2                        Brier 1950
    bins         y - p, in ten equal bins of p    calibration error (Naeini, Cooper, Hauskrecht 2015)
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.moments import Moments, MomentsWire
from driftline.domain.profiles.packing import Floats

BINS = 10
EPSILON = float(np.finfo(np.float64).eps)

_NOTHING = Moments.empty()

type ProbabilityErrorsWire = tuple[MomentsWire, MomentsWire, list[MomentsWire]]


@dataclass(frozen=True, slots=True)
class ProbabilityErrors:
    """The state. Bin i holds rows with i/10 <= p < (i+1)/10, the last one p = 1 too."""

    loss: Moments = _NOTHING
    squared: Moments = _NOTHING
    bins: tuple[Moments, ...] = (_NOTHING,) * BINS

    @classmethod
    def of(cls, probability: Floats, positive: NDArray[np.bool_]) -> Self:
        clipped = np.clip(probability, EPSILON, 1.0 - EPSILON)
        gap = positive - probability
        places = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
        return cls(
            Moments.of(-np.log(np.where(positive, clipped, 1.0 - clipped))),
            Moments.of(gap * gap),
            tuple(Moments.of(gap[places == i]) for i in range(BINS)),
        )

    @classmethod
    def empty(cls) -> Self:
        return cls()

    def merge(self, other: Self) -> Self:
        return type(self)(
            self.loss.merge(other.loss),
            self.squared.merge(other.squared),
            tuple(mine.merge(theirs) for mine, theirs in zip(self.bins, other.bins, strict=True)),
        )

    def to_wire(self) -> ProbabilityErrorsWire:
        return self.loss.to_wire(), self.squared.to_wire(), [each.to_wire() for each in self.bins]

    @classmethod
    def from_wire(cls, wire: ProbabilityErrorsWire) -> Self:
        loss, squared, bins = wire
        return cls(Moments.from_wire(loss), Moments.from_wire(squared), tuple(map(Moments.from_wire, bins)))
