"""Coalitions of features and their weights, as Kernel SHAP asks the model about them.

A coalition says which features keep the explained row's values; the others take a baseline row's. With M features there
are 2^M - 2 of them besides the empty one and the whole. Those of size k together weigh in proportion to
(M - 1) / (k (M - k)): the Shapley kernel (Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions",
NeurIPS 2017, theorem 2) times the number of coalitions of that size. Sizes are enumerated from the outside in (1 and
M - 1, 2 and M - 2 ...) while the budget covers a whole size. What is left of the budget is drawn, each coalition with
its complement; a repeated draw adds to the weight.

The order of the draws is that of the package shap (0.54), so that equal seeds give equal coalitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Mask = NDArray[np.bool_]
type Floats = NDArray[np.float64]

_SAMPLES = 2_048
_DRAWS_FOR_EACH = 4
"""Draws for each coalition wanted: many repeat one another."""

_ROUNDING = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Coalitions:
    """Distinct coalitions of M features.

    Attributes:
        masks: Shape (coalitions, M); true: the feature keeps the row's value.
        weights: Shape (coalitions,); their sum is 1.
        complete: All coalitions are there, so the values are exact.
    """

    masks: Mask
    weights: Floats
    complete: bool

    def __len__(self) -> int:
        return len(self.weights)


def number_of_coalitions(features: int, wanted: int | None = None) -> int:
    """How many are used: `min(wanted, 2^M - 2)`, and without a wish `min(2 M + 2048, 2^M - 2)`, as SageMaker's.

    Raises:
        InvalidInputError: fewer than one is wanted.
    """
    if wanted is not None and wanted < 1:
        raise InvalidInputError(
            f"{wanted} samples",
            where="num_samples",
            expected="a whole number from 1 on",
            mend="Leave it out for the default.",
        )
    most = 2 * features + _SAMPLES if wanted is None else wanted
    return max(0, min(most, (1 << features) - 2))


def coalitions(features: int, wanted: int | None = None, seed: int = 0) -> Coalitions:
    """The coalitions for `features` features; none for fewer than two features, whose values need none.

    Args:
        wanted: See `number_of_coalitions`; there can be fewer where draws repeat.
        seed: Of numpy's RandomState, from 0 to 2^32 - 1.
    """
    most = number_of_coalitions(features, wanted)
    if most == 0:
        return Coalitions(np.empty((0, features), dtype=np.bool_), np.empty(0), complete=True)
    kernel, paired = _kernel(features)
    masks: list[Mask] = []
    weights: list[float] = []
    whole_sizes = 0
    for size in _whole_sizes(kernel, features, most):
        whole_sizes = size
        weight = kernel[size - 1] / comb(features, size) / (2 if size <= paired else 1)
        for mask in _of_size(features, size, complements=size <= paired):
            masks.append(mask)
            weights.append(weight)
    if whole_sizes < len(kernel):
        drawn, counts = _drawn(kernel, paired, features, whole_sizes, most - len(masks), seed)
        masks.extend(drawn)
        weights.extend(np.sum(kernel[whole_sizes:]) * counts / counts.sum())
    return Coalitions(np.array(masks, dtype=np.bool_), np.array(weights), complete=whole_sizes == len(kernel))


def _kernel(features: int) -> tuple[Floats, int]:
    """The share of the weight of each size up to the middle, and how many sizes have complements of another size."""
    sizes = np.arange(1, -(-(features - 1) // 2) + 1)
    paired = (features - 1) // 2
    kernel = (features - 1.0) / (sizes * (features - sizes))
    kernel[:paired] *= 2
    return kernel / np.sum(kernel), paired


def _whole_sizes(kernel: Floats, features: int, most: int) -> Iterator[int]:
    """Sizes whose share of what is left of the budget covers all their coalitions."""
    left = most
    remaining = kernel.copy()
    for size in range(1, len(kernel) + 1):
        subsets = comb(features, size) * (2 if size <= (features - 1) // 2 else 1)
        share = remaining[size - 1]
        if left * share / subsets < 1.0 - _ROUNDING:
            return
        left -= subsets
        if share < 1.0:
            remaining /= 1.0 - share
        yield size


def _of_size(features: int, size: int, *, complements: bool) -> Iterator[Mask]:
    for members in combinations(range(features), size):
        mask = np.zeros(features, dtype=np.bool_)
        mask[list(members)] = True
        yield mask
        if complements:
            yield ~mask


def _drawn(
    kernel: Floats, paired: int, features: int, whole_sizes: int, wanted: int, seed: int
) -> tuple[list[Mask], Floats]:
    """Random coalitions of the sizes that are not enumerated, and how often each was drawn."""
    shares = kernel.copy()
    shares[:paired] /= 2  # a draw gives two coalitions
    shares = shares[whole_sizes:] / np.sum(shares[whole_sizes:])
    random = np.random.RandomState(seed)  # for the draws of the package shap
    sizes = random.choice(len(shares), _DRAWS_FOR_EACH * wanted, p=shares) + whole_sizes + 1
    masks: list[Mask] = []
    counts: list[float] = []
    place: dict[bytes, int] = {}
    for size in sizes.tolist():
        if len(masks) >= wanted:
            break
        mask = np.zeros(features, dtype=np.bool_)
        mask[random.permutation(features)[:size]] = True
        known = place.setdefault(mask.tobytes(), len(masks))
        if known == len(masks):
            masks.append(mask)
            counts.append(1.0)
            if size <= paired and len(masks) < wanted:
                masks.append(~mask)
                counts.append(1.0)
        else:
            counts[known] += 1.0
            if size <= paired:
                counts[known + 1] += 1.0
    return masks, np.array(counts)
