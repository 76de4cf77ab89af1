"""The rows of a data set that the flip test looks at: a sample that does not grow with the data set.

A row is in it if the hash of its number is below a bound, which falls until few enough are left.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_bias.data_columns import numbers_in
from driftline.kinds.model_bias.flip_rows import FlipRows
from driftline.kinds.model_bias.rules.columns import MISSING
from driftline.kinds.model_bias.rules.counts import Rows, outcomes
from driftline.kinds.model_bias.rules.flip_test import MOST_ROWS

_ALL = (1 << 64) - 1


class FlipSample:
    """See the module.

    Args:
        features: Names of the columns that may be features.
    """

    def __init__(self, features: Sequence[str]) -> None:
        self._numeric = dict.fromkeys(features, True)
        self._rows: list[NDArray[np.int64]] = []
        self._features: list[NDArray[np.float64]] = []
        self._held = 0
        self._bound = _ALL
        self._total = 0

    def add(self, columns: Mapping[str, Sequence[object]], rows: int) -> None:
        """Further rows."""
        numbers = np.arange(self._total, self._total + rows, dtype=np.int64)
        self._total += rows
        chosen = np.flatnonzero(_hashes(numbers) < self._bound) if self._bound != _ALL else np.arange(rows)
        features = np.full((len(chosen), len(self._numeric)), np.nan)
        for place, name in enumerate(self._numeric):
            if self._numeric[name]:
                found = numbers_in(columns[name])
                self._numeric[name] = found is not None
                if found is not None:
                    features[:, place] = found[chosen]
        self._rows.append(numbers[chosen])
        self._features.append(features)
        self._held += len(chosen)
        if self._held > 2 * MOST_ROWS:
            self._shrink()

    def flip_rows(self, rows: Rows) -> FlipRows:
        """The sample of those with a prediction, with what the coded rows say of them."""
        self._shrink()
        held = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64)
        if rows.prediction is None or not len(held):
            return FlipRows.empty()
        codes, names = outcomes(rows.positives, rows.prediction)
        positive = np.array([*(name in rows.positives.texts for name in names), False])
        inside = np.flatnonzero(codes[held] != MISSING)
        held = held[inside]
        groups = {}
        for name, (criterion, column) in rows.facets.items():
            of_facet, values = outcomes(criterion, column)
            groups[name] = (tuple(values), of_facet[held])
        return FlipRows(
            tuple(self._numeric),
            frozenset(name for name, numeric in self._numeric.items() if not numeric),
            self._bound,
            _hashes(held),
            np.concatenate(self._features)[inside],
            positive[codes[held]],
            groups,
        )

    def _shrink(self) -> None:
        """To at most MOST_ROWS rows."""
        if self._held <= MOST_ROWS:
            return
        rows, features = np.concatenate(self._rows), np.concatenate(self._features)
        hashes = _hashes(rows)
        self._bound = int(np.partition(hashes, MOST_ROWS)[MOST_ROWS])
        inside = hashes < self._bound
        self._rows, self._features = [rows[inside]], [features[inside]]
        self._held = len(self._rows[0])


def _hashes(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Even and without order: SplitMix64."""
    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
