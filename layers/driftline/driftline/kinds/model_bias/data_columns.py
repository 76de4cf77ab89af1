"""Columns of a data set, gathered batch by batch: distinct cells with a code for each row, typed at the end.

Cells of CSV are text. What they mean is decided over the whole column, as pandas reads it: whole numbers, numbers,
truth values, or text.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.domain.predictions.values import items, label_text
from driftline.kinds.model_bias.rules.columns import MISSING, Coded, Value, is_whole

MANY = 50_000
"""Distinct values, from which numbers are kept as numbers."""

_TRUTHS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


class ColumnOfCells:
    """A column that grows: a row takes four bytes, and a distinct value what its text takes.

    A column of more than MANY distinct numbers is kept as numbers, eight bytes a row. If a text comes after so many
    numbers, they are texts again, without zeros at their ends.
    """

    def __init__(self) -> None:
        self._seen: dict[object, int] = {}
        self._codes: list[NDArray[np.int32]] = []
        self._numbers: list[NDArray[np.float64]] = []
        self._whole = True
        self._is_text = False

    def add(self, cells: Iterable[object]) -> None:
        """Further rows."""
        given = list(cells)
        if self._numbers:
            found, whole = _as_numbers(given)
            if found is not None:
                self._numbers.append(found)
                self._whole &= whole
                return
            self._back_to_texts()
        seen = self._seen
        try:
            codes = [seen.setdefault(cell, len(seen)) for cell in given]
        except TypeError:  # a list or an object of JSON
            codes = [seen.setdefault(single(cell), len(seen)) for cell in given]
        self._codes.append(np.array(codes, dtype=np.int32))
        if len(seen) > MANY and not self._is_text:
            self._to_numbers()

    def coded(self) -> Coded:
        """The column with the type that all its values have; what is empty, NaN or null is missing. To be called once:
        the memory of what was gathered is given up.
        """
        if self._numbers:
            numbers, self._numbers = np.concatenate(self._numbers), []
            found = Coded.of_numbers(numbers)
            return Coded(found.codes, tuple(map(int, found.values))) if self._whole else found
        values = [value if label_text(value) is not None else None for value in map(single, self._seen)]
        known: dict[Value, int] = {}
        places = [MISSING if value is None else known.setdefault(value, len(known)) for value in as_pandas(values)]
        codes = np.concatenate(self._codes) if self._codes else np.empty(0, dtype=np.int32)
        return Coded(np.array([*places, MISSING], dtype=np.int64)[codes], tuple(known))

    def _to_numbers(self) -> None:
        found, self._whole = _as_numbers(list(self._seen))
        self._is_text = found is None
        if found is not None:
            self._numbers = [found[codes] for codes in self._codes]
            self._seen, self._codes = {}, []

    def _back_to_texts(self) -> None:
        column = Coded.of_numbers(np.concatenate(self._numbers))
        texts = [str(int(value)) if self._whole else str(value) for value in column.values]
        self._seen = {text: place for place, text in enumerate((*texts, ""))}
        self._codes = [np.where(column.codes == MISSING, len(texts), column.codes).astype(np.int32)]
        self._numbers, self._is_text = [], True


def _as_numbers(cells: list[object]) -> tuple[NDArray[np.float64] | None, bool]:
    """The numbers, NaN where there is none, and whether they are written as whole ones; None if one is text."""
    values = [value if label_text(value) is not None else None for value in map(single, cells)]
    if any(isinstance(value, bool) for value in values):
        return None, False
    try:
        numbers = [float("nan") if value is None else _number(str(value)) for value in values]
    except ValueError:
        return None, False
    return np.array(numbers, dtype=np.float64), all(value is None or is_whole(value) for value in values)


def as_pandas(values: Sequence[Value | None]) -> list[Value | None]:
    """Text as what pandas reads it as, if all values are text; values of JSON and Parquet have a type already."""
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < sum(value is not None for value in values):
        return list(values)
    converters: tuple[Callable[[str], Value], ...] = (_whole, _number, _TRUTHS.__getitem__)
    for convert in converters:
        try:
            return [None if value is None else convert(str(value)) for value in values]
        except (ValueError, KeyError):
            continue
    return list(values)


def numbers_in(cells: Iterable[object]) -> NDArray[np.float64] | None:
    """A batch of a column as numbers, truth values as 1 and 0, NaN where there is none; None if one is text."""
    given = list(cells)
    try:
        return np.array(list(map(float, given)), dtype=np.float64)  # type: ignore[arg-type]  # errors are caught
    except (TypeError, ValueError):
        pass
    found = [_feature(cell) for cell in given]
    return None if None in found else np.array(found, dtype=np.float64)


def single(cell: object) -> Value | None:
    """The value of a cell: of a list its only value, other lists and objects as their text."""
    if cell is None or isinstance(cell, str | int | float):
        return cell
    found = items(cell)
    if found is not None and len(found) == 1:
        return single(found[0])
    return str(cell)


def _feature(cell: object) -> float | None:
    value = single(cell)
    if value is None or label_text(value) is None:
        return float("nan")
    if isinstance(value, str) and value in _TRUTHS:
        return float(_TRUTHS[value])
    try:
        return float(value)
    except ValueError:
        return None


def _whole(text: str) -> int:
    if "_" in text:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    if "_" in text:
        raise ValueError(text)
    return float(text)
