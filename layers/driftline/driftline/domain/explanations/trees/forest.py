"""An ensemble of trees as flat arrays, whichever library trained it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.links import Link, predictions_of
from driftline.domain.explanations.trees.splits import Missing, SplitRules, goes_left

MAX_NODES: Final = 4_000_000
"""Maximum number of nodes of all trees together: 150 MB of arrays."""

MAX_DEPTH: Final = 4_096
"""Maximum number of splits on one path."""

MAX_FEATURES: Final = 100_000
MAX_OUTPUTS: Final = 10_000

LEAF: Final = -1
"""Child of a leaf, and the set of a node without categories."""

CHUNK: Final = 8_192
"""Rows predicted at once."""

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """The margin of a row is `base` plus the leaf values of all trees, each added to the output of its tree.

    Raises:
        InvalidInputError: arrays of different lengths, a child that does not exist, a node that is reached twice or
            never (so that there is no cycle), a feature or output out of range, a number that is not finite, more
            nodes than `MAX_NODES`, a path longer than `MAX_DEPTH`.

    Attributes:
        roots: (trees,) index of the first node of each tree.
        output: (trees,) output that each tree adds to.
        left: (nodes,) child for rows that go left; `LEAF` in leaves.
        right: (nodes,) the other child.
        feature: (nodes,) feature of the split; 0 in leaves.
        threshold: (nodes,) that the feature is compared with, as `rules` say.
        default_left: (nodes,) where missing values go, if `missing` counts them as missing.
        missing: (nodes,) `Missing`: what counts as a missing value.
        categories: (nodes,) index of the set of categories of a categorical split; `LEAF` elsewhere.
        members: (pairs,) ascending; set · 2³² + category.
        cover: (nodes,) training rows, or their hessians, that reached the node; not negative.
        value: (nodes,) what a leaf adds to its output; 0 in splits.
        base: (outputs,) margin of no tree.
        rules: how its library compares.
        link: from margin to prediction.
        link_scale: factor of the margin before the link.
        feature_names: one for each feature.
    """

    roots: Integers
    output: Integers
    left: Integers
    right: Integers
    feature: Integers
    threshold: Floats
    default_left: NDArray[np.bool_]
    missing: NDArray[np.uint8]
    categories: Integers
    members: NDArray[np.int64]
    cover: Floats
    value: Floats
    base: Floats
    rules: SplitRules
    link: Link
    link_scale: float
    feature_names: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_values(self)
        reached = np.zeros(self.left.size, np.bool_)
        for nodes in levels(self.left, self.right, self.roots):
            reached[nodes] = True
        _require(bool(reached.all()), "a node that no root leads to", "trees without loose nodes")

    @property
    def trees(self) -> int:
        return self.roots.size

    @property
    def features(self) -> int:
        return len(self.feature_names)

    @property
    def outputs(self) -> int:
        return self.base.size

    def as_compared(self, rows: Floats) -> Floats:
        """Rows as the library sees them: XGBoost compares numbers of 32 bits.

        Args:
            rows: (rows, features), NaN where a value is missing.

        Raises:
            InvalidInputError: another number of features.
        """
        if rows.ndim != 2 or rows.shape[1] != self.features:  # noqa: PLR2004
            raise InvalidInputError(
                f"rows with {rows.shape[1] if rows.ndim == 2 else 'no'} features",  # noqa: PLR2004
                expected=f"{self.features} features, in the order of the model: {_shown(self.feature_names)}",
                mend="Name the features of the model in the monitor's document, in the order in which it was trained.",
            )
        if not self.rules.single_precision:
            return rows
        with np.errstate(over="ignore", under="ignore"):
            return rows.astype(np.float32).astype(np.float64)

    def predict_margin(self, rows: Floats) -> Floats:
        """(rows, outputs): the sum of leaves before the link, in 64 bits.

        XGBoost adds up in 32 bits, so its own figures differ by rounding: about 6e-8 of the sum of the absolute leaf
        values, for each tree at worst.
        """
        compared = self.as_compared(rows)
        margin = np.tile(self.base, (len(compared), 1))
        for start in range(0, len(compared), CHUNK):
            part = compared[start : start + CHUNK]
            for root, output in zip(self.roots.tolist(), self.output.tolist(), strict=True):
                margin[start : start + CHUNK, output] += self.value[self._leaves(root, part)]
        return margin

    def predict(self, rows: Floats) -> Floats:
        """(rows, outputs): what the library predicts; probabilities of classes, if it is a classifier."""
        return predictions_of(self.predict_margin(rows), self.link, self.link_scale)

    def _leaves(self, root: int, rows: Floats) -> NDArray[np.intp]:
        """(rows,): the leaf of one tree that each row reaches."""
        nodes = np.full(len(rows), root, np.intp)
        moving = np.arange(len(rows)) if self.left[root] != LEAF else np.empty(0, np.intp)
        while moving.size:
            at = nodes[moving]
            left = goes_left(self, at, rows[moving, self.feature[at]])
            nodes[moving] = at = np.where(left, self.left[at], self.right[at])
            moving = moving[self.left[at] != LEAF]
        return nodes


def levels(left: Integers, right: Integers, roots: Integers) -> Iterator[NDArray[np.int32]]:
    """Nodes by their distance from the roots, each node once.

    Raises:
        InvalidInputError: a node is reached twice, or a path is too long.
    """
    reached = np.zeros(left.size, np.bool_)
    nodes = roots
    for _ in range(MAX_DEPTH + 1):
        if not nodes.size:
            return
        once = not reached[nodes].any() and np.unique(nodes).size == nodes.size
        _require(once, "a node that is reached twice", "trees without cycles")
        reached[nodes] = True
        yield nodes
        split = nodes[left[nodes] != LEAF]
        nodes = np.concatenate((left[split], right[split]))
    _require(not nodes.size, f"a path with more than {MAX_DEPTH:,} splits", "shallower trees")


def _check_shapes(forest: Forest) -> None:
    nodes, trees = forest.left.shape, forest.roots.shape
    per_node = (
        forest.right, forest.feature, forest.threshold, forest.default_left, forest.missing, forest.categories,
        forest.cover, forest.value,
    )  # fmt: skip
    same = all(each.shape == nodes for each in per_node) and forest.output.shape == trees
    flat = forest.left.ndim == forest.roots.ndim == forest.base.ndim == forest.members.ndim == 1
    _require(same and flat, "arrays of different lengths", "one entry for each node, and one for each tree")
    _require(forest.left.size <= MAX_NODES, f"{forest.left.size:,} nodes", f"at most {MAX_NODES:,} nodes")
    _require(0 < forest.features <= MAX_FEATURES, f"{forest.features:,} features", f"1 to {MAX_FEATURES:,} features")
    _require(0 < forest.outputs <= MAX_OUTPUTS, f"{forest.outputs:,} outputs", f"1 to {MAX_OUTPUTS:,} outputs")


def _check_values(forest: Forest) -> None:
    leaf = forest.left == LEAF
    _require(np.array_equal(leaf, forest.right == LEAF), "a node with one child", "two children, or none")
    for child in (forest.left, forest.right):
        _require(_within(child[~leaf], forest.left.size), "a child that does not exist", "children among the nodes")
    _require(_within(forest.roots, forest.left.size), "a tree without nodes", "a root in each tree")
    _require(_within(forest.feature, forest.features), "a feature that does not exist", "features with a name")
    _require(_within(forest.output, forest.outputs), "a tree of an output that does not exist", "known outputs")
    _require(_within(forest.missing, len(Missing)), "an unknown kind of missing value", "none, zero or NaN")
    _require(not np.isnan(forest.threshold).any(), "a threshold that is not a number", "numbers")
    _require(bool(np.isfinite(forest.cover).all()) and _not_negative(forest.cover), "a wrong cover", "0 or more")
    _require(
        bool(np.isfinite(forest.value).all() and np.isfinite(forest.base).all()), "an infinite leaf", "finite numbers"
    )
    sets = forest.members >> 32
    _require(bool((np.diff(forest.members) > 0).all()), "categories that are not ascending", "ascending categories")
    known = int(sets[-1]) if sets.size else LEAF
    _require(_within(forest.categories + 1, known + 2), "a set of categories that does not exist", "known sets")


def _within(values: NDArray[np.integer], size: int) -> bool:
    return not values.size or (int(values.min()) >= 0 and int(values.max()) < size)


def _not_negative(values: Floats) -> bool:
    return not values.size or float(values.min()) >= 0


def _require(holds: bool, what: str, expected: str) -> None:
    if not holds:
        raise InvalidInputError(
            f"the model has {what}",
            expected=expected,
            mend="Save the model again with its library; the file is damaged, or was not written by it.",
        )


def _shown(names: tuple[str, ...], most: int = 5) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
