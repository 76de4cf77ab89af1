"""A few rows of a regression, drawn so that every cut into files draws the same ones.

Kept are the SIZE rows with the smallest hashes of their inferenceId: a uniform sample without replacement (bottom-k
sampling, Cohen and Kaplan 2007), whose merge over parts is the sample of the whole.
"""

from dataclasses import dataclass
from typing import Self, override

import numpy as np

from driftline.domain.profiles.packing import Floats, PackedFloats, pack_floats, unpack_floats
from driftline.kinds.model_quality.rules.rows import Hashes, RegressionRows

SIZE = 300

type RowSampleWire = tuple[bytes, PackedFloats, PackedFloats]


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """The state: hashes, ascending, with predicted and actual value of each row; all of shape (k,), k <= SIZE."""

    hashes: Hashes
    predicted: Floats
    actual: Floats

    @classmethod
    def of(cls, rows: RegressionRows) -> Self:
        return cls._smallest(rows.ids, rows.predicted, rows.actual)

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty(0, dtype=np.uint64), np.empty(0), np.empty(0))

    @classmethod
    def _smallest(cls, hashes: Hashes, predicted: Floats, actual: Floats) -> Self:
        if len(hashes) > SIZE:
            # Rows that share the largest hash that is kept stay in until the order of their values decides.
            near = hashes <= np.partition(hashes, SIZE - 1)[SIZE - 1]
            hashes, predicted, actual = hashes[near], predicted[near], actual[near]
        order = np.lexsort((actual, predicted, hashes))[:SIZE]
        return cls(hashes[order], predicted[order], actual[order])

    def merge(self, other: Self) -> Self:
        return self._smallest(
            np.concatenate((self.hashes, other.hashes)),
            np.concatenate((self.predicted, other.predicted)),
            np.concatenate((self.actual, other.actual)),
        )

    def pairs(self) -> tuple[tuple[float, float], ...]:
        """(actual, predicted) of each row."""
        return tuple(zip(self.actual.tolist(), self.predicted.tolist(), strict=True))

    def to_wire(self) -> RowSampleWire:
        return self.hashes.astype("<u8").tobytes(), pack_floats(self.predicted), pack_floats(self.actual)

    @classmethod
    def from_wire(cls, wire: RowSampleWire) -> Self:
        hashes, predicted, actual = wire
        return cls(
            np.frombuffer(hashes, dtype="<u8").astype(np.uint64), unpack_floats(predicted), unpack_floats(actual)
        )

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowSample):
            return NotImplemented
        return (
            np.array_equal(self.hashes, other.hashes)
            and np.array_equal(self.predicted, other.predicted)
            and np.array_equal(self.actual, other.actual)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays
