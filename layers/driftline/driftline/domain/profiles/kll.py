"""The KLL sketch of the numbers of a column: their distribution in some thousand values.

Levels of retained values as in Deequ (QuantileNonSample, NonSampleCompactor), so that statistics.json can have
them: a value on level h stands for 2^h rows, and the weights sum to the row count exactly. With H levels, level h
has the capacity 2 * (ceil(k * c^(H-h-1) / 2) + 1), k = 2048, c = 0.64. While all values fit they are kept in
order (about 2,000 rows: level 0 is the column in row order). Otherwise the lowest full level is sorted and cut into
blocks of 2^j neighbours, and one value of each block goes up j levels; an incomplete block stays.
(Karnin, Lang, Liberty 2016, "Optimal Quantile Approximation in Streams"; they and Deequ use j = 1.)

j is 1, unless the values of the level alone would overfill the sketch: then it is the smallest lift with which they
fit. So a sorted batch of a million values is reduced in one step, and so are the levels of a thousand merged sketches.
The rank error of a step is at most half a block, one part in 5,000 of the batch, where ten steps of j = 1
would add up ten errors. Which of the two middle values a block sends up follows from a hash of the level and the total
weight: a fair coin for the estimate, the same one in every replay. Larger lifts of few values are not fair: they
would pull every batch towards the middle of its blocks, and the errors of thousands of merges would add up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, isfinite
from typing import Self, override

import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.packing import Floats, PackedFloats, pack_floats, unpack_floats

K = 2048
C = 0.64
BUCKETS = 10
"""Deequ's number of histogram buckets, which cannot be changed in SageMaker."""

type KllWire = list[PackedFloats]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One histogram bucket: [lower, upper), the last one [lower, upper]."""

    lower: float
    upper: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class KllSketch:
    """The state. `levels[h]`: values that stand for 2^h rows each; sorted as soon as there is a second level."""

    levels: tuple[Floats, ...] = ()

    @classmethod
    def of(cls, numbers: Floats, ordered: Floats | None = None) -> Self:
        """Of finite doubles in row order, shape (n,); `ordered`: the same values sorted, if the caller has them."""
        if not len(numbers):
            return cls.empty()
        if len(numbers) <= total_capacity(1):
            return cls((np.array(numbers),))
        return cls(_compacted([np.sort(numbers) if ordered is None else ordered]))

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @property
    def weight(self) -> int:
        """The exact number of rows."""
        return sum(len(level) << height for height, level in enumerate(self.levels))

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        """Joins each level of all parts, then compacts once: one sort for any number of parts."""
        held = [part.levels for part in parts if part.levels]
        if not held:
            return cls.empty()
        levels = [
            np.concatenate([levels[height] for levels in held if height < len(levels)])
            for height in range(max(map(len, held)))
        ]
        if len(levels) == 1 and len(levels[0]) <= total_capacity(1):
            return cls(tuple(levels))
        return cls(_compacted([np.sort(level) for level in levels]))

    def weighted_values(self) -> tuple[Floats, NDArray[np.int64]]:
        """Every retained value and its weight in rows, level by level, in the levels' order."""
        if not self.levels:
            return np.empty(0), np.empty(0, dtype=np.int64)
        weights = [np.full(len(level), 1 << height, dtype=np.int64) for height, level in enumerate(self.levels)]
        return np.concatenate(self.levels), np.concatenate(weights)

    def cumulative(self) -> tuple[Floats, NDArray[np.int64]]:
        """The retained values sorted, and the number of rows up to and including each of them."""
        values, weights = self.weighted_values()
        order = np.argsort(values, kind="stable")
        return values[order], np.cumsum(weights[order])

    def ranks(self, points: Floats, *, inclusive: bool = True) -> NDArray[np.int64]:
        """Estimated number of rows with a value <= each point (< if not inclusive), shape of `points`."""
        values, ranks = self.cumulative()
        from_zero = np.zeros(len(ranks) + 1, dtype=np.int64)
        from_zero[1:] = ranks
        found: NDArray[np.int64] = from_zero[np.searchsorted(values, points, side="right" if inclusive else "left")]
        return found

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """The smallest retained value that at least each share (0 to 1) of the rows does not exceed.

        Raises:
            ValueError: the sketch is empty.
        """
        values, ranks = self.cumulative()
        if not len(values):
            raise ValueError("an empty sketch has no quantiles")
        position = np.searchsorted(ranks, np.asarray(shares) * ranks[-1], side="left")
        found: Floats = values[np.minimum(position, len(values) - 1)]
        return found

    def buckets(self, minimum: float, maximum: float) -> tuple[Bucket, ...]:
        """Ten buckets of equal width between the column's minimum and maximum, as Deequ's computeMetricFrom.

        lower_i = min + (max - min) * i / 10.0, upper_i with i + 1; count = rows < upper - rows < lower, the last
        one rows <= upper - rows < lower. The order of the operations is part of the definition: bounds and counts
        equal SageMaker's to the last bit. Only if max - min is beyond the range of doubles, where SageMaker's
        bounds are not numbers, the bounds are weighted means of the two.
        """
        bounds = [minimum + (maximum - minimum) * i / float(BUCKETS) for i in range(BUCKETS + 1)]
        if not isfinite(maximum - minimum):
            bounds = [minimum * (1 - i / BUCKETS) + maximum * (i / BUCKETS) for i in range(BUCKETS + 1)]
        below = self.ranks(np.array(bounds), inclusive=False).tolist()
        below[-1] = int(self.ranks(np.array(bounds[-1:]))[0])
        return tuple(Bucket(bounds[i], bounds[i + 1], below[i + 1] - below[i]) for i in range(BUCKETS))

    def to_wire(self) -> KllWire:
        return [pack_floats(level) for level in self.levels]

    @classmethod
    def from_wire(cls, wire: KllWire) -> Self:
        return cls(tuple(unpack_floats(packed) for packed in wire))

    @override
    def __eq__(self, other: object) -> bool:
        """The same values on the same levels, in any order."""
        if not isinstance(other, KllSketch):
            return NotImplemented
        return len(self.levels) == len(other.levels) and all(
            np.array_equal(np.sort(mine), np.sort(theirs))
            for mine, theirs in zip(self.levels, other.levels, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays


@cache
def capacity(height: int, levels: int) -> int:
    """How many values level `height` of `levels` holds before it is full (Deequ NonSampleCompactor)."""
    return 2 * (ceil(K * C ** (levels - height - 1) / 2) + 1)


@cache
def total_capacity(levels: int) -> int:
    """How many values a sketch with this many levels holds."""
    return sum(capacity(height, levels) for height in range(levels))


def _compacted(levels: list[Floats]) -> tuple[Floats, ...]:
    """Compacts sorted levels to sorted levels of the same total weight that fit."""
    weight = sum(len(level) << height for height, level in enumerate(levels))
    while sum(map(len, levels)) > total_capacity(len(levels)):
        source = next(h for h, level in enumerate(levels) if len(level) >= capacity(h, len(levels)))
        full = levels[source]
        lift = _lift(source, len(full), len(levels))
        block = 1 << lift
        blocks = len(full) >> lift
        middle = block // 2 - _coin(source, weight)
        levels[source] = full[blocks * block :].copy()  # a view would keep the whole batch in memory
        levels += [np.empty(0)] * (source + lift + 1 - len(levels))
        target = levels[source + lift]
        raised = full[: blocks * block].reshape(blocks, block)[:, middle]
        levels[source + lift] = np.sort(np.concatenate((target, raised))) if len(target) else raised.copy()
    return tuple(levels)


def _lift(source: int, values: int, levels: int) -> int:
    """How many levels to go up: one, or as many as these values need to fit."""
    lift = 1
    while values >> lift > total_capacity(max(levels, source + lift + 1)):
        lift += 1
    return lift


def _coin(level: int, weight: int) -> int:
    """0 or 1, evenly and reproducibly: the top bit of the mixed level and weight (SplitMix64's finalizer)."""
    mixed = (weight * 64 + level) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return mixed >> 63
