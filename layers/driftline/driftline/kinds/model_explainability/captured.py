"""Captured attributions as arrays, from the columns of captured rows.

Clarify's answers have no expected value. The model's output is the expected value plus all attributions of the row
(identity link), so it is the difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.attributions import NOTE_KEY, attribution_of
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.values import number
from driftline.domain.profiles.packing import Floats

OTHER_FEATURES = "attributions of other features or outputs"
NO_NUMBER = "an attribution is not a finite number"

type Cells = Sequence[str | int | None]
type Pair = tuple[str, str]
"""(feature, output)"""


@dataclass(frozen=True, slots=True)
class AttributionColumns:
    """The columns with attributions.

    Attributes:
        features, outputs: In the order in which they first occur.
        keys: The column of each feature and output; some may be missing.
        noted: Whether there is a column with notes.
    """

    features: tuple[str, ...]
    outputs: tuple[str, ...]
    keys: Mapping[Pair, ColumnKey]
    noted: bool = False

    @classmethod
    def of(cls, columns: Sequence[ColumnKey]) -> Self:
        """Those of envelopes, among the columns of captured rows."""
        found = {column: attribution_of(column) for column in columns}
        return cls.named({pair: column for column, pair in found.items() if pair}, noted=NOTE_KEY in columns)

    @classmethod
    def named(cls, keys: Mapping[Pair, ColumnKey], *, noted: bool = False) -> Self:
        """Any columns, such as outputs of a model that returns its attributions."""
        features, outputs = (tuple(dict.fromkeys(pair[at] for pair in keys)) for at in (0, 1))
        return cls(features, outputs, keys, noted)

    def reordered(self, features: Sequence[str], outputs: Sequence[str]) -> Self:
        """The same columns, for arrays of these features and outputs: a baseline's, or those of other hours."""
        return type(self)(tuple(features), tuple(outputs), self.keys, self.noted)

    @property
    def columns(self) -> list[ColumnKey]:
        """All that are to be read."""
        return [*self.keys.values(), *([NOTE_KEY] if self.noted else [])]


def all_names(hours: Iterable[AttributionColumns]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The features and the outputs of several hours, in the order in which they first occur."""
    features: dict[str, None] = {}
    outputs: dict[str, None] = {}
    for columns in hours:
        features.update(dict.fromkeys(columns.features))
        outputs.update(dict.fromkeys(columns.outputs))
    return tuple(features), tuple(outputs)


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedRows:
    """The explained rows of a batch, and how many others there are.

    Attributes:
        places: Number of each explained row in the batch.
        attributions: (rows, features, outputs).
        predictions: (rows, outputs); NaN where the output is not a number, or its column is not known.
        whole: Whether the attributions of a row are all that it has. Free text is left out of captures.
        not_explained: Rows without attributions.
        unusable: Rows whose attributions could not be read or used, by reason.
        notes: What was left out of explained rows -> rows.
    """

    places: NDArray[np.intp]
    attributions: Floats
    predictions: Floats
    whole: NDArray[np.bool_]
    not_explained: int = 0
    unusable: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def expected_values(self) -> Floats:
        """Prediction minus the sum of attributions, (rows, outputs); NaN where either is not known."""
        expected = self.predictions - self.attributions.sum(axis=1)
        return np.where(self.whole[:, None], expected, np.nan)

    @property
    def rows(self) -> int:
        """All rows of the batch."""
        return len(self.places) + self.not_explained + sum(self.unusable.values())


def explained_rows(
    columns: AttributionColumns, predictions: Sequence[ColumnKey], batch: Mapping[ColumnKey, Cells], rows: int
) -> ExplainedRows:
    """The attributions and predictions of a batch of captured rows.

    A row counts as explained if it has a number for every feature and output, and for no others.

    Args:
        predictions: The columns of the model's outputs, in the order of `columns.outputs`; none if not known.
        batch: Has `columns.columns` and `predictions`.
        rows: Number of rows of the batch.

    Raises:
        InvalidInputError: the number of predictions is not that of outputs.
    """
    if predictions and len(predictions) != len(columns.outputs):
        raise InvalidInputError(
            f"{len(predictions)} columns of predictions for attributions of {len(columns.outputs)} outputs",
            where=", ".join(predictions),
            expected="one column for each output that is explained",
        )
    wanted = [(feature, output) for feature in columns.features for output in columns.outputs]
    nobody = np.zeros(rows, dtype=bool)
    present = {pair: _present(batch[key]) for pair, key in columns.keys.items()}
    some = np.any([nobody, *present.values()], axis=0)
    strangers = [present[pair] for pair in present.keys() - set(wanted)]
    fitting = some & np.all([~nobody, *(present.get(pair, nobody) for pair in wanted)], axis=0)
    fitting &= ~np.any([nobody, *strangers], axis=0)
    values = _numbers([batch[columns.keys[pair]] for pair in wanted] if fitting.any() else [], fitting)
    values = values.reshape(int(fitting.sum()), len(columns.features), len(columns.outputs))
    finite = np.isfinite(values).all(axis=(1, 2))
    explained = fitting.copy()
    explained[fitting] = finite

    notes: Cells = batch[NOTE_KEY] if columns.noted else [None] * rows
    noted = _present(notes)
    unusable = _counted(notes, noted & ~some)
    for reason, count in ((OTHER_FEATURES, some & ~fitting), (NO_NUMBER, fitting & ~explained)):
        if count.any():
            unusable[reason] = int(count.sum())
    predicted = _numbers([batch[key] for key in predictions], explained)
    return ExplainedRows(
        places=np.flatnonzero(explained),
        attributions=values[finite],
        predictions=predicted if predictions else np.full((int(explained.sum()), len(columns.outputs)), np.nan),
        whole=~noted[explained],
        not_explained=int((~some & ~noted).sum()),
        unusable=unusable,
        notes=_counted(notes, noted & explained),
    )


def _present(cells: Cells) -> NDArray[np.bool_]:
    return np.array([cell is not None and cell != "" for cell in cells], dtype=bool)


def _counted(notes: Cells, rows: NDArray[np.bool_]) -> dict[str, int]:
    """Note -> rows, the most frequent first."""
    return dict(Counter(str(note) for note, counts in zip(notes, rows.tolist(), strict=True) if counts).most_common())


def _numbers(columns: Sequence[Cells], rows: NDArray[np.bool_]) -> Floats:
    """The cells of these rows, (rows, columns); NaN where one is not a finite number."""
    chosen = rows.tolist()
    found = [[number(cell) for cell in compress(cells, chosen)] for cells in columns]
    values = np.array(found, dtype=float).reshape(len(columns), -1).T if columns else np.empty((int(rows.sum()), 0))
    return np.where(np.isfinite(values), values, np.nan)
