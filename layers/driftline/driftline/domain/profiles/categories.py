"""How often each value of a column with few distinct values occurs; exact.

With more than MAX_CATEGORIES distinct values there is no histogram (Deequ's low-cardinality default, which is why
SageMaker leaves it out), and no merge can restore it: the number of distinct values only grows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

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
