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
from driftline.kinds.model_quality.rules.record_sums import RecordSums, RecordSumsWire, by_record
from driftline.kinds.model_quality.rules.rows import Codes

BINS = 10
EPSILON = float(np.finfo(np.float64).eps)

_NOTHING = Moments.empty()
_NO_RECORDS = RecordSums.empty(2, 3)

type ProbabilityErrorsWire = tuple[MomentsWire, MomentsWire, list[MomentsWire], RecordSumsWire, RecordSumsWire]


@dataclass(frozen=True, slots=True)
class ProbabilityErrors:
    """The state. Bin i holds rows with i/10 <= p < (i+1)/10, the last one p = 1 too.

    Attributes:
        loss_by_record, squared_by_record: The sum and the number of rows of each record.
    """

    loss: Moments = _NOTHING
    squared: Moments = _NOTHING
    bins: tuple[Moments, ...] = (_NOTHING,) * BINS
    loss_by_record: RecordSums = _NO_RECORDS
    squared_by_record: RecordSums = _NO_RECORDS

    @classmethod
    def of(cls, probability: Floats, positive: NDArray[np.bool_], records: Codes | None = None) -> Self:
        clipped = np.clip(probability, EPSILON, 1.0 - EPSILON)
        gap = positive - probability
        places = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
        loss, ones = -np.log(np.where(positive, clipped, 1.0 - clipped)), np.ones(len(gap))
        return cls(
            Moments.of(loss),
            Moments.of(gap * gap),
            tuple(Moments.of(gap[places == i]) for i in range(BINS)),
            RecordSums.of(by_record(np.stack((loss, ones)), records), degree=3),
            RecordSums.of(by_record(np.stack((gap * gap, ones)), records), degree=3),
        )

    @classmethod
    def empty(cls) -> Self:
        return cls()

    def merge(self, other: Self) -> Self:
        return type(self)(
            self.loss.merge(other.loss),
            self.squared.merge(other.squared),
            tuple(mine.merge(theirs) for mine, theirs in zip(self.bins, other.bins, strict=True)),
            self.loss_by_record.merge(other.loss_by_record),
            self.squared_by_record.merge(other.squared_by_record),
        )

    def to_wire(self) -> ProbabilityErrorsWire:
        return (
            self.loss.to_wire(),
            self.squared.to_wire(),
            [each.to_wire() for each in self.bins],
            self.loss_by_record.to_wire(),
            self.squared_by_record.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: ProbabilityErrorsWire) -> Self:
        loss, squared, bins, *by_records = wire
        return cls(
            Moments.from_wire(loss),
            Moments.from_wire(squared),
            tuple(map(Moments.from_wire, bins)),
            *(RecordSums.from_wire(each, 2, 3) for each in by_records),
        )
