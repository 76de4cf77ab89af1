"""The state of a binary classification: confusion counts, counts per score, errors of the probabilities."""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import msgspec
import numpy as np

from driftline.domain.predictions.attributes import THRESHOLD
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.confusion import Confusion, ConfusionWire
from driftline.kinds.model_quality.rules.probability_errors import ProbabilityErrors, ProbabilityErrorsWire
from driftline.kinds.model_quality.rules.record_sums import RecordSums, RecordSumsWire, by_record
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.samples import memberships
from driftline.kinds.model_quality.rules.score_counts import ScoreCounts, ScoreCountsWire

NOT_POSITIVE = ""
"""A row that the threshold makes negative is predicted as this: the negative label's name shows in the labels."""

_NO_RECORDS = RecordSums.empty(4)

_OPPOSITES = {"1": "0", "0": "1", "true": "false", "false": "true", "yes": "no", "no": "yes", "-1": "1"}


class BinaryWire(msgspec.Struct, frozen=True, array_like=True):
    positive_label: str
    confusion: ConfusionWire
    scores: ScoreCountsWire
    errors: ProbabilityErrorsWire
    outcomes: RecordSumsWire
    holding: tuple[int, int, int, int]
    separation: RecordSumsWire


@dataclass(frozen=True, slots=True)
class BinaryState:
    """`scores`, `errors` and `separation` are empty where rows have no probability.

    Attributes:
        outcomes: By record, the true and false positives, the false and true negatives.
        holding: How many records have a positive row, a row predicted positive, a negative row, one of the first two.
        separation: By record, the positive rows, the sum of their probabilities, and the same of negative rows.
    """

    problem: ClassVar[ProblemType] = ProblemType.BINARY

    positive_label: str
    confusion: Confusion = field(default_factory=Confusion.empty)
    scores: ScoreCounts = field(default_factory=ScoreCounts.empty)
    errors: ProbabilityErrors = field(default_factory=ProbabilityErrors.empty)
    outcomes: RecordSums = _NO_RECORDS
    holding: tuple[int, int, int, int] = (0, 0, 0, 0)
    separation: RecordSums = _NO_RECORDS

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
        positive, answered = rows.actual.equals(positive_label), predicted.equals(positive_label)
        hits = np.stack((positive & answered, ~positive & answered, positive & ~answered, ~positive & ~answered))
        outcomes = by_record(hits.astype(np.float64), rows.records)
        tp, fp, fn, tn = outcomes > 0
        holding = [int(np.count_nonzero(each)) for each in (tp | fn, tp | fp, fp | tn, tp | fp | fn)]
        known = cls(
            positive_label,
            confusion,
            outcomes=RecordSums.of(outcomes),
            holding=(holding[0], holding[1], holding[2], holding[3]),
        )
        if probability is None:
            return known
        separation = np.stack((positive, positive * probability, ~positive, ~positive * probability))
        return replace(
            known,
            scores=ScoreCounts.of(probability, positive, members),
            errors=ProbabilityErrors.of(probability, positive, rows.records),
            separation=RecordSums.of(by_record(separation.astype(np.float64), rows.records)),
        )

    @classmethod
    def of_confusion(cls, positive_label: str, confusion: Confusion) -> Self:
        """Of counts alone, each row a record of its own."""
        counts = {(actual, predicted): 0 for actual in (True, False) for predicted in (True, False)}
        for (actual, predicted), rows in confusion.counts().items():
            counts[actual == positive_label, predicted == positive_label] += rows
        tp, fp, fn, tn = (counts[each] for each in ((True, True), (False, True), (True, False), (False, False)))
        outcomes = RecordSums.repeated(np.eye(4), (tp, fp, fn, tn))
        return cls(positive_label, confusion, outcomes=outcomes, holding=(tp + fn, tp + fp, fp + tn, tp + fp + fn))

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
        (a, b, c, d), (e, f, g, h) = self.holding, other.holding
        return type(self)(
            self.positive_label,
            self.confusion.merge(other.confusion),
            self.scores.merge(other.scores),
            self.errors.merge(other.errors),
            self.outcomes.merge(other.outcomes),
            (a + e, b + f, c + g, d + h),
            self.separation.merge(other.separation),
        )

    def to_wire(self) -> BinaryWire:
        return BinaryWire(
            self.positive_label,
            self.confusion.to_wire(),
            self.scores.to_wire(),
            self.errors.to_wire(),
            self.outcomes.to_wire(),
            self.holding,
            self.separation.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: BinaryWire) -> Self:
        return cls(
            wire.positive_label,
            Confusion.from_wire(wire.confusion),
            ScoreCounts.from_wire(wire.scores),
            ProbabilityErrors.from_wire(wire.errors),
            RecordSums.from_wire(wire.outcomes, 4),
            wire.holding,
            RecordSums.from_wire(wire.separation, 4),
        )
