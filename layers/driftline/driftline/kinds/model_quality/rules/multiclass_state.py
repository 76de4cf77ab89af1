"""The state of a multiclass classification: its confusion counts."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import msgspec
import numpy as np

from driftline.domain.predictions.problem import ProblemType
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.confusion import Confusion, ConfusionWire
from driftline.kinds.model_quality.rules.record_sums import RecordSums, RecordSumsWire, by_record
from driftline.kinds.model_quality.rules.rows import Classes, MulticlassRows
from driftline.kinds.model_quality.rules.samples import memberships


class MulticlassWire(msgspec.Struct, frozen=True, array_like=True):
    confusion: ConfusionWire
    right: RecordSumsWire


@dataclass(frozen=True, slots=True)
class MulticlassState:
    """`right`: by record, the rows predicted right and all rows."""

    problem: ClassVar[ProblemType] = ProblemType.MULTICLASS

    confusion: Confusion = field(default_factory=Confusion.empty)
    right: RecordSums = field(default_factory=lambda: RecordSums.empty(2))

    @classmethod
    def of(cls, rows: MulticlassRows) -> Self:
        actual, predicted = rows.actual, rows.predicted
        right = _same_names(actual, predicted)
        by_records = by_record(np.stack((right, np.ones(len(right)))), rows.records)
        return cls(Confusion.of(actual, predicted, memberships(rows.ids)), RecordSums.of(by_records))

    @classmethod
    def of_confusion(cls, confusion: Confusion) -> Self:
        """Of counts alone, each row a record of its own."""
        counts = confusion.counts()
        right = sum(rows for (actual, predicted), rows in counts.items() if actual == predicted)
        vectors = np.array([[1.0, 0.0], [1.0, 1.0]])
        return cls(confusion, RecordSums.repeated(vectors, (right, sum(counts.values()) - right)))

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def rows(self) -> int:
        return self.confusion.rows

    def merge(self, other: Self) -> Self:
        return type(self)(self.confusion.merge(other.confusion), self.right.merge(other.right))

    def to_wire(self) -> MulticlassWire:
        return MulticlassWire(self.confusion.to_wire(), self.right.to_wire())

    @classmethod
    def from_wire(cls, wire: MulticlassWire) -> Self:
        return cls(Confusion.from_wire(wire.confusion), RecordSums.from_wire(wire.right, 2))


def _same_names(actual: Classes, predicted: Classes) -> Floats:
    """Per row, 1 if the labels are the same, else 0."""
    places: dict[str, int] = {}
    of_actual, of_predicted = (
        np.array([places.setdefault(name, len(places)) for name in classes.names], dtype=np.int64)
        for classes in (actual, predicted)
    )
    if not len(actual):
        return np.empty(0)
    same: Floats = (of_actual[actual.codes] == of_predicted[predicted.codes]).astype(np.float64)
    return same
