"""What a metric of bias is, and the arithmetic that all of them share.

Source of all formulas, signs and error texts: Amazon's smclarify 0.5, which its container is built on. Where Amazon's
documentation has another sign or range, the code counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from driftline.kinds.model_bias.rules.tables import A, Basis, D, Figure, Floats, Tables

type Stage = Literal["pre_training", "post_training"]

NO_GROUP_VARIABLE = "Group variable is empty or not provided"


@dataclass(frozen=True, slots=True)
class Metric:
    """A registered metric.

    Attributes:
        name: Clarify's.
        stage: Of observed labels, or of predictions.
        title: Clarify's description, word for word.
        formula: In text; hats are predictions, a and d the groups.
        positive: What a positive value means.
        span: Smallest and largest value.
        neutral: The value without bias.
        source: Where the metric comes from.
        meaning: One sentence for someone who is no statistician.
        basis: Which rows it needs.
        compute: From counts or draws of counts; None for the flip test, which needs rows.
        refusal: Why it has no value, in Clarify's words; None if it has one.
        divides_by: The counts that it divides by: with few rows in one of them it says little.
        sides: The figures of a and of d whose difference or ratio it is; None if it is no comparison of two figures.
        fact: The metric that states the same fact with a sign, and is compared in its place.
    """

    name: str
    stage: Stage
    title: str
    formula: str
    positive: str
    span: tuple[float, float]
    meaning: str
    basis: Basis
    compute: Callable[[Tables], Figure] | None
    refusal: Callable[[Tables], str | None]
    divides_by: Callable[[Tables], Floats]
    source: str = "smclarify 0.5"
    neutral: float = 0.0
    sides: Callable[[Tables], tuple[Figure, Figure]] | None = None
    fact: str = ""

    @property
    def compared_as(self) -> str:
        return self.fact or self.name

    def distance(self, value: Figure) -> Figure:
        """How far from neutral, with a sign; for a ratio, whose neutral value is 1, its natural logarithm."""
        if self.neutral == 0.0:
            return value
        with np.errstate(divide="ignore"):
            return np.log(value)

    def value(self, tables: Tables) -> int | float:
        """The value as Clarify writes it.

        Raises:
            ValueError: it has none; the text is Clarify's.
        """
        refused = self.refusal(tables)
        if refused is not None or self.compute is None:
            raise ValueError(refused or "it needs rows")
        value = float(self.compute(tables))
        # Where both sides are infinite Clarify sets these two to a whole 0.
        if value == 0.0 and self.name in {"DCA", "DCR"} and self.sides and np.isinf(float(self.sides(tables)[0])):
            return 0
        return value


def divided(above: Figure, below: Figure) -> Figure:
    """0 / 0 is 0, x / 0 is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.true_divide(above, below)
    return np.where((below == 0) & (above == 0), 0.0, ratio)


def difference(one: Figure, other: Figure) -> Figure:
    """0 if both are infinite."""
    with np.errstate(invalid="ignore"):
        found = np.subtract(one, other)
    return np.where((one == other) & np.isinf(one), 0.0, found)


def needs_groups(
    basis: Basis, empty: str, empty_others: str, *, others_first: bool = False
) -> Callable[[Tables], str | None]:
    """The check that both groups have rows."""

    def refusal(tables: Tables) -> str | None:
        a, d = tables.size(basis)
        if others_first and not a:
            return empty_others
        if not d:
            return empty
        return None if a else empty_others

    return refusal


def group_sizes(basis: Basis) -> Callable[[Tables], Floats]:
    """The rows of both groups."""

    def sizes(tables: Tables) -> Floats:
        found = tables.size(basis)
        return np.array([found[A], found[D]], dtype=np.float64)

    return sizes
