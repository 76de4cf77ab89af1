"""Counts of whole numbers, decimal numbers, booleans and texts, and the resulting type.

Source: Deequ 2.0.2, StatefulDataType (the analysis behind SageMaker's `inferred_type`): any text makes a column
String, and so do booleans next to numbers; a column of booleans only is String; any decimal number makes it
Fractional; without any value it is Unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from driftline.domain.capture.columns import ColumnValues

type InferredType = Literal["Integral", "Fractional", "String", "Unknown"]
type TypeCountsWire = tuple[int, ...]

_BOOLEANS = ("true", "false")
_WIRE_LENGTHS = (4, 5)
"""Without and with `whole_fractional`."""


@dataclass(frozen=True, slots=True)
class TypeCounts:
    """Counts of present values by their own type.

    Attributes:
        whole_fractional: Fractional values without a fraction: pandas writes 3 as 3.0 where others are missing. Older
            profiles count none.
    """

    integral: int = 0
    fractional: int = 0
    boolean: int = 0
    string: int = 0
    whole_fractional: int = 0

    @classmethod
    def of(cls, values: ColumnValues) -> Self:
        boolean = sum(values.texts.get(text, 0) for text in _BOOLEANS)
        whole = int(np.count_nonzero(np.floor(values.numbers) == values.numbers))
        return cls(
            integral=values.integral,
            fractional=len(values.numbers) - values.integral,
            boolean=boolean,
            string=sum(values.texts.values()) - boolean,
            whole_fractional=whole - values.integral,
        )

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def present(self) -> int:
        """Number of values that are not missing."""
        return self.integral + self.fractional + self.boolean + self.string

    @property
    def numbers(self) -> int:
        return self.integral + self.fractional

    @property
    def whole(self) -> int:
        """Numbers without a fraction, however they are written."""
        return self.integral + self.whole_fractional

    @property
    def texts(self) -> int:
        """Values that are not numbers."""
        return self.boolean + self.string

    def inferred_type(self) -> InferredType:
        """The column's type, as in statistics.json."""
        if self.string or self.boolean:
            return "String"
        if self.fractional:
            return "Fractional"
        return "Integral" if self.integral else "Unknown"

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        integral = fractional = boolean = string = whole_fractional = 0
        for part in parts:
            integral += part.integral
            fractional += part.fractional
            boolean += part.boolean
            string += part.string
            whole_fractional += part.whole_fractional
        return cls(integral, fractional, boolean, string, whole_fractional)

    def to_wire(self) -> TypeCountsWire:
        return self.integral, self.fractional, self.boolean, self.string, self.whole_fractional

    @classmethod
    def from_wire(cls, wire: TypeCountsWire) -> Self:
        """Raises ValueError: another number of counts."""
        if len(wire) not in _WIRE_LENGTHS:
            raise ValueError(f"{len(wire)} counts of types")
        return cls(*wire)
