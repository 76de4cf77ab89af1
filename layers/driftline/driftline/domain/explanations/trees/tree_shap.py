r"""Exact Shapley values of an ensemble of trees, path-dependent: TreeSHAP, for all rows at once.

Lundberg, Erion, Lee: Consistent individualized feature attribution for tree ensembles (arXiv 1802.03888, 2018),
algorithm 2 defines the game: a feature outside of the coalition follows both children of its splits, weighted by their
cover. For one leaf with value v whose path splits on D different features, a coalition S is worth

.. math:: v \prod_{j \in S} o_j \prod_{j \notin S} z_j

where o_j is 1 if the row fulfils all of the path's conditions on feature j, else 0, and z_j is the product of the
cover ratios of these splits. The weight of a coalition is a beta integral, and so the Shapley value of feature i is

.. math:: v (o_i - z_i) \int_0^1 \prod_{j \neq i} (t o_j + (1 - t) z_j) dt,

the integral of a polynomial of degree D - 1: Gauss and Legendre's quadrature with ⌈D/2⌉ points is exact (Stroud and
Secrest, 1966). All terms of the sum are positive, so nothing cancels, and nothing is divided by z_i, which may be 0.

A row enters by its D bits o alone. So a leaf has a table of 2^D patterns (or of those that occur, when D is large), and
a row only looks up its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.domain.explanations.trees.forest import LEAF, Floats, Forest, levels
from driftline.domain.explanations.trees.splits import goes_left

CHUNK: Final = 4_096
"""Rows explained at once: what they fulfil stays in the processor's cache."""

BATCH: Final = 128
"""Leaves whose tables are computed at once."""

_TABLE: Final = 8
"""Maximum number of features of a path for which all 2^D patterns are computed, and not only those that occur: their
number is a byte then."""

_WORD: Final = 62
"""Maximum number of bits of a pattern in an integer."""


@dataclass(frozen=True, slots=True, eq=False)
class TreeAttributions:
    """Attributions of the margin: `expected` plus the sum over the features is the margin, to rounding.

    Attributes:
        values: (rows, features, outputs).
        expected: (outputs,) the margin of a row of which nothing is known: the mean over the training rows, as far as
            the covers say it.
    """

    values: Floats
    expected: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """A path from the root, and what the rows of a chunk fulfil of it.

    Attributes:
        node: Its last node.
        features: Different features in the order in which the path splits on them.
        ratios: For each of them the product of the cover ratios.
        fulfilled: For each of them (rows,) whether a row fulfils all conditions on it.
    """

    node: int
    features: tuple[int, ...]
    ratios: tuple[float, ...]
    fulfilled: tuple[NDArray[np.bool_], ...]


def tree_shap(forest: Forest, rows: Floats) -> TreeAttributions:
    """Exact path-dependent Shapley values of each row.

    Where no training row reached a split (a cover of 0), both of its sides count one half.

    Memory: the result, twice, and about 20 MB; more only for paths with dozens of features.

    Args:
        rows: (rows, features), NaN where a value is missing.

    Raises:
        InvalidInputError: another number of features than the forest has.
    """
    columns = np.ascontiguousarray(forest.as_compared(rows).T)
    ratios, expected = _ratios(forest)
    values = np.zeros((forest.outputs, forest.features, columns.shape[1]))
    for root, output in zip(forest.roots.tolist(), forest.output.tolist(), strict=True):
        for start in range(0, columns.shape[1], CHUNK):
            part = slice(start, start + CHUNK)
            _explain(forest, ratios, root, columns[:, part], values[output, :, part])
    return TreeAttributions(np.ascontiguousarray(values.transpose(2, 1, 0)), expected)


def _ratios(forest: Forest) -> tuple[Floats, Floats]:
    """((nodes,) share of the cover of its parent, (outputs,) expected margin)."""
    ratios, weight = np.ones(forest.left.size), np.ones(forest.left.size)
    output = np.zeros(forest.left.size, np.intp)
    output[forest.roots] = forest.output
    for nodes in levels(forest.left, forest.right, forest.roots):
        split = nodes[forest.left[nodes] != LEAF]
        cover = forest.cover[split]
        for child in (forest.left[split], forest.right[split]):
            known = cover > 0
            ratios[child] = np.where(known, forest.cover[child] / np.where(known, cover, 1.0), 0.5)
            weight[child] = weight[split] * ratios[child]
            output[child] = output[split]
    return ratios, forest.base + np.bincount(output, weight * forest.value, forest.outputs)


def _explain(forest: Forest, ratios: Floats, root: int, columns: Floats, values: Floats) -> None:
    """Adds one tree's attributions of (features, rows) columns to (features, rows) values."""
    batch: list[_Path] = []
    for path in _paths(forest, ratios, root, columns):
        if not path.features:
            continue
        if len(path.features) > _TABLE:
            _add_deep(forest, path, values)
        else:
            batch.append(path)
        if len(batch) == BATCH:
            _add(forest, batch, values)
            batch.clear()
    _add(forest, batch, values)


def _paths(forest: Forest, ratios: Floats, root: int, columns: Floats) -> Iterator[_Path]:
    """Every path to a leaf with a value, depth first."""
    stack = [_Path(root, (), (), ())]
    while stack:
        path = stack.pop()
        left, right = int(forest.left[path.node]), int(forest.right[path.node])
        if left == LEAF:
            if forest.value[path.node] != 0:
                yield path
            continue
        feature = int(forest.feature[path.node])
        goes = goes_left(forest, path.node, columns[feature])
        stack.append(_longer(path, right, feature, float(ratios[right]), ~goes))
        stack.append(_longer(path, left, feature, float(ratios[left]), goes))


def _longer(path: _Path, child: int, feature: int, ratio: float, fulfilled: NDArray[np.bool_]) -> _Path:
    if feature not in path.features:
        return _Path(
            child, (*path.features, feature), (*path.ratios, ratio), (*path.fulfilled, fulfilled)
        )  # fmt: skip
    at = path.features.index(feature)
    changed_ratios, changed = list(path.ratios), list(path.fulfilled)
    changed_ratios[at] *= ratio
    changed[at] = changed[at] & fulfilled
    return _Path(child, path.features, tuple(changed_ratios), tuple(changed))


def _add(forest: Forest, paths: list[_Path], values: Floats) -> None:
    """Paths with few features: the tables of those with equally many are computed together."""
    for size in {len(path.features) for path in paths}:
        equal = [path for path in paths if len(path.features) == size]
        leaves = forest.value[[path.node for path in equal]]
        tables = _shapley(np.array([path.ratios for path in equal]), leaves, _all_patterns(size))
        for path, table in zip(equal, tables, strict=True):
            pattern = np.zeros(values.shape[1], np.uint8)
            for bit, fulfilled in enumerate(path.fulfilled):
                pattern |= fulfilled.view(np.uint8) << np.uint8(bit)
            _look_up(values, path.features, table, pattern.astype(np.intp))


def _add_deep(forest: Forest, path: _Path, values: Floats) -> None:
    """A path with many features: only those patterns that occur."""
    fulfilled = np.stack(path.fulfilled)
    patterns: NDArray[np.int64] | NDArray[np.void]
    if len(path.features) <= _WORD:
        patterns = np.zeros(values.shape[1], np.int64)
        for bit, each in enumerate(fulfilled):
            patterns |= each.astype(np.int64) << bit
    else:
        packed = np.ascontiguousarray(np.packbits(fulfilled, axis=0).T)
        patterns = packed.view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, first, pattern = np.unique(patterns, return_index=True, return_inverse=True)
    table = _shapley(np.array([path.ratios]), forest.value[[path.node]], fulfilled[:, first])[0]
    _look_up(values, path.features, table, pattern)


def _look_up(values: Floats, features: tuple[int, ...], table: Floats, pattern: NDArray[np.intp]) -> None:
    for feature, contributions in zip(features, table, strict=True):
        values[feature] += contributions.take(pattern)


def _shapley(ratios: Floats, leaves: Floats, patterns: NDArray[np.bool_]) -> Floats:
    """(leaves, features, patterns): the Shapley values of the module's docstring.

    Args:
        ratios: (leaves, features) z.
        leaves: (leaves,) v.
        patterns: (features, patterns) o.
    """
    points, weights = _quadrature(ratios.shape[1])
    absent = (1.0 - points) * ratios[:, :, np.newaxis]
    present = points + absent
    # (leaves, points, patterns): v · weight · the product over all features.
    product = (leaves[:, np.newaxis] * weights)[:, :, np.newaxis] * np.ones(patterns.shape[1])
    for feature, fulfilled in enumerate(patterns):
        product *= np.where(fulfilled, present[:, feature, :, np.newaxis], absent[:, feature, :, np.newaxis])
    # Divided by the feature's own factor: (1 - z) / (t + (1 - t) z) where o = 1, and -z / ((1 - t) z) where o = 0.
    gains = ((1.0 - ratios[:, :, np.newaxis]) / present) @ product
    losses = (-1.0 / (1.0 - points)) @ product
    return np.where(patterns, gains, losses[:, np.newaxis, :])


@cache
def _quadrature(features: int) -> tuple[Floats, Floats]:
    """Points and weights on [0, 1], exact for polynomials of degree features - 1."""
    points, weights = np.polynomial.legendre.leggauss((features + 1) // 2)
    return (points + 1.0) / 2.0, weights / 2.0


@cache
def _all_patterns(features: int) -> NDArray[np.bool_]:
    """(features, 2^features): bit f of the number of the pattern is feature f."""
    patterns: NDArray[np.bool_] = (np.arange(2**features) >> np.arange(features)[:, np.newaxis]) & 1 == 1
    return patterns
