"""The state of a regression: sums of errors and labels, whole and per sample, and the sketch of absolute errors.

With e = predicted - actual, y = actual:

    per part    e, |e|, y                       for mae, mse, rmse, r2 (and the standard deviation over samples)
    whole       |e / y| where y is not 0        for MAPE
                e^2, y^2, e*y, e^2*y, y^3       fourth joint moments, for the intervals of mse and r2
                KLL of |e|                      for the median absolute error
                some rows                       to be looked at (row_sample)

All sums are double-doubles (profiles/moments.py), so the metrics do not depend on how the rows were cut into files;
the median does, within the sketch's rank error, when there are more than some 2,000 rows.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import msgspec
import numpy as np

from driftline.domain.profiles.kll import KllSketch, KllWire
from driftline.domain.profiles.moments import Moments, MomentsWire
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.row_sample import RowSample, RowSampleWire
from driftline.kinds.model_quality.rules.rows import ProblemType, RegressionRows
from driftline.kinds.model_quality.rules.samples import PARTS, memberships

_NOTHING = Moments.empty()


class RegressionWire(msgspec.Struct, frozen=True, array_like=True):
    parts: list[tuple[MomentsWire, MomentsWire, MomentsWire]]
    joint: tuple[MomentsWire, MomentsWire, MomentsWire, MomentsWire, MomentsWire]
    relative: MomentsWire
    sketch: KllWire
    sample: RowSampleWire


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
class JointMoments:
    """Moments of e^2, y^2, e*y, e^2*y and y^3. Their `squares` give the sums of e^4, y^4 and e^2*y^2."""

    squared_error: Moments = _NOTHING
    squared_actual: Moments = _NOTHING
    product: Moments = _NOTHING
    weighted: Moments = _NOTHING
    cubed: Moments = _NOTHING

    @classmethod
    def of(cls, error: Floats, actual: Floats) -> Self:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            squared = error * error
            return cls(
                Moments.of(squared),
                Moments.of(actual * actual),
                Moments.of(error * actual),
                Moments.of(squared * actual),
                Moments.of(actual * actual * actual),
            )

    def merge(self, other: Self) -> Self:
        return type(self)(
            self.squared_error.merge(other.squared_error),
            self.squared_actual.merge(other.squared_actual),
            self.product.merge(other.product),
            self.weighted.merge(other.weighted),
            self.cubed.merge(other.cubed),
        )

    def to_wire(self) -> tuple[MomentsWire, MomentsWire, MomentsWire, MomentsWire, MomentsWire]:
        return (
            self.squared_error.to_wire(),
            self.squared_actual.to_wire(),
            self.product.to_wire(),
            self.weighted.to_wire(),
            self.cubed.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: tuple[MomentsWire, MomentsWire, MomentsWire, MomentsWire, MomentsWire]) -> Self:
        return cls(*map(Moments.from_wire, wire))


@dataclass(frozen=True, slots=True)
class RegressionState:
    """`parts`: the whole, then the five samples."""

    problem: ClassVar[ProblemType] = ProblemType.REGRESSION

    parts: tuple[Errors, ...] = field(default_factory=lambda: (Errors(),) * PARTS)
    joint: JointMoments = field(default_factory=JointMoments)
    relative: Moments = _NOTHING
    sketch: KllSketch = field(default_factory=KllSketch.empty)
    sample: RowSample = field(default_factory=RowSample.empty)

    @classmethod
    def of(cls, rows: RegressionRows) -> Self:
        error, actual = rows.predicted - rows.actual, rows.actual
        nonzero = actual != 0.0
        with np.errstate(over="ignore"):
            relative = np.abs(error[nonzero] / actual[nonzero])
        return cls(
            tuple(Errors.of(error[member], actual[member]) for member in memberships(rows.ids)),
            JointMoments.of(error, actual),
            Moments.of(relative),
            KllSketch.of(np.abs(error)),
            RowSample.of(rows),
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
            self.joint.merge(other.joint),
            self.relative.merge(other.relative),
            self.sketch.merge(other.sketch),
            self.sample.merge(other.sample),
        )

    def to_wire(self) -> RegressionWire:
        return RegressionWire(
            [part.to_wire() for part in self.parts],
            self.joint.to_wire(),
            self.relative.to_wire(),
            self.sketch.to_wire(),
            self.sample.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: RegressionWire) -> Self:
        return cls(
            tuple(map(Errors.from_wire, wire.parts)),
            JointMoments.from_wire(wire.joint),
            Moments.from_wire(wire.relative),
            KllSketch.from_wire(wire.sketch),
            RowSample.from_wire(wire.sample),
        )
