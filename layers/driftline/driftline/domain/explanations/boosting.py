"""Gradient-boosted regression trees for squared loss, from histograms.

Friedman: Greedy function approximation: a gradient boosting machine, Annals of Statistics 29 (2001), algorithm 2.
Trees grow level by level. Missing values go to the side where they gain more. Nothing is drawn at random.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.binning import BINS, MISSING, Bins, category_bins, number_bins
from driftline.domain.explanations.trees.planting import Tree
from driftline.domain.explanations.trees.splits import Missing, SplitRules

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

RULES: Final = SplitRules(
    strict=False,
    single_precision=False,
    set_goes_left=True,
    missing_category_has_side=True,
    first_category=-1.0,
    categories=2.0**31,
)
"""A value equal to the threshold goes left, as do the categories of a set."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How an ensemble grows.

    Attributes:
        trees: Number of trees.
        depth: Maximum number of splits on a path.
        shrinkage: Factor of each tree.
        ridge: Rows with a residual of 0 that each leaf gets in addition.
        fewest: Rows that a leaf needs.
    """

    trees: int = 150
    depth: int = 5
    shrinkage: float = 0.12
    ridge: float = 1.0
    fewest: int = 5


def boost(
    rows: Floats, target: Floats, categorical: Collection[int] = (), growth: Growth | None = None, output: int = 0
) -> tuple[float, list[Tree]]:
    """The mean of the target, and trees whose sum approximates what remains.

    Args:
        rows: Shape (rows, features), NaN where missing.
        target: Shape (rows,), finite.
        categorical: Places of features whose values are codes of categories, whole numbers from 0.
        output: That the trees add to.

    Raises:
        InvalidInputError: No rows, other lengths, a target that is not finite, or codes that are not whole numbers.
    """
    growth = growth or Growth()
    _check(rows, target, categorical)
    bins = [
        category_bins(rows[:, each], target) if each in categorical else number_bins(rows[:, each])
        for each in range(rows.shape[1])
    ]
    places = np.stack([each.of(rows[:, number]) for number, each in enumerate(bins)], axis=1)
    base = float(target.mean())
    residual = target - base
    trees = []
    for _ in range(growth.trees):
        grown = _Grown(places, bins, residual, growth)
        trees.append(grown.tree(output))
        residual = residual - grown.fitted
    return base, trees


@dataclass(frozen=True, slots=True, eq=False)
class _Splits:
    """The best split of each node of a level.

    Attributes:
        gain: What the squared loss falls by; 0 or less: no split.
        default_left: Missing values go left.
    """

    gain: Floats
    feature: Places
    bin: Places
    default_left: NDArray[np.bool_]


class _Grown:
    """One tree, and what it says of each training row."""

    def __init__(self, places: Places, bins: list[Bins], residual: Floats, growth: Growth) -> None:
        self._places, self._bins, self._residual, self._growth = places, bins, residual, growth
        self._keys = places + np.arange(places.shape[1]) * BINS
        self._node = np.zeros(len(residual), np.intp)
        # One list entry for each node: children, feature, bin, default side; -1 in leaves.
        self._nodes: list[list[int]] = [[-1, -1, 0, 0, 0]]
        level = np.array([0])
        for _ in range(growth.depth):
            level = self._split(level)
            if not len(level):
                break
        self._cover = self._sums(None)
        total = self._sums(residual)
        self._value = growth.shrinkage * total / (np.maximum(self._cover, 1) + growth.ridge)
        self.fitted: Floats = self._value[self._node]

    def _sums(self, weights: Floats | None) -> Floats:
        found: Floats = np.bincount(self._node, weights, len(self._nodes)).astype(np.float64)
        return found

    def _split(self, level: Places) -> Places:
        """Splits the nodes of a level as far as it gains; gives the new ones."""
        slots = np.full(len(self._nodes), -1)
        slots[level] = np.arange(len(level))
        rows = np.flatnonzero(slots[self._node] >= 0)
        at = slots[self._node[rows]]
        best = self._best(rows, at, len(level))
        first = len(self._nodes)
        chosen = np.flatnonzero(best.gain > 0)
        if not len(chosen):
            return chosen
        children = np.full(len(level), -1)
        children[chosen] = first + 2 * np.arange(len(chosen))
        for slot in chosen.tolist():
            left = int(children[slot])
            self._nodes[int(level[slot])] = [
                left, left + 1, int(best.feature[slot]), int(best.bin[slot]), int(best.default_left[slot]),
            ]  # fmt: skip
            self._nodes += [[-1, -1, 0, 0, 0], [-1, -1, 0, 0, 0]]
        moving = children[at] >= 0
        rows, at = rows[moving], at[moving]
        place = self._places[rows, best.feature[at]]
        left_side = np.where(place == MISSING, best.default_left[at], place <= best.bin[at])
        self._node[rows] = children[at] + ~left_side
        return np.arange(first, len(self._nodes))

    def _best(self, rows: Places, slots: Places, nodes: int) -> _Splits:
        features = self._keys.shape[1]
        keys = (self._keys[rows] + slots[:, np.newaxis] * (features * BINS)).ravel()
        shape = (nodes, features, BINS)
        counts = np.bincount(keys, minlength=nodes * features * BINS).reshape(shape)
        sums = np.bincount(keys, np.repeat(self._residual[rows], features), nodes * features * BINS).reshape(shape)
        left_count, left_sum = np.cumsum(counts[:, :, :MISSING], axis=2), np.cumsum(sums[:, :, :MISSING], axis=2)
        count = left_count[:, :, -1:] + counts[:, :, MISSING:]
        total = left_sum[:, :, -1:] + sums[:, :, MISSING:]
        gains = [self._gains(left_count, left_sum, count, total)]
        # Only with missing values it matters where they go.
        if counts[:, :, MISSING].any():
            with_missing = left_count + counts[:, :, MISSING:], left_sum + sums[:, :, MISSING:]
            gains.append(self._gains(*with_missing, count, total))
        flat = np.stack(gains, axis=1).reshape(nodes, -1)
        at = flat.argmax(axis=1)
        side, rest = np.divmod(at, features * MISSING)
        feature, split = np.divmod(rest, MISSING)
        every = np.arange(nodes)
        # Where the node has no missing value, one that comes later goes with the majority.
        majority = 2 * left_count[every, feature, split] > count[every, feature, 0]
        none = counts[every, feature, MISSING] == 0
        return _Splits(flat[every, at], feature, split, np.where(none, majority, side == 1))

    def _gains(self, left: NDArray[np.int64], left_sum: Floats, count: NDArray[np.int64], total: Floats) -> Floats:
        ridge, fewest = self._growth.ridge, self._growth.fewest
        right, right_sum = count - left, total - left_sum
        before = total * total / (count + ridge)
        # Without a ridge an empty side must not divide by 0; it is no split anyway.
        sides = left_sum * left_sum / (np.maximum(left, 1) + ridge), right_sum**2 / (np.maximum(right, 1) + ridge)
        gain = sides[0] + sides[1] - before
        # Rounding must not look like a gain where nothing is left to explain.
        worth = gain > 1e-12 * (1.0 + before)
        return np.where((left >= fewest) & (right >= fewest) & worth, gain, 0.0)

    def tree(self, output: int) -> Tree:
        nodes = np.array(self._nodes, np.int64)
        left, right, feature, split, default_left = nodes.T
        threshold, categories = np.zeros(len(nodes)), np.full(len(nodes), -1, np.int64)
        sets: list[NDArray[np.int64]] = []
        for node in np.flatnonzero(left >= 0).tolist():
            bins = self._bins[int(feature[node])]
            if bins.categories is None:
                # Without a larger value, all numbers go left and missing ones do not.
                within = split[node] < len(bins.edges)
                threshold[node] = bins.edges[split[node]] if within else np.inf
            else:
                categories[node] = len(sets)
                sets.append(np.sort(bins.categories[: split[node] + 1]).astype(np.int64))
        return Tree(
            output=output,
            left=left,
            right=right,
            feature=feature,
            threshold=threshold,
            default_left=default_left.astype(np.bool_),
            missing=np.full(len(nodes), Missing.NAN, np.uint8),
            cover=_covers(self._cover, left, right),
            value=np.where(left < 0, self._value, 0.0),
            categories=categories,
            sets=sets,
        )


def _covers(leaves: Floats, left: NDArray[np.int64], right: NDArray[np.int64]) -> Floats:
    """Rows that reach each node; children have larger numbers than their parents."""
    cover = leaves.copy()
    for node in np.flatnonzero(left >= 0)[::-1].tolist():
        cover[node] = cover[left[node]] + cover[right[node]]
    return cover


def _check(rows: Floats, target: Floats, categorical: Collection[int]) -> None:
    if rows.ndim != 2 or not rows.size or target.shape != rows.shape[:1]:  # noqa: PLR2004 - rows and features
        raise InvalidInputError(
            f"rows of shape {rows.shape} and {target.shape} answers",
            where="the surrogate's data",
            expected="at least one row and one feature, and one answer for each row",
            mend="Give the model's inputs and its answers to the same rows.",
        )
    if not np.isfinite(target).all():
        raise InvalidInputError(
            "an answer that is not a finite number",
            where="the surrogate's data",
            expected="finite answers",
            mend="Leave out the rows that the model did not answer.",
        )
    for feature in categorical:
        codes = rows[~np.isnan(rows[:, feature]), feature]
        if ((codes < 0) | (codes >= RULES.categories) | (codes != np.floor(codes))).any():
            raise InvalidInputError(
                "a category that is not a whole number from 0",
                where=f"feature {feature} of the surrogate's data",
                expected="codes of categories",
                mend="Number the categories 0, 1, 2 …",
            )
