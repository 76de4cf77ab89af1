"""What the metrics of a window are, whatever the problem type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

from driftline.kinds.model_quality.rules.estimates import Estimate, Interval
from driftline.kinds.model_quality.rules.rows import ProblemType


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One metric.

    Attributes:
        value: NaN where it is undefined: no rows, or a denominator of zero.
        standard_deviation: SageMaker's, over five samples of 80 %; NaN below 200 rows.
        interval: The 95 % interval; None where there is none.
        estimate: What the interval comes from, and what compares two samples; None where there is none.
        withheld: Why a defined metric has no interval, a sentence for people; empty if it has one.
    """

    value: float
    standard_deviation: float = nan
    interval: Interval | None = None
    estimate: Estimate | None = None
    withheld: str = ""

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
