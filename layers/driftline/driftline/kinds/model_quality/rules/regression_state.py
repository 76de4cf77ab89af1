"""The state of a regression: sums of errors and labels, whole and per sample, and the sketch of absolute errors.

With e = predicted - actual, y = actual:

    per part    e, |e|, y                       for mae, mse, rmse, r2 (and the standard deviation over samples)
    whole       |e / y| where y is not 0        for MAPE
                e^2                             whose squares say how heavy the tails are
                KLL of |e|                      for the median absolute error
                some rows                       to be looked at (row_sample)
    by record   each mean's sum and number      its variance and skewness, for its interval
                rows, y, y^2, e^2               for the interval of r2

All sums are double-doubles (profiles/moments.py), so the metrics do not depend on how the rows were cut into files;
the median does, within the sketch's rank error, when there are more than some 2,000 rows.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import msgspec
import numpy as np

from driftline.domain.predictions.problem import ProblemType
from driftline.domain.profiles.kll import KllSketch, KllWire
from driftline.domain.profiles.moments import Moments, MomentsWire
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.record_sums import RecordSums, RecordSumsWire, by_record
from driftline.kinds.model_quality.rules.row_sample import RowSample, RowSampleWire
from driftline.kinds.model_quality.rules.rows import Codes, RegressionRows
from driftline.kinds.model_quality.rules.samples import PARTS, memberships

_NOTHING = Moments.empty()


class RegressionWire(msgspec.Struct, frozen=True, array_like=True):
    parts: list[tuple[MomentsWire, MomentsWire, MomentsWire]]
    squared_error: MomentsWire
    relative: MomentsWire
    sketch: KllWire
    sample: RowSampleWire
    means: list[RecordSumsWire]
    variation: RecordSumsWire


@dataclass(frozen=True, slots=True)
class Errors:
    """Moments of e, |e| and y of one part."""

    error: Moments = _NOTHING
    absolute: Moments = _NOTHING
    actual: Moments = _NOTHING

    @classmethod
    def of(cls, error: Floats, actual: Floats) -> Self:
        return cls(Moments.of(error), Moments.of(np.abs(error)), Moments.of(actual))

    def merge(self, other: Self) -> Self:
        return type(self)(
            self.error.merge(other.error), self.absolute.merge(other.absolute), self.actual.merge(other.actual)
        )

    def to_wire(self) -> tuple[MomentsWire, MomentsWire, MomentsWire]:
        return self.error.to_wire(), self.absolute.to_wire(), self.actual.to_wire()

    @classmethod
    def from_wire(cls, wire: tuple[MomentsWire, MomentsWire, MomentsWire]) -> Self:
        error, absolute, actual = wire
        return cls(Moments.from_wire(error), Moments.from_wire(absolute), Moments.from_wire(actual))


@dataclass(frozen=True, slots=True)
class Means:
    """By record: the sum of x and the number of rows with one, for the means of e, |e|, e^2 and |e / y|."""

    error: RecordSums = field(default_factory=lambda: RecordSums.empty(2, 3))
    absolute: RecordSums = field(default_factory=lambda: RecordSums.empty(2, 3))
    squared: RecordSums = field(default_factory=lambda: RecordSums.empty(2, 3))
    relative: RecordSums = field(default_factory=lambda: RecordSums.empty(2, 3))

    def merge(self, other: Self) -> Self:
        return type(self)(*(mine.merge(theirs) for mine, theirs in zip(self.all, other.all, strict=True)))

    @property
    def all(self) -> tuple[RecordSums, RecordSums, RecordSums, RecordSums]:
        return self.error, self.absolute, self.squared, self.relative


@dataclass(frozen=True, slots=True)
class RegressionState:
    """`parts`: the whole, then the five samples; `variation`: by record, the rows and the sums of y, y^2 and e^2."""

    problem: ClassVar[ProblemType] = ProblemType.REGRESSION

    parts: tuple[Errors, ...] = field(default_factory=lambda: (Errors(),) * PARTS)
    squared_error: Moments = _NOTHING
    relative: Moments = _NOTHING
    sketch: KllSketch = field(default_factory=KllSketch.empty)
    sample: RowSample = field(default_factory=RowSample.empty)
    means: Means = field(default_factory=Means)
    variation: RecordSums = field(default_factory=lambda: RecordSums.empty(4))

    @classmethod
    def of(cls, rows: RegressionRows) -> Self:
        error, actual, records = rows.predicted - rows.actual, rows.actual, rows.records
        nonzero, ones = actual != 0.0, np.ones(len(actual))
        with np.errstate(over="ignore", under="ignore"):
            relative, squared = np.abs(error[nonzero] / actual[nonzero]), error * error
            variation = np.stack((ones, actual, actual * actual, squared))

        def of_mean(x: Floats, of: Codes | None = records) -> RecordSums:
            return RecordSums.of(by_record(np.stack((x, np.ones(len(x)))), of), degree=3)

        return cls(
            tuple(Errors.of(error[member], actual[member]) for member in memberships(rows.ids)),
            Moments.of(squared),
            Moments.of(relative),
            KllSketch.of(np.abs(error)),
            RowSample.of(rows),
            Means(
                of_mean(error),
                of_mean(np.abs(error)),
                of_mean(squared),
                of_mean(relative, None if records is None else records[nonzero]),
            ),
            RecordSums.of(by_record(variation, records)),
        )

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def rows(self) -> int:
        return self.parts[0].error.count

    def merge(self, other: Self) -> Self:
        return type(self)(
            tuple(mine.merge(theirs) for mine, theirs in zip(self.parts, other.parts, strict=True)),
            self.squared_error.merge(other.squared_error),
            self.relative.merge(other.relative),
            self.sketch.merge(other.sketch),
            self.sample.merge(other.sample),
            self.means.merge(other.means),
            self.variation.merge(other.variation),
        )

    def to_wire(self) -> RegressionWire:
        return RegressionWire(
            [part.to_wire() for part in self.parts],
            self.squared_error.to_wire(),
            self.relative.to_wire(),
            self.sketch.to_wire(),
            self.sample.to_wire(),
            [each.to_wire() for each in self.means.all],
            self.variation.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: RegressionWire) -> Self:
        return cls(
            tuple(map(Errors.from_wire, wire.parts)),
            Moments.from_wire(wire.squared_error),
            Moments.from_wire(wire.relative),
            KllSketch.from_wire(wire.sketch),
            RowSample.from_wire(wire.sample),
            Means(*(RecordSums.from_wire(each, 2, 3) for each in wire.means)),
            RecordSums.from_wire(wire.variation, 4),
        )
