"""What the metrics of a window are, whatever the problem type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Self

from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.estimates import Estimate, Interval, interval


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One metric.

    Attributes:
        value: NaN where it is undefined: no rows, or a denominator of zero.
        standard_deviation: SageMaker's, over five samples of 80 %; NaN below 200 rows.
        estimate: What the interval comes from, and what compares two samples; None where there is none.
        withheld: Why a defined metric has no interval, a sentence for people; empty if it has one.
    """

    value: float
    standard_deviation: float = nan
    estimate: Estimate | None = None
    withheld: str = ""

    @classmethod
    def of(cls, value: float, found: Estimate | str, standard_deviation: float = nan) -> Self:
        """With an estimate, or the reason why there is none; an undefined metric has neither."""
        if isnan(value):
            return cls(value, standard_deviation)
        if isinstance(found, str):
            return cls(value, standard_deviation, withheld=found)
        return cls(value, standard_deviation, found)

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval; None where there is none."""
        return interval(self.estimate) if self.estimate is not None else None

    @property
    def defined(self) -> bool:
        return not isnan(self.value)


@dataclass(frozen=True, slots=True)
class Curves:
    """Points of both curves, scores descending, in the shape of Spark's BinaryClassificationMetrics."""

    false_positive_rates: tuple[float, ...]
    true_positive_rates: tuple[float, ...]
    precisions: tuple[float, ...]
    recalls: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """The metrics of a window.

    Attributes:
        metrics: SageMaker's, in its order.
        extras: Driftline's own; in summary.json only.
        confusion_matrix: {actual: {predicted: rows}}; None for regression.
        curves: None without probabilities.
        notes: What a reader should know about the figures.
    """

    problem: ProblemType
    rows: int
    metrics: Mapping[str, MetricValue]
    extras: Mapping[str, MetricValue] = field(default_factory=dict)
    confusion_matrix: Mapping[str, Mapping[str, int]] | None = None
    curves: Curves | None = None
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> Mapping[str, MetricValue]:
        return {**self.metrics, **self.extras}
