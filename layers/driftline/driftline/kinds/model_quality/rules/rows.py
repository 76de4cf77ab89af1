"""Rows with a prediction and a label, as arrays: what the states are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats

type Hashes = NDArray[np.uint64]
type Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """A column of class labels: `names[codes[i]]` is the label of row i. Names may repeat or be unused."""

    codes: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, labels: Iterable[str]) -> Self:
        """Of texts in row order; names in the order of their first row."""
        seen: dict[str, int] = {}
        codes = [seen.setdefault(label, len(seen)) for label in labels]
        return cls(np.array(codes, dtype=np.int64), tuple(seen))

    def equals(self, label: str) -> NDArray[np.bool_]:
        """Per row, whether its label is this one."""
        matches = np.array([name == label for name in self.names], dtype=np.bool_)
        return matches[self.codes] if len(self.names) else np.zeros(len(self.codes), dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class RegressionRows:
    """Finite numbers and the hash of each row's inferenceId (samples.row_hashes), all of shape (n,).

    Attributes:
        records: The number of each row's record; None if each row is a record of its own.
    """

    predicted: Floats
    actual: Floats
    ids: Hashes
    records: Codes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BinaryRows:
    """Labels, predicted labels, probabilities of the positive label in [0, 1]; all of shape (n,).

    Without predicted labels, a row is predicted positive when its probability is above the threshold.
    Without probabilities there are no curves. `records`: as in RegressionRows.
    """

    actual: Classes
    ids: Hashes
    predicted: Classes | None = None
    probability: Floats | None = None
    records: Codes | None = None

    def __post_init__(self) -> None:
        if self.predicted is None and self.probability is None:
            raise ValueError("rows need predicted labels or probabilities")


@dataclass(frozen=True, slots=True, eq=False)
class MulticlassRows:
    """Labels and predicted labels, of shape (n,). `records`: as in RegressionRows."""

    predicted: Classes
    actual: Classes
    ids: Hashes
    records: Codes | None = None
