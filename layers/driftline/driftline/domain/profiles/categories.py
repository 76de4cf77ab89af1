"""How often each value of a column with few distinct values occurs; exact.

With more than MAX_CATEGORIES distinct values there is no histogram (Deequ's low-cardinality default, which is why
SageMaker leaves it out), and no merge can restore it: the number of distinct values only grows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from driftline.domain.capture.cells import parse_number
from driftline.domain.capture.columns import MAX_CATEGORIES

type CategoriesWire = dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Categories:
    """The state. `counts` is None after too many values; equality does not depend on its order."""

    counts: Mapping[str, int] | None

    @classmethod
    def of(cls, counts: Mapping[str, int] | None) -> Self:
        """From the counts of a batch, which are None if it has too many distinct values."""
        return cls.merge_all((cls(counts),))

    @classmethod
    def empty(cls) -> Self:
        return cls({})

    def ordered(self) -> list[tuple[str, int]] | None:
        """(value, count), most frequent first, equal counts by value: the order in all files."""
        if self.counts is None:
            return None
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))

    def of_codes(self) -> Self:
        """Whole numbers are one category however they are written: `3.0` is `3`. `03` is another code."""
        if self.counts is None:
            return self
        total: dict[str, int] = {}
        for value, count in self.counts.items():
            code = _code(value)
            total[code] = total.get(code, 0) + count
        return type(self)(total)

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        total: dict[str, int] = {}
        for part in parts:
            if part.counts is None:
                return cls(None)
            for value, count in part.counts.items():
                total[value] = total.get(value, 0) + count
            if len(total) > MAX_CATEGORIES:
                return cls(None)
        return cls(total)

    def to_wire(self) -> CategoriesWire:
        return None if self.counts is None else dict(sorted(self.counts.items()))

    @classmethod
    def from_wire(cls, wire: CategoriesWire) -> Self:
        return cls(wire)


def _code(value: str) -> str:
    number = parse_number(value)
    return value if number is None or number[1] or not number[0].is_integer() else code_of_number(number[0])


def code_of_number(number: float) -> str:
    """`3` of 3.0, `3.5` of 3.5."""
    return str(int(number)) if number.is_integer() else repr(number)
