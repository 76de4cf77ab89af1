"""Numbers that went through single precision (float32) on one side of a comparison only.

Models compute in float32, and PyTorch's `tolist` writes 0.1 as 0.10000000149011612. Against 0.1 of a data set every
value is another one, and a column with few distinct values drifts by as much as its commonest value. If the numbers of
one side are all exact in single precision, the other side is read in that precision, too.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.domain.drift.rank_map import Levels

_LARGEST = float(np.finfo(np.float32).max)


def in_one_precision(one: Levels, other: Levels) -> tuple[Levels, Levels]:
    """Both sketches at the shortest decimals in single precision, if exactly one of them has nothing else."""
    values, others = _values(one), _values(other)
    if _is_single(values) == _is_single(others) or max(_size(values), _size(others)) > _LARGEST:
        return one, other
    return [_shortened(level) for level in one], [_shortened(level) for level in other]


def _values(levels: Levels) -> NDArray[np.float64]:
    return np.concatenate([np.asarray(level, dtype=np.float64) for level in levels])


def _size(values: NDArray[np.float64]) -> float:
    return float(np.abs(values).max(initial=0.0))


def _is_single(values: NDArray[np.float64]) -> bool:
    """Whether all values are exact in single precision, and not all multiples of an eighth, which any precision has."""
    eighths = values * 8
    if _size(values) > _LARGEST or np.array_equal(eighths, np.floor(eighths)):
        return False
    return np.array_equal(values.astype(np.float32).astype(np.float64), values)


def _shortened(level: object) -> NDArray[np.float64]:
    # numpy writes the shortest decimals that are this number in its precision.
    return np.asarray(level, dtype=np.float64).astype(np.float32).astype(np.str_).astype(np.float64)
