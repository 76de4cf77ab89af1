"""Count, sum, mean, variance, minimum and maximum of the numbers of a column.

    mean = S / n          variance = (Q - S^2 / n) / n      S = sum of x, Q = sum of x^2; population variance,
                                                            as SageMaker's std_dev

S and Q are kept as double-doubles (an unevaluated sum of two doubles, 106 bits; Dekker 1971, Knuth's TwoSum).
The usual stable state (mean and M2, merged as by Chan, Golub and LeVeque 1979) is as accurate within one batch,
but its last bits depend on how the rows are split into files. With 106 bits a sum is exact in practice: rows in
other files or in another order give the same doubles, and the subtraction in the variance loses nothing visible in a
double until the mean is some 10^12 times the standard deviation. Sums beyond the range of doubles are infinite, as
in Spark, and so is the standard deviation that needs them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np

from driftline.domain.profiles.packing import Floats

type DoubleDouble = tuple[float, float]
type MomentsWire = tuple[int, float, float, float, float, float, float]

_ZERO: DoubleDouble = (0.0, 0.0)
_SPLITTER = 134_217_729.0  # 2^27 + 1 cuts a double into two halves of 26 bits (Veltkamp)
_BLOCK = 8192  # number of values whose temporaries stay in the processor's cache
_FEW = 48  # number of values that math.fsum adds faster than arrays do
_SLICE = 20  # bits: products of slices have 40 bits, their sum over a block 13 more, which a double holds exactly
_FAR = 400  # exponents of two beyond which a square of a slice might leave the range of doubles


@dataclass(frozen=True, slots=True)
class Moments:
    """The state: count, S and Q as (high, low), minimum and maximum (swapped infinities if empty)."""

    count: int = 0
    total: DoubleDouble = _ZERO
    squares: DoubleDouble = _ZERO
    minimum: float = math.inf
    maximum: float = -math.inf

    @classmethod
    def of(cls, numbers: Floats) -> Self:
        """From finite doubles in any order, shape (n,)."""
        if not len(numbers):
            return cls.empty()
        total = squares = _ZERO
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for start in range(0, len(numbers), _BLOCK):
                block = numbers[start : start + _BLOCK]
                block_total, block_squares = _sliced_sums(block) or _sums(block)
                total, squares = add(total, block_total), add(squares, block_squares)
        return cls(len(numbers), total, squares, float(numbers.min()), float(numbers.max()))

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def sum(self) -> float:
        return self.total[0]

    @property
    def mean(self) -> float:
        """NaN if there is no value."""
        return self.total[0] / self.count if self.count else math.nan

    @property
    def m2(self) -> float:
        """Sum of the squared distances from the mean."""
        if self.minimum >= self.maximum:  # constant, or nothing
            return 0.0
        if not (math.isfinite(self.total[0]) and math.isfinite(self.squares[0])):
            return math.inf
        total = exactly(self.total)
        squares = exactly(self.squares)
        return max(0.0, float(squares - total * total / self.count))

    @property
    def std_dev(self) -> float:
        """Population standard deviation; NaN if there is no value."""
        return math.sqrt(self.m2 / self.count) if self.count else math.nan

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        count, total, squares, minimum, maximum = 0, _ZERO, _ZERO, math.inf, -math.inf
        for part in parts:
            if part.count:
                count += part.count
                total = add(total, part.total)
                squares = add(squares, part.squares)
                minimum = min(minimum, part.minimum)
                maximum = max(maximum, part.maximum)
        return cls(count, total, squares, minimum, maximum)

    def to_wire(self) -> MomentsWire:
        return self.count, *self.total, *self.squares, self.minimum, self.maximum

    @classmethod
    def from_wire(cls, wire: MomentsWire) -> Self:
        count, total, total_low, squares, squares_low, minimum, maximum = wire
        return cls(count, (total, total_low), (squares, squares_low), minimum, maximum)


def add(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """a + b with a relative error below 2^-104 (Li et al. 2002, AccurateDWPlusDW)."""
    high, high_error = _two_sum(a[0], b[0])
    if not math.isfinite(high):
        return high, 0.0
    low, low_error = _two_sum(a[1], b[1])
    high, low = _fast_two_sum(high, high_error + low)
    high, low = _fast_two_sum(high, low + low_error)
    return high, low


def _two_sum(a: float, b: float) -> DoubleDouble:
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def _fast_two_sum(a: float, b: float) -> DoubleDouble:
    total = a + b
    return total, b - (total - a)


def _sliced_sums(block: Floats) -> tuple[DoubleDouble, DoubleDouble] | None:
    """Sum of x and sum of x^2, shape (n,), n <= 2^13; None for few values and for extreme ones.

    x = a + b + c + d, cut at 20, 40 and 60 bits below the largest value (Rump, Ogita and Oishi 2008, ExtractVector):
    the sums of a, b, c and of their products are sums of whole multiples of one power of two that fit 53 bits, hence
    exact in any order. d is what the smallest values have further down; its rounding errors are below 2^-98 of Q.
    """
    exponent = math.frexp(max(float(block.max()), -float(block.min())))[1]
    if len(block) <= _FEW or abs(exponent) > _FAR:
        return None
    rest, slices = block, []
    for number in (1, 2, 3):
        # Adding 1.5 * 2^(52 + m) leaves no bits below 2^m.
        shift = math.ldexp(1.5, 52 + exponent - number * _SLICE)
        part = rest + shift
        part -= shift
        rest = rest - part
        slices.append(part)
        if number == 1 and not rest.any():  # whole numbers below 2^20, and what else has few bits
            return _exact_sum([float(part.sum())]), _exact_sum([float(part @ part)])
    a, b, c = slices
    products = [a @ a, 2 * (a @ b), b @ b, 2 * (a @ c), 2 * (b @ c), c @ c, (rest * (2 * block - rest)).sum()]
    total = [part.sum() for part in (*slices, rest)]
    return _exact_sum([float(value) for value in total]), _exact_sum([float(value) for value in products])


def _sums(block: Floats) -> tuple[DoubleDouble, DoubleDouble]:
    """Sum of x and sum of x^2, shape (n,): x = h + l gives x^2 = h^2 + 2hl + l^2, each product exact (Dekker 1971)."""
    scaled = block * _SPLITTER
    high = scaled - (scaled - block)
    low = block - high
    total, squares, crossed = _row_sums(np.stack((block, high * high, 2.0 * high * low)))
    if not (math.isfinite(squares[0]) and math.isfinite(crossed[0])):
        return total, (math.inf, 0.0)
    return total, add(add(squares, crossed), (float((low * low).sum()), 0.0))


def sums(rows: Floats) -> tuple[DoubleDouble, ...]:
    """Sum of each row, shape (rows, n), as exact in practice as those of Moments."""
    found = (_ZERO,) * len(rows)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, rows.shape[1], _BLOCK):
            found = tuple(map(add, found, _row_sums(rows[:, start : start + _BLOCK])))
    return found


def exactly(value: DoubleDouble) -> Fraction:
    return Fraction(value[0]) + Fraction(value[1])


def _row_sums(rows: Floats) -> list[DoubleDouble]:
    """Sum of each row, shape (rows, n): the upper half is folded onto the lower; every rounding error is kept."""
    errors = np.zeros(len(rows))
    while (n := rows.shape[1]) > _FEW:
        half = (n + 1) // 2
        left, right = rows[:, :half], rows[:, half:]
        folded = left.copy()
        folded[:, : n - half] += right
        left = left[:, : n - half]
        right_part = folded[:, : n - half] - left
        errors += ((left - (folded[:, : n - half] - right_part)) + (right - right_part)).sum(axis=1)
        rows = folded
    return [_exact_sum([*row, error]) for row, error in zip(rows.tolist(), errors.tolist(), strict=True)]


def _exact_sum(values: list[float]) -> DoubleDouble:
    plain = sum(values)
    if not math.isfinite(plain):
        return math.copysign(math.inf, values[0]) if math.isnan(plain) else plain, 0.0
    high = math.fsum(values)
    return high, math.fsum([*values, -high])
