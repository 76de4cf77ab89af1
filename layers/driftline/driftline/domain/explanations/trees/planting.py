"""Trees as their files describe them → a forest of those nodes that rows can reach."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.forest import LEAF, MAX_NODES, Floats, Forest, levels
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.splits import SplitRules

MAX_MEMBERS = 8_000_000
"""Maximum number of categories in all sets together: 64 MB."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree of a file; its first node is the root, children are indices within the tree.

    Attributes:
        output: Output that the tree adds to.
        left, right: (nodes,) children, -1 in leaves.
        feature, threshold, default_left, missing, cover, value: as in `Forest`.
        categories: (nodes,) index in `sets`, -1 elsewhere.
        sets: Categories of each set, ascending.
    """

    output: int
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Floats
    default_left: NDArray[np.bool_]
    missing: NDArray[np.uint8]
    cover: Floats
    value: Floats
    categories: NDArray[np.int64]
    sets: Sequence[NDArray[np.int64]] = field(default=())


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a file says besides its trees; the attributes are those of `Forest`."""

    base: Floats
    rules: SplitRules
    link: Link
    link_scale: float
    feature_names: tuple[str, ...]


def planted(ensemble: Ensemble, trees: Sequence[Tree]) -> Forest:
    """The forest of these trees. Nodes that no row can reach are left out: XGBoost writes those that it pruned.

    Raises:
        InvalidInputError: as `Forest`.
    """
    sizes = [tree.left.size for tree in trees]
    if sum(sizes) > MAX_NODES:
        raise InvalidInputError(
            f"the model has {sum(sizes):,} nodes",
            expected=f"at most {MAX_NODES:,}",
            mend="Train fewer or smaller trees, or let the monitor explain the model through an endpoint.",
        )
    for number, tree in enumerate(trees):
        _check(number, tree)
    starts = np.cumsum([0, *sizes])[:-1]
    members = [
        (number << 32) + each for number, each in enumerate(found for tree in trees for found in tree.sets)
    ]  # fmt: skip
    if sum(each.size for each in members) > MAX_MEMBERS:
        raise InvalidInputError("too many categories", expected=f"at most {MAX_MEMBERS:,} in all splits together")
    first_sets = np.cumsum([0, *(len(tree.sets) for tree in trees)])[:-1]
    roots = starts.astype(np.int32)
    left, right = (
        _joined([_shifted(getattr(tree, side), start) for tree, start in zip(trees, starts, strict=True)], np.int32)
        for side in ("left", "right")
    )
    categories = [_shifted(tree.categories, first) for tree, first in zip(trees, first_sets, strict=True)]
    kept = _reached(left, right, roots)
    places = np.full(left.size + 1, LEAF, np.int32)  # the last one is for LEAF itself
    places[kept] = np.arange(kept.size)
    leaf = left[kept] == LEAF
    return Forest(
        roots=places[roots],
        output=np.array([tree.output for tree in trees], np.int32),
        left=places[left[kept]],
        right=places[right[kept]],
        feature=np.where(leaf, 0, _joined([tree.feature for tree in trees], np.int32)[kept]).astype(np.int32),
        threshold=np.where(leaf, 0.0, _joined([tree.threshold for tree in trees], np.float64)[kept]),
        default_left=_joined([tree.default_left for tree in trees], np.bool_)[kept],
        missing=_joined([tree.missing for tree in trees], np.uint8)[kept],
        categories=np.where(leaf, LEAF, _joined(categories, np.int32)[kept]).astype(np.int32),
        members=_joined(members, np.int64),
        cover=_joined([tree.cover for tree in trees], np.float64)[kept],
        value=np.where(leaf, _joined([tree.value for tree in trees], np.float64)[kept], 0.0),
        base=ensemble.base,
        rules=ensemble.rules,
        link=ensemble.link,
        link_scale=ensemble.link_scale,
        feature_names=ensemble.feature_names,
    )


def _check(number: int, tree: Tree) -> None:
    """What would not survive the joining: other lengths, and indices that would point into another tree."""
    size = tree.left.size
    arrays = (
        tree.left, tree.right, tree.feature, tree.threshold, tree.default_left, tree.missing, tree.cover, tree.value,
        tree.categories,
    )  # fmt: skip
    inside = size > 0 and all(each.shape == (size,) for each in arrays)
    leaf = tree.left == LEAF
    inside = inside and bool(
        np.array_equal(leaf, tree.right == LEAF)
        and ((tree.left >= LEAF) & (tree.left < size) & (tree.right >= LEAF) & (tree.right < size)).all()
        and ((tree.categories >= LEAF) & (tree.categories < len(tree.sets))).all()
        and (leaf | (tree.feature >= 0) & (tree.feature < 2**31)).all()
    )
    if not inside:
        raise InvalidInputError(
            "its nodes do not make a tree",
            where=f"tree {number}",
            expected="for each node two children of the same tree, a feature and a cover, or none of them",
            mend="Save the model again with its library; the file is damaged, or was not written by it.",
        )


def _reached(left: NDArray[np.int32], right: NDArray[np.int32], roots: NDArray[np.int32]) -> NDArray[np.intp]:
    reached = np.zeros(left.size, np.bool_)
    for nodes in levels(left, right, roots):
        reached[nodes] = True
    return np.flatnonzero(reached)


def _shifted(indices: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(indices == LEAF, LEAF, indices + by)


def _joined[Kind: np.generic](arrays: Sequence[NDArray[np.generic]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate([np.empty(0, kind), *(each.astype(kind) for each in arrays)])
