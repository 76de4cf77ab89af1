"""The type of the value in a cell, and a column of cells as `ColumnValues`.

The rules are Deequ's (analyzers/catalyst/StatefulDataType.scala, release 2.0.2), as SageMaker Model Monitor uses them:
null or empty is missing; FRACTIONAL and INTEGRAL by the patterns below; everything else is a text, `true` and
`false` (BOOLEAN) included. A number too large for a double counts as a text, so that numbers are always finite.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.json_reading import JsonDecoder

FRACTIONAL = r"[-+]? ?[0-9]+(?:\.[0-9]+|(?:\.[0-9]+)?[Ee][-+]?[0-9]+)"
INTEGRAL = r"[-+]? ?[0-9]+"
_FRACTIONAL = re.compile(FRACTIONAL)
_INTEGRAL = re.compile(INTEGRAL)

_NUMBERS = JsonDecoder(list[float])
_NUMBERS_OR_MISSING = frozenset((float, int, type(None)))
_MARKS_OF_FRACTIONS = frozenset(".eE")
_LOOKED_AT = 1_000

NO_NUMBERS: NDArray[np.float64] = np.empty(0)


def parse_number(text: str) -> tuple[float, bool] | None:
    """The value of a numeric cell and whether it is INTEGRAL; None for a text.

    Deequ's patterns allow one space after the sign (`- 3`, ` 3`); it is not part of the value.
    """
    integral = _INTEGRAL.fullmatch(text) is not None
    if not integral and _FRACTIONAL.fullmatch(text) is None:
        return None
    value = float(text.replace(" ", ""))
    return (value, integral) if math.isfinite(value) else None


def texts_to_columns(cells: Iterable[str | None]) -> ColumnValues:
    """One column of captured cells; None and the empty text are missing, and `-0` is plain zero."""
    return present_to_columns([cell for cell in cells if cell])


def present_to_columns(present: list[str], occurrences: Counter[str] | None = None) -> ColumnValues:
    """One column of the present cells; `occurrences`: their counts, if the caller has them."""
    if occurrences is None and len(set(present[:_LOOKED_AT])) > MAX_CATEGORIES and parse_number(present[0]):
        column = _plain_numbers(present)
        if column is not None:
            return column
    if occurrences is None:
        occurrences = Counter(present)
    categories = dict(occurrences) if len(occurrences) <= MAX_CATEGORIES else None
    if (all_numbers := _json_numbers(occurrences)) is not None:
        integral = sum(count for text, count in occurrences.items() if _MARKS_OF_FRACTIONS.isdisjoint(text))
        of_text = dict(zip(occurrences, all_numbers, strict=True))
        return ColumnValues(np.array([of_text[cell] for cell in present]) + 0.0, integral, {}, categories)
    values: dict[str, float] = {}
    texts: dict[str, int] = {}
    integral = 0
    for text, count in occurrences.items():
        number = parse_number(text)
        if number is None:
            texts[text] = count
        else:
            values[text] = number[0]
            integral += count if number[1] else 0
    numbers = np.array([values[cell] for cell in present if cell in values]) + 0.0 if values else NO_NUMBERS
    return ColumnValues(numbers, integral, texts, categories)


def _plain_numbers(present: list[str]) -> ColumnValues | None:
    """Many different cells that are all JSON numbers, at once; None for other columns."""
    numbers = _json_numbers(present)
    if numbers is None:
        return None
    joined = ",".join(present)
    if "e" in joined or "E" in joined:
        integral = sum(not _MARKS_OF_FRACTIONS.intersection(cell) for cell in present)
    else:
        integral = len(present) - joined.count(".")
    return ColumnValues(np.array(numbers) + 0.0, integral, {}, None)


def _json_numbers(present: Collection[str]) -> list[float] | None:
    """Cells that are all JSON numbers, at once; None if one is not, and for no cells.

    JSON's numbers are a subset of what Deequ's patterns accept. JSON also allows white space around them, which Deequ
    does not, and a cell with a comma would be two numbers.
    """
    joined = ",".join(present)
    if not joined or any(space in joined for space in " \n\t\r"):
        return None
    try:
        numbers = _NUMBERS.decode(f"[{joined}]")
    except ValueError:
        return None
    return numbers if len(numbers) == len(present) else None


def value_text(value: object) -> str | None:
    """A decoded value as the text of a cell; None for a missing value.

    `true` and `false` for booleans, the shortest exact text for numbers, `NaN`, `Infinity` and `-Infinity`
    for what JSON cannot express; these are texts, not numbers. Anything else (dates, decimals) as Python prints it.
    """
    if isinstance(value, str):
        return str(value) or None  # a plain text, also of CSV cells
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, np.generic):
        return value_text(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return str(value)


def values_to_columns(values: Sequence[object]) -> ColumnValues:
    """One column of values from JSON, a script or Parquet.

    Strings are classified by their text, as SageMaker does; `by_type` has them as the texts that they are.
    """
    column = _many_numbers(values)
    if column is not None:
        return column
    column = texts_to_columns(map(value_text, values))
    as_numbers = {value for value in values if type(value) is str and value} - column.texts.keys()
    return replace(column, by_type=_by_type(values, column, as_numbers)) if as_numbers else column


def _by_type(values: Sequence[object], by_text: ColumnValues, as_numbers: AbstractSet[str]) -> ColumnValues:
    """The values where these strings are texts; CSV cells among the values have no type."""
    quoted: Counter[str] = Counter()
    others: list[str | None] = []
    for value in values:
        if type(value) is str and value in as_numbers:
            quoted[value] += 1
        else:
            others.append(value_text(value))
    column = texts_to_columns(others)
    return ColumnValues(column.numbers, column.integral, {**column.texts, **quoted}, by_text.categories)


def _many_numbers(values: Sequence[object]) -> ColumnValues | None:
    """Many different finite numbers, without looking at their texts; None for other columns."""
    kinds = Counter(map(type, values))
    if not _NUMBERS_OR_MISSING.issuperset(kinds) or len(set(values[:_LOOKED_AT])) <= MAX_CATEGORIES + 1:
        return None
    try:
        numbers = np.array([value for value in values if value is not None], dtype=np.float64)
    except OverflowError:
        return None  # an integer beyond a double's range is a text
    return ColumnValues(numbers + 0.0, kinds[int], {}, None) if np.isfinite(numbers).all() else None
