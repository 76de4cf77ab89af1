"""How often each label was predicted as each: the confusion counts, whole and per sample. Exact."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.rows import Classes
from driftline.kinds.model_quality.rules.samples import PARTS

MOST_LABELS = 1000
"""More distinct labels than this are not classes, but most likely the column of a regression."""

type Counts = tuple[int, ...]
type ConfusionWire = list[tuple[str, str, Counts]]


@dataclass(frozen=True, slots=True)
class Confusion:
    """`cells[actual, predicted]`: rows in each part (the whole, then the samples); cells without rows are absent."""

    cells: Mapping[tuple[str, str], Counts] = field(default_factory=dict)

    @classmethod
    def of(cls, actual: Classes, predicted: Classes, members: NDArray[np.bool_]) -> Self:
        """Raises InvalidInputError: more than MOST_LABELS labels."""
        # Counted before the table is made: of as many classes as rows it would not fit into memory.
        _check_labels(_used(actual) | _used(predicted))
        width = max(1, len(predicted.names))
        pairs = actual.codes * width + predicted.codes
        counted = np.stack([np.bincount(pairs[member], minlength=len(actual.names) * width) for member in members])
        cells: dict[tuple[str, str], Counts] = {}
        for pair in np.flatnonzero(counted[0]).tolist():
            key = actual.names[pair // width], predicted.names[pair % width]
            cells[key] = _added(cells.get(key), tuple(counted[:, pair].tolist()))
        return cls(_bounded(cells))

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def rows(self) -> int:
        return sum(counts[0] for counts in self.cells.values())

    def labels(self) -> tuple[str, ...]:
        """All labels, actual or predicted: numbers by value, then texts by code point."""
        return tuple(sorted({label for pair in self.cells for label in pair}, key=_label_order))

    def counts(self, part: int = 0) -> dict[tuple[str, str], int]:
        return {pair: counts[part] for pair, counts in self.cells.items() if counts[part]}

    def relabelled(self, names: Mapping[str, str]) -> Self:
        """With other names; cells whose names become the same are added."""
        cells: dict[tuple[str, str], Counts] = {}
        for (actual, predicted), counts in self.cells.items():
            key = names.get(actual, actual), names.get(predicted, predicted)
            cells[key] = _added(cells.get(key), counts)
        return type(self)(cells)

    def merge(self, other: Self) -> Self:
        cells = dict(self.cells)
        for pair, counts in other.cells.items():
            cells[pair] = _added(cells.get(pair), counts)
        return type(self)(_bounded(cells))

    def to_wire(self) -> ConfusionWire:
        return [(*pair, self.cells[pair]) for pair in sorted(self.cells)]

    @classmethod
    def from_wire(cls, wire: ConfusionWire) -> Self:
        return cls({(actual, predicted): counts for actual, predicted, counts in wire})

    def matrix(self) -> dict[str, dict[str, int]]:
        """SageMaker's `confusion_matrix`: {actual: {predicted: rows}}, every label in both, zeros included."""
        counts, labels = self.counts(), self.labels()
        return {a: {p: counts.get((a, p), 0) for p in labels} for a in labels}

    def parts(self) -> Iterator[dict[tuple[str, str], int]]:
        """The counts of the five samples."""
        return (self.counts(part) for part in range(1, PARTS))


def _added(a: Counts | None, b: Counts) -> Counts:
    return b if a is None else tuple(x + y for x, y in zip(a, b, strict=True))


def _bounded(cells: dict[tuple[str, str], Counts]) -> dict[tuple[str, str], Counts]:
    _check_labels({label for pair in cells for label in pair})
    return cells


def _used(classes: Classes) -> set[str]:
    return {classes.names[code] for code in np.flatnonzero(np.bincount(classes.codes)).tolist()}


def _check_labels(labels: set[str]) -> None:
    if len(labels) > MOST_LABELS:
        examples = ", ".join(repr(label) for label in sorted(labels)[:3])
        raise InvalidInputError(
            f"{len(labels)} distinct labels, among them {examples}",
            expected=f"at most {MOST_LABELS} classes",
            mend="If the label is a number to be estimated, set problem_type: Regression.",
        )


def _label_order(label: str) -> tuple[int, float, str]:
    try:
        number = float(label)
    except ValueError:
        return 1, 0.0, label
    return (1, 0.0, label) if isnan(number) else (0, number, label)
