"""Sums over records, for the variance of metrics whose rows come several to a record.

Rows that were sent in one request share what made it: their errors go together, and a thousand of them say less than a
thousand rows of a thousand requests. With a_g and b_g the sums of record g, a metric R = sum a_g / sum b_g has the
variance (linearised, with the records as clusters; Cochran 1977, section 6.3 and 9A)

    var(R) = G / (G - 1) * sum_g u_g^2 / B^2        u_g = a_g - R b_g, G records, B = sum b_g

u_g^2 is a polynomial of a record's sums, so what is kept are the sums of its monomials: they merge, as a record lies in
one file. All are double-doubles (profiles/moments.py): they do not depend on how the records were cut into files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import isfinite
from typing import Self

import numpy as np

from driftline.domain.profiles.moments import DoubleDouble, add, exactly, sums
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_quality.rules.rows import Codes

type RecordSumsWire = tuple[int, list[DoubleDouble]]

_ZERO: DoubleDouble = (0.0, 0.0)
_AT_ONCE = 65_536
"""Records whose monomials are in memory at once."""


def monomials(columns: int, degree: int) -> tuple[tuple[int, ...], ...]:
    """The columns that are multiplied, of all products of this degree: (0, 0), (0, 1), (1, 1) for two and 2."""
    return tuple(combinations_with_replacement(range(columns), degree))


@dataclass(frozen=True, slots=True)
class RecordSums:
    """The state: the number of records, and the sums of the monomials of theirs.

    Attributes:
        degree: The highest power, 2 or 3; all lower ones are kept too.
    """

    columns: int
    degree: int
    count: int
    sums: tuple[DoubleDouble, ...]

    @classmethod
    def empty(cls, columns: int, degree: int = 2) -> Self:
        return cls(columns, degree, 0, (_ZERO,) * len(_terms(columns, degree)))

    @classmethod
    def of(cls, vectors: Floats, degree: int = 2) -> Self:
        """Of a vector per record, shape (columns, records)."""
        columns, count = vectors.shape
        total = cls.empty(columns, degree)
        for start in range(0, count, _AT_ONCE):
            block = vectors[:, start : start + _AT_ONCE]
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                products = np.stack([np.prod(block[list(term)], axis=0) for term in _terms(columns, degree)])
            total = total.merge(cls(columns, degree, block.shape[1], sums(products)))
        return total

    @classmethod
    def repeated(cls, vectors: Floats, counts: Sequence[int]) -> Self:
        """Of as many records of each vector, shape (columns, vectors), as `counts` says; to the second degree."""
        columns = len(vectors)
        products = np.stack([np.prod(vectors[list(term)], axis=0) for term in _terms(columns, 2)])
        return cls(columns, 2, sum(counts), sums(products * np.array(counts, dtype=np.float64)))

    def merge(self, other: Self) -> Self:
        return type(self)(self.columns, self.degree, self.count + other.count, tuple(map(add, self.sums, other.sums)))

    @property
    def finite(self) -> bool:
        """Whether no sum has left the range of doubles."""
        return all(isfinite(high) for high, _ in self.sums)

    def power(self, weights: Sequence[Fraction | int], degree: int) -> Fraction:
        """The sum over records of (weights . vector) to this power."""
        total = Fraction(0)
        for term, value in zip(_terms(self.columns, self.degree), self.sums, strict=True):
            if len(term) == degree:
                factor = Fraction(_arrangements(term))
                for column in term:
                    factor *= weights[column]
                if factor:
                    total += factor * exactly(value)
        return total

    def to_wire(self) -> RecordSumsWire:
        return self.count, list(self.sums)

    @classmethod
    def from_wire(cls, wire: RecordSumsWire, columns: int, degree: int = 2) -> Self:
        """Raises ValueError: of another number of columns, or another degree."""
        count, found = wire
        if len(found) != len(_terms(columns, degree)):
            raise ValueError(f"{len(found)} sums over records instead of {len(_terms(columns, degree))}")
        return cls(columns, degree, count, tuple(found))


def by_record(columns: Floats, records: Codes | None) -> Floats:
    """The sums of each record, shape (columns, records), of rows, shape (columns, rows); None: a row is a record."""
    if records is None or not columns.shape[1]:
        return columns
    _, places = np.unique(records, return_inverse=True)
    return np.stack([np.bincount(places, column) for column in columns])


@cache
def _terms(columns: int, degree: int) -> tuple[tuple[int, ...], ...]:
    return tuple(term for power in range(1, degree + 1) for term in monomials(columns, power))


@cache
def _arrangements(term: tuple[int, ...]) -> int:
    """How often a product of columns occurs when the power of a sum is multiplied out."""
    found, remaining = 1, len(term)
    for column in set(term):
        times = term.count(column)
        for each in range(times):
            found = found * (remaining - each) // (each + 1)
        remaining -= times
    return found
