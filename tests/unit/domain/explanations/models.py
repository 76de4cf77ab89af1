"""Small models that explanations are tested with: not linear, with interactions, of one or several outputs."""

import numpy as np

from driftline.domain.explanations.asking import Cells, Floats


def scores(cells: Cells) -> Floats:
    """One output with interactions of any width."""
    x = np.asarray(cells, dtype=np.float64)
    weights = np.linspace(-1.0, 2.0, x.shape[1])
    found: Floats = x @ weights + np.sin(x[:, 0] * x[:, -1]) + 0.3 * x.prod(axis=1)
    return found


def probabilities(cells: Cells) -> Floats:
    """Two outputs that add up to 1."""
    positive = 1.0 / (1.0 + np.exp(-scores(cells)))
    return np.column_stack([1.0 - positive, positive])


def three_outputs(cells: Cells) -> Floats:
    x = np.asarray(cells, dtype=np.float64)
    return np.column_stack([scores(x), x[:, 0] ** 2, np.full(len(x), 3.0)])


def rows(count: int, features: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, features))
