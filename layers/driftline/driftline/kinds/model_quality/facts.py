"""A model-quality execution, from files of Driftline, with a summary.json, or of SageMaker, without one."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.domain.executions.outcome import Outcome
from driftline.kinds.model_quality.rules.summary import CalibrationSummary

VALUE = "value"
"""Name of a metric's figure over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of the model's quality.

    Attributes:
        threshold: Of its constraint.
        operator: The side of the threshold that is a violation.
        baseline: Its value in the baseline's statistics.
        withheld: Why it has no interval, if it could have one.
    """

    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    standard_deviation: float | None = None
    threshold: float | None = None
    operator: str | None = None
    baseline: float | None = None
    violated: bool = False
    withheld: str = ""

    @property
    def beyond(self) -> bool:
        """The value is on the wrong side of the threshold, by however little."""
        if self.value is None or self.threshold is None:
            return False
        return self.value > self.threshold if self.operator == "GreaterThanThreshold" else self.value < self.threshold


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve, in its order."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """A model-quality execution; curves by name, of the window and of the baseline.

    Attributes:
        sample: (ground truth, prediction) of some rows of a regression.
        baseline_calibration, baseline_sample: Of the baseline; empty if its files do not have them.
    """

    outcome: Outcome
    problem: str
    metrics: tuple[Metric, ...]
    comparison: str | None = None
    positive_label: str | None = None
    confusion: Mapping[str, Mapping[str, int]] | None = None
    curves: Mapping[str, Curve] | None = None
    baseline_curves: Mapping[str, Curve] | None = None
    baseline_confusion: Mapping[str, Mapping[str, int]] | None = None
    calibration: tuple[CalibrationSummary, ...] = ()
    sample: tuple[tuple[float, float], ...] = ()
    baseline_calibration: tuple[CalibrationSummary, ...] = ()
    baseline_sample: tuple[tuple[float, float], ...] = ()
