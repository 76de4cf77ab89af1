"""The state of a binary classification: confusion counts, counts per score, errors of the probabilities."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import msgspec
import numpy as np

from driftline.kinds.model_quality.rules.confusion import Confusion, ConfusionWire
from driftline.kinds.model_quality.rules.probability_errors import ProbabilityErrors, ProbabilityErrorsWire
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, ProblemType
from driftline.kinds.model_quality.rules.samples import memberships
from driftline.kinds.model_quality.rules.score_counts import ScoreCounts, ScoreCountsWire

THRESHOLD = 0.5
NOT_POSITIVE = ""
"""A row that the threshold makes negative is predicted as this: the negative label's name shows in the labels."""

_OPPOSITES = {"1": "0", "0": "1", "true": "false", "false": "true", "yes": "no", "no": "yes", "-1": "1"}


class BinaryWire(msgspec.Struct, frozen=True, array_like=True):
    positive_label: str
    confusion: ConfusionWire
    scores: ScoreCountsWire
    errors: ProbabilityErrorsWire


@dataclass(frozen=True, slots=True)
class BinaryState:
    """`scores` and `errors` are empty where rows have no probability."""

    problem: ClassVar[ProblemType] = ProblemType.BINARY

    positive_label: str
    confusion: Confusion = field(default_factory=Confusion.empty)
    scores: ScoreCounts = field(default_factory=ScoreCounts.empty)
    errors: ProbabilityErrors = field(default_factory=ProbabilityErrors.empty)

    @classmethod
    def of(cls, rows: BinaryRows, positive_label: str, threshold: float = THRESHOLD) -> Self:
        """Without predicted labels a row is positive if probability > threshold.

        Strictly above, as Spark's Binarizer and its classifiers decide, on which SageMaker's container is built, and
        as the prediction columns of SageMaker's own examples are made.
        """
        members = memberships(rows.ids)
        predicted, probability = rows.predicted, rows.probability
        if predicted is None:
            assert probability is not None  # BinaryRows has one of the two
            predicted = Classes((probability > threshold).astype(np.int64), (NOT_POSITIVE, positive_label))
        confusion = Confusion.of(rows.actual, predicted, members)
        if probability is None:
            return cls(positive_label, confusion)
        positive = rows.actual.equals(positive_label)
        return cls(
            positive_label,
            confusion,
            ScoreCounts.of(probability, positive, members),
            ProbabilityErrors.of(probability, positive),
        )

    @classmethod
    def empty(cls, positive_label: str) -> Self:
        return cls(positive_label)

    @property
    def rows(self) -> int:
        return self.confusion.rows

    def named(self) -> Confusion:
        """The confusion counts with the negative label's name.

        It is the only other label; else the usual opposite (1: 0, yes: no, true: false); else `not <positive>`.
        """
        others = [label for label in self.confusion.labels() if label not in {self.positive_label, NOT_POSITIVE}]
        usual = _OPPOSITES.get(self.positive_label, f"not {self.positive_label}")
        negative = others[0] if len(others) == 1 else usual
        return self.confusion.relabelled({NOT_POSITIVE: negative})

    def merge(self, other: Self) -> Self:
        """Raises ValueError: the positive labels differ, so the counts do not mean the same."""
        if self.positive_label != other.positive_label:
            raise ValueError(f"positive labels differ: {self.positive_label!r} and {other.positive_label!r}")
        return type(self)(
            self.positive_label,
            self.confusion.merge(other.confusion),
            self.scores.merge(other.scores),
            self.errors.merge(other.errors),
        )

    def to_wire(self) -> BinaryWire:
        return BinaryWire(self.positive_label, self.confusion.to_wire(), self.scores.to_wire(), self.errors.to_wire())

    @classmethod
    def from_wire(cls, wire: BinaryWire) -> Self:
        return cls(
            wire.positive_label,
            Confusion.from_wire(wire.confusion),
            ScoreCounts.from_wire(wire.scores),
            ProbabilityErrors.from_wire(wire.errors),
        )
