"""Generated models with exact Shapley values, and what may change in them.

A model is a sum of effects of single features, and, if it is tree-like, of products of two of them. Effects are linear,
or steps with random levels as trees have. Shapley values are the interventional ones: of an effect its difference to
its mean; of a product ab, for a: ((a - E a) E b + ab - a E b + ... ) / 2, from the four coalitions of the two features.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from driftline.kinds.model_explainability.rules.samples import Sample

type Floats = NDArray[np.float64]
type Form = Literal["linear", "tree-like"]

POPULATION = 20_000
BUSY_SHARE = 0.012
"""Of all mean |SHAP|, of the feature that hardly matters; tripled it still holds less than 5 %."""
IMPORTANT = 0.06
"""A feature that changes holds at least this share (or is the largest)."""
SHIFT = 1.5
"""Standard deviations by which the inputs of the feature that hardly matters move."""

_MARGINALS: tuple[Callable[[Floats], Floats], ...] = (
    lambda z: z,
    ndtr,
    lambda z: np.exp(0.5 * z),
    lambda z: (z > 0.3).astype(np.float64),
    lambda z: np.floor(4 * ndtr(z)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model and the population that it is asked about.

    Attributes:
        edges, levels: Of the steps of each feature; no edges: linear.
        factors: By which each effect is multiplied.
        pairs: Products of the effects of two features, with a factor each.
        means: Of each effect in the population, before its factor.
        products: Of each pair's product, before its factors.
    """

    correlation: float
    edges: tuple[Floats, ...]
    levels: tuple[Floats, ...]
    factors: Floats
    pairs: tuple[tuple[int, int, float], ...]
    means: Floats
    products: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"feature_{number}" for number in range(len(self.factors)))

    def sample(self, generator: Generator, rows: int, moved: int | None = None) -> Sample:
        """Explained rows; the inputs of one feature may have moved."""
        latent = self._latent(generator, rows)
        if moved is not None:
            latent[:, moved] += SHIFT
        values = _values(latent)
        return Sample(self.names, self._attributions(self._effects(values))[:, :, None], values)

    def shares(self, generator: Generator) -> Floats:
        sizes = np.abs(self.sample(generator, POPULATION).attributions[:, :, 0]).mean(axis=0)
        return np.asarray(sizes / sizes.sum())

    def with_factor(self, feature: int, factor: float) -> "Model":
        """The feature's weight changes, wherever the model uses it."""
        factors = self.factors.copy()
        factors[feature] *= factor
        return replace(self, factors=factors)

    def _latent(self, generator: Generator, rows: int) -> Floats:
        own, common = generator.standard_normal((rows, len(self.factors))), generator.standard_normal((rows, 1))
        return np.asarray(np.sqrt(1 - self.correlation) * own + np.sqrt(self.correlation) * common)

    def _effects(self, values: Floats) -> Floats:
        effects = values.copy()
        for feature, (edges, levels) in enumerate(zip(self.edges, self.levels, strict=True)):
            if len(edges):
                effects[:, feature] = levels[np.searchsorted(edges, values[:, feature], side="right")]
        return effects

    def _attributions(self, effects: Floats) -> Floats:
        found = self.factors * (effects - self.means)
        for (first, second, factor), mean in zip(self.pairs, self.products, strict=True):
            scale = factor * self.factors[first] * self.factors[second]
            a, b = effects[:, first] - self.means[first], effects[:, second] - self.means[second]
            # Centred effects: each alone is worth 0, both together ab, none of them E[ab].
            found[:, first] += scale * (a * b - mean) / 2
            found[:, second] += scale * (a * b - mean) / 2
        return np.asarray(found)


def model(generator: Generator, form: Form, correlation: float, features: int, busy: int | None = None) -> Model:
    """A random model; `busy` is the feature that shall hold BUSY_SHARE of all attribution."""
    empty = np.zeros(0)
    made = Model(correlation, (empty,) * features, (empty,) * features, np.ones(features), (), empty, empty)
    values = _values(made._latent(generator, POPULATION))  # noqa: SLF001 - of this module
    if form == "tree-like":
        cuts = [
            np.unique(np.quantile(values[:, each], generator.random(generator.integers(4, 13))))
            for each in range(features)
        ]
        levels = [np.cumsum(generator.standard_normal(len(each) + 1)) for each in cuts]
        made = replace(made, edges=tuple(cuts), levels=tuple(levels))
    effects = made._effects(values)  # noqa: SLF001
    means = effects.mean(axis=0)
    sizes = np.abs(effects - means).mean(axis=0)
    signs: Floats = np.where(generator.random(features) < 0.5, -1.0, 1.0)
    weights: Floats = np.exp(0.8 * generator.standard_normal(features)) * signs
    if busy is not None:
        weights[busy] = BUSY_SHARE * (np.abs(weights).sum() - abs(weights[busy]))
    factors = np.divide(weights, sizes, out=np.zeros(features), where=sizes > 0)
    pairs = _pairs(generator, weights, busy) if form == "tree-like" else ()
    centred = effects - means
    products = np.array([(centred[:, a] * centred[:, b]).mean() for a, b, _ in pairs])
    return replace(made, factors=factors, means=means, products=products, pairs=pairs)


def important(generator: Generator, shares: Floats) -> int:
    """One of the features that hold enough, each equally likely."""
    enough = np.flatnonzero(shares >= IMPORTANT)
    return int(generator.choice(enough)) if len(enough) else int(np.argmax(shares))


def _pairs(generator: Generator, weights: Floats, busy: int | None) -> tuple[tuple[int, int, float], ...]:
    """About one product for three features; each moves the answer by about a third of its smaller effect."""
    others = [each for each in generator.permutation(len(weights)) if each != busy]
    found = []
    for first, second in zip(others[::2], others[1::2], strict=False):
        if generator.random() < 2 / 3:
            found.append((int(first), int(second), 0.33 / max(abs(weights[first]), abs(weights[second]))))
    return tuple(found)


def _values(latent: Floats) -> Floats:
    """Features take turns: normal, uniform, skewed, yes or no, four levels."""
    return np.stack([_MARGINALS[each % len(_MARGINALS)](latent[:, each]) for each in range(latent.shape[1])], axis=1)
