"""One statement of a verdict about one subject: what was observed, what is required, and the evidence."""

from collections.abc import Iterable
from math import inf
from typing import Literal

from pydantic import BaseModel, ConfigDict

type Measure = Literal["share", "distance", "p_value", "count", "metric"]
"""The kind of a finding's figures, which decides how they are shown: percent, number or whole number."""

type Side = Literal["at_least", "at_most"]
"""The side of the limit on which a value is fine."""


class Move(BaseModel):
    """A bucket [lower, upper) of the baseline's range (None: open) or a category, and its share of the rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lower: float | None = None
    upper: float | None = None
    value: str | None = None
    baseline: float
    current: float


class Finding(BaseModel):
    """What a check found about a feature, a metric or a group.

    Attributes:
        subject: The feature, metric or group; `Missing columns` and `Extra columns` for the columns as a whole.
        check: SageMaker's constraint_check_type.
        description: One sentence, in SageMaker's words where SageMaker has the check.
        violation: It breaks its constraint. Others are remarks, for example an improvement.
        measure: What `observed` and `required` are.
        figure: What the observed figure is called: `completeness`, `drift`, or a metric's name.
        observed: The figure that the check decided by; None where the files do not have it.
        required: The limit that it was compared with.
        side: Which side of the limit is right.
        statistic: The raw statistic, where the check decides by something that is derived from it.
        method: How the statistic was computed, for example `linf_robust`.
        interval: The 95 % interval of `statistic` if there is one, otherwise of `observed`.
        n: Number of rows behind the figure.
        p_value: The probability that chance alone makes a difference of this size, adjusted for all tests of the
            window; None where no test decided.
        direction: Direction of the change, `higher` or `lower`.
        certain: The whole interval is beyond the limit, or chance does not explain the change.
        baseline: What the observed figure is in the baseline, where it is neither the limit nor nothing.
        baseline_interval: Its 95 % interval.
        moves: Buckets or categories whose shares changed most, largest change first.
        values: What is wrong by name, the most frequent first, at most MOST_VALUES: unseen values, missing columns.
        distinct: How many there are of them in all; None where it is not known.
        sentence: What people read in place of its figures, where the kind has a better sentence; with its full stop.
        remark: A few words that its sentence must have: `names have shifted from age on`.
        inference_ids: Ids of some rows behind the finding.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    check: str
    description: str
    violation: bool = True
    measure: Measure = "metric"
    figure: str = ""
    observed: float | None = None
    required: float | None = None
    side: Side | None = None
    statistic: float | None = None
    method: str | None = None
    interval: tuple[float, float] | None = None
    n: float | None = None
    p_value: float | None = None
    direction: str | None = None
    certain: bool | None = None
    baseline: float | None = None
    baseline_interval: tuple[float, float] | None = None
    moves: tuple[Move, ...] = ()
    values: tuple[str, ...] = ()
    distinct: int | None = None
    sentence: str = ""
    remark: str = ""
    inference_ids: tuple[str, ...] = ()

    @property
    def derived(self) -> bool:
        """Whether the observed figure is derived from the raw statistic, to which the interval then belongs."""
        return self.statistic is not None and self.statistic != self.observed

    @property
    def excess(self) -> float | None:
        """How far beyond its limit the figure is, as a share of the limit; None where the figures are not known.

        Columns that are missing or new are beyond everything.
        """
        if self.measure == "count":
            return inf
        if self.observed is None or self.required is None:
            return None
        return excess_of(self.observed, self.required)


MOST_VALUES = 20

_SMALLEST = 1e-12
"""For limits of zero: any distance from them is beyond all others."""


def excess_of(figure: float, limit: float) -> float:
    """How far a figure is from its limit, as a share of the limit."""
    return abs(figure - limit) / max(abs(limit), _SMALLEST)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By their excess. Metrics keep their order, after all others: excesses of different metrics do not compare."""
    return tuple(sorted(findings, key=lambda each: 0.0 if each.measure == "metric" else -(each.excess or 0.0)))
