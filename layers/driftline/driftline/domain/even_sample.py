"""An even sample of rows that merges: those whose hash is lowest.

A row is in the sample if the hash of its id is below a bound, which falls until few enough are left: the sample depends
neither on the order of the rows, nor on how they were split.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.domain.ground_truth.join_ids import Hashes

ALL = (1 << 64) - 1
"""The bound of a sample that is everything."""


def lowest(hashes: Hashes, most: int, bound: int = ALL) -> tuple[NDArray[np.intp], int]:
    """(places of at most so many rows in the order of their hashes, their bound).

    Args:
        hashes: Shape (n,): of a sample with this bound.
    """
    order = np.argsort(hashes, kind="stable")
    if len(order) <= most:
        return order, bound
    bound = int(hashes[order[most]])
    return order[: int(np.searchsorted(hashes[order], np.uint64(bound), side="left"))], bound
