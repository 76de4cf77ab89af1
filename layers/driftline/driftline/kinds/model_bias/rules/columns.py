"""Columns of a bias analysis: distinct values with a code for each row, and whether a column is categorical.

SageMaker Clarify decides the type of a column again in every window, by the share of its distinct values. Here it is
decided once, at the baseline, and kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isinf, isnan
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Value = str | int | float | bool
type Codes = NDArray[np.int64]

UNIQUENESS = 0.05
"""Clarify's `UNIQUENESS_THRESHOLD`: an integer column with a larger share of distinct values is continuous."""

MISSING = -1
"""The code of a missing value."""

_TWO = 2
_TRUE, _FALSE = {"true", "1", "1.0"}, {"false", "0", "0.0"}


class DataType(StrEnum):
    CATEGORICAL = "categorical"
    CONTINUOUS = "continuous"


class Element(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class ColumnType:
    data: DataType
    element: Element


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of n rows: `values[codes[i]]` is the value of row i, or it is missing.

    Attributes:
        codes: Shape (n,); MISSING where there is no value.
        values: Distinct, in the order of their first rows.
    """

    codes: Codes
    values: tuple[Value, ...]

    @classmethod
    def of(cls, values: Iterable[Value | None]) -> Self:
        """None and NaN are missing."""
        seen: dict[Value, int] = {}
        codes = [
            MISSING if value is None or value != value else seen.setdefault(value, len(seen))  # noqa: PLR0124 - NaN
            for value in values
        ]
        return cls(np.array(codes, dtype=np.int64), tuple(seen))

    @classmethod
    def of_numbers(cls, numbers: NDArray[np.float64] | NDArray[np.int64]) -> Self:
        """Of an array of n numbers; NaN is missing."""
        distinct, first, codes = np.unique(numbers, return_index=True, return_inverse=True, equal_nan=True)
        order = np.argsort(first)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        values = distinct[order].tolist()
        codes = place[codes]
        if any(value != value for value in values):  # noqa: PLR0124 - NaN
            missing = next(number for number, value in enumerate(values) if value != value)  # noqa: PLR0124
            codes = np.where(codes == missing, MISSING, codes - (codes > missing))
            del values[missing]
        return cls(codes, tuple(values))

    @property
    def element(self) -> Element:
        """Of the values that are there."""
        kinds = {type(value) for value in self.values}
        if kinds and kinds <= {bool}:
            return Element.BOOLEAN
        if kinds and kinds <= {int}:
            return Element.WHOLE
        return Element.NUMBER if kinds and kinds <= {int, float} else Element.TEXT

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return int((self.codes == MISSING).sum())

    def __len__(self) -> int:
        return len(self.codes)


def type_of(column: Coded, configured: Sequence[Value]) -> ColumnType:
    """The type of a facet or label column, for which these values or this threshold are configured.

    Clarify's rule (`clarify_type`), but for columns of at most two values, of which one is configured: they are
    categorical. Clarify takes a 0/1 column of fewer than 41 rows for continuous and 1 for a threshold, above which no
    row is, and fails.
    """
    element = column.element
    if len(column.values) <= _TWO and (not configured or _spelled_alike(column, configured)):
        return ColumnType(DataType.CATEGORICAL, element)
    return ColumnType(clarify_type(column, configured), element)


def clarify_type(column: Coded, configured: Sequence[Value]) -> DataType:
    """As smclarify's `series_datatype` decides it; the first rule that matches counts.

    More than one configured value: categorical. Text: continuous if all values are whole numbers and their share of
    distinct values is at least UNIQUENESS. Fractions: continuous; a column of whole numbers with missing values is one
    of fractions in pandas. Whole numbers: by the share of distinct values. All else is categorical.
    """
    present = len(column) - column.missing
    unique = len(column.values) / present if present else 0.0
    if len(configured) > 1:
        return DataType.CATEGORICAL
    continuous = False
    match column.element:
        case Element.TEXT:
            continuous = not column.missing and unique >= UNIQUENESS and all(map(is_whole, column.values))
        case Element.NUMBER:
            continuous = True
        case Element.WHOLE:
            continuous = bool(column.missing) or unique >= UNIQUENESS
    return DataType.CONTINUOUS if continuous else DataType.CATEGORICAL


def spelled(value: Value, element: Element) -> str:
    """A value of the data or of a configuration, as a column of this type spells it: equal values, equal texts.

    So `"1"` and `1.0` are the whole number 1, and 1 is the text `1`. Clarify first compares as they are and converts
    only if nothing is equal; and it converts `"false"` to true, which is false here.
    """
    match element:
        case Element.TEXT:
            return str(value)
        case Element.BOOLEAN:
            text = str(value).strip().lower()
            return "True" if text in _TRUE else "False" if text in _FALSE else str(value)
    number = _number(value)
    if isnan(number) or isinf(number):
        return str(value)
    return str(int(number)) if element is Element.WHOLE and number.is_integer() else repr(number)


def threshold_of(configured: Sequence[Value]) -> float | None:
    """The threshold of a continuous column; None where none is configured that is a number."""
    try:
        return float(configured[0]) if configured else None
    except ValueError:
        return None


def numbers_of(column: Coded) -> NDArray[np.float64]:
    """The values as numbers, shape (values,); NaN for those that are none."""
    return np.array([_number(value) for value in column.values], dtype=np.float64)


def _spelled_alike(column: Coded, configured: Sequence[Value]) -> bool:
    """Whether one of the configured values occurs."""
    element = column.element
    return bool({spelled(each, element) for each in configured} & {spelled(each, element) for each in column.values})


def is_whole(value: Value) -> bool:
    """Whether pandas reads it as a whole number: 3 and `"3"`, but not 3.0."""
    try:
        return not isinstance(value, float) and int(value) is not None
    except ValueError:
        return False


def _number(value: Value) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")
