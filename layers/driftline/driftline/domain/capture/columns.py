"""Columns of a batch of rows: the output of every decoder and the input of every profile.

A column key names a column before the baseline is known: `output[0]`, `input[3]` (by position, CSV) or
`output.score`, `input.carrier` (by name, JSON). Output columns come first, as SageMaker puts them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CATEGORIES = 120
"""A column with more distinct values than this has no histogram of values (Deequ's low-cardinality default)."""

MOST_COLUMNS = 5_000
"""Of a capture file, all its rows together, and of a baseline data set."""

type ColumnKey = str


def is_input(key: ColumnKey) -> bool:
    """Whether the column is of the endpoint's input."""
    return key.startswith(("input[", "input."))


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """The present values of one column of a batch; missing ones are left out.

    Attributes:
        numbers: The numeric values, in row order; always finite.
        integral: How many of `numbers` are written as whole numbers (Deequ's INTEGRAL).
        texts: How often each value that is not a number occurs, including `true` and `false`.
        categories: How often each value occurs by its text, including numbers; None with more than
            MAX_CATEGORIES distinct values. Order: first occurrence.
        by_type: The same values where texts that read as numbers, such as "02139" in JSON, are texts. None: there are
            none, or the source has no types, such as CSV.
    """

    numbers: NDArray[np.float64]
    integral: int
    texts: Mapping[str, int]
    categories: Mapping[str, int] | None
    by_type: "ColumnValues | None" = None

    @property
    def present(self) -> int:
        """Number of values that are not missing."""
        return len(self.numbers) + sum(self.texts.values())


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one layout as columns. A column that a row lacks is missing in that row."""

    rows: int
    columns: Mapping[ColumnKey, ColumnValues]


type CsvToColumns = Callable[[bytes, int], Sequence[ColumnValues]]
"""(header-less CSV, number of fields in every row) -> its columns."""
