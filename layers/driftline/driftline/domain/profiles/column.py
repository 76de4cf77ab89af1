"""The profile of one column: its types, moments, distribution, distinct count and categories."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import msgspec
import numpy as np

from driftline.domain.capture.columns import ColumnValues
from driftline.domain.profiles.categories import Categories, CategoriesWire
from driftline.domain.profiles.distinct import DistinctCount, DistinctWire, hashes_of_texts
from driftline.domain.profiles.hashed import HashedCounts, HashedWire
from driftline.domain.profiles.kll import KllSketch, KllWire
from driftline.domain.profiles.moments import Moments, MomentsWire
from driftline.domain.profiles.packing import Floats
from driftline.domain.profiles.types import InferredType, TypeCounts, TypeCountsWire

_ALL_DISTINCT = 4  # if more than a quarter of the values is distinct, deduplication costs more than it saves


class ColumnWire(msgspec.Struct, array_like=True, frozen=True):
    """A column profile as written; the order of the fields is part of the format's version.

    What was added later comes last and has a default: profiles without it are still read.
    """

    types: TypeCountsWire
    moments: MomentsWire
    kll: KllWire
    distinct: DistinctWire
    categories: CategoriesWire
    texts: HashedWire | None = None
    by_type: "ColumnWire | None" = None


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The present values of one column; only the table knows how many are missing.

    Attributes:
        types: For all present values.
        moments: For the numbers among them.
        kll: For the numbers among them.
        distinct: For all present values; numbers by value, so `1` and `1.0` are one.
        categories: For all present values by text, so `1` and `1.0` are two.
        texts: For the present values that are not numbers; None if the profile, or a part of it, was written before
            they were counted.
        by_type: The same values where texts that read as numbers are texts; None if there are none. See `ColumnValues`.
    """

    types: TypeCounts
    moments: Moments
    kll: KllSketch
    distinct: DistinctCount
    categories: Categories
    texts: HashedCounts | None = field(default_factory=HashedCounts.empty)
    by_type: Self | None = None

    @classmethod
    def of(cls, values: ColumnValues) -> Self:
        """Sorts the numbers once, for the sketch and for the distinct count."""
        numbers = values.numbers + 0.0  # minus zero becomes zero
        ordered = np.sort(numbers)
        hashes = hashes_of_texts(values.texts)
        return cls(
            types=TypeCounts.of(values),
            moments=Moments.of(numbers),
            kll=KllSketch.of(numbers, ordered),
            distinct=DistinctCount.of_hashes(_without_repeats(ordered), hashes),
            categories=Categories.of(values.categories),
            texts=HashedCounts.of(hashes, values.texts.values()),
            by_type=cls.of(values.by_type) if values.by_type else None,
        )

    @classmethod
    def empty(cls) -> Self:
        return cls(TypeCounts.empty(), Moments.empty(), KllSketch.empty(), DistinctCount.empty(), Categories.empty())

    @property
    def present(self) -> int:
        """Number of values that are not missing."""
        return self.types.present

    def inferred_type(self) -> InferredType:
        return self.types.inferred_type()

    def as_categorical(self) -> Self:
        """The same values as categories: none of them is a number, and 1.0 is 1."""
        types = TypeCounts(string=self.present)
        return replace(self, types=types, categories=self.categories.of_codes(), by_type=None)

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Sequence[Self]) -> Self:
        if len(parts) == 1:
            return parts[0]
        return cls(
            types=TypeCounts.merge_all(part.types for part in parts),
            moments=Moments.merge_all(part.moments for part in parts),
            kll=KllSketch.merge_all(part.kll for part in parts),
            distinct=DistinctCount.merge_all(part.distinct for part in parts),
            categories=Categories.merge_all(part.categories for part in parts),
            texts=_merged([part.texts for part in parts]),
            by_type=cls.merge_all([part.by_type or part for part in parts])
            if any(part.by_type for part in parts)
            else None,
        )

    def to_wire(self) -> ColumnWire:
        return ColumnWire(
            self.types.to_wire(),
            self.moments.to_wire(),
            self.kll.to_wire(),
            self.distinct.to_wire(),
            self.categories.to_wire(),
            None if self.texts is None else self.texts.to_wire(),
            None if self.by_type is None else self.by_type.to_wire(),
        )

    @classmethod
    def from_wire(cls, wire: ColumnWire) -> Self:
        """Raises ValueError: the parts are inconsistent."""
        return cls(
            TypeCounts.from_wire(wire.types),
            Moments.from_wire(wire.moments),
            KllSketch.from_wire(wire.kll),
            DistinctCount.from_wire(wire.distinct),
            Categories.from_wire(wire.categories),
            None if wire.texts is None else HashedCounts.from_wire(wire.texts),
            None if wire.by_type is None else cls.from_wire(wire.by_type),
        )


def _merged(parts: Sequence[HashedCounts | None]) -> HashedCounts | None:
    known = [part for part in parts if part is not None]
    return HashedCounts.merge_all(known) if len(known) == len(parts) else None


def _without_repeats(ordered: Floats) -> Floats:
    """Sorted values with fewer repeats: each once if that saves hashing, otherwise as they are."""
    if len(ordered) < 2:  # noqa: PLR2004 - nothing to compare
        return ordered
    first = np.empty(len(ordered), dtype=bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first] if np.count_nonzero(first) * _ALL_DISTINCT < len(ordered) else ordered
