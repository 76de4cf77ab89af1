"""The state of a multiclass classification: its confusion counts."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import msgspec

from driftline.kinds.model_quality.rules.confusion import Confusion, ConfusionWire
from driftline.kinds.model_quality.rules.rows import MulticlassRows, ProblemType
from driftline.kinds.model_quality.rules.samples import memberships


class MulticlassWire(msgspec.Struct, frozen=True, array_like=True):
    confusion: ConfusionWire


@dataclass(frozen=True, slots=True)
class MulticlassState:
    problem: ClassVar[ProblemType] = ProblemType.MULTICLASS

    confusion: Confusion = field(default_factory=Confusion.empty)

    @classmethod
    def of(cls, rows: MulticlassRows) -> Self:
        return cls(Confusion.of(rows.actual, rows.predicted, memberships(rows.ids)))

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def rows(self) -> int:
        return self.confusion.rows

    def merge(self, other: Self) -> Self:
        return type(self)(self.confusion.merge(other.confusion))

    def to_wire(self) -> MulticlassWire:
        return MulticlassWire(self.confusion.to_wire())

    @classmethod
    def from_wire(cls, wire: MulticlassWire) -> Self:
        return cls(Confusion.from_wire(wire.confusion))
